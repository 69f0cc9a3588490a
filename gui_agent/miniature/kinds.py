"""The decisions that an action is made of. One decision is one token id of a reply.

The first is the kind of action; what follows depends on it: an element and where to touch it, an element alone, or the
first and last word of the goal that are copied. Ids say what they are:

    0 …      the kind, an index into KINDS
    1000 …   an element, by its number on the screen
    2000 …   a word of the goal
    3000 …   a place on the element, an index into PLACES
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from device_farm.errors import DataError, PolicyError
from device_farm.types.action import (
    Action,
    Answer,
    Click,
    LongPress,
    OpenApp,
    PressKey,
    Swipe,
    SystemButton,
    Terminate,
    TypeText,
    Wait,
)
from device_farm.types.geometry import Point, Rect
from gui_agent.datasets.ui_s1 import finger_direction
from gui_agent.miniature.elements import PLACES, Element, elements_of, point_of, pointed_at, scrolling_area
from gui_agent.models.prompt import ScreenPrompt
from world_model.hashed_words import find_span, tokens

ELEMENT, WORD, PLACE = 1000, 2000, 3000
Form: TypeAlias = Literal["touch", "element", "span", "bare"]
_FORMS: Final[dict[str, Form]] = {
    "click": "touch",
    "long_press": "element",
    "swipe_up": "bare",
    "swipe_down": "bare",
    "swipe_left": "bare",
    "swipe_right": "bare",
    "type": "span",
    "type_line": "span",
    "answer": "span",
    "answer_element": "element",
    "answer_digits": "element",
    "open_app": "span",
    "select_all": "bare",
    "backspace": "bare",
    "key_end": "bare",
    "back": "bare",
    "home": "bare",
    "recents": "bare",
    "enter": "bare",
    "wait": "bare",
    "success": "bare",
    "failure": "bare",
}
KINDS: Final = tuple(_FORMS)
FORMS: Final = tuple(_FORMS.values())
KIND: Final = {name: index for index, name in enumerate(KINDS)}
_FIXED: Final[dict[str, Action]] = {
    "select_all": PressKey(key="a", modifiers=("ctrl",)),
    "backspace": PressKey(key="backspace"),
    "key_end": PressKey(key="end", modifiers=("ctrl",)),
    "back": SystemButton(button="back"),
    "home": SystemButton(button="home"),
    "recents": SystemButton(button="recents"),
    "enter": SystemButton(button="enter"),
    "wait": Wait(duration_s=0.5),
    "success": Terminate(status="success"),
    "failure": Terminate(status="failure"),
}
_PHONE_DIGITS = 10
_THOUGHT_LENGTH = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """An action with the thought that goes with it: the label of what is touched."""

    action: Action
    thought: str = ""


def kind_of(action: Action) -> str:
    """The kind of an action by itself; raises DataError where there is none."""
    match action:
        case Click(button="left", count=1, modifiers=()):
            return "click"
        case LongPress():
            return "long_press"
        case Swipe():
            return f"swipe_{finger_direction(action)}"
        case TypeText(text=text):
            return "type_line" if text.startswith("\n") else "type"
        case Answer():
            return "answer"
        case OpenApp():
            return "open_app"
        case Wait():
            return "wait"
        case Terminate(status=status):
            return status
    for name, fixed in _FIXED.items():
        if fixed == action:
            return name
    raise DataError(f"the miniature has no decision for {action}", field="action")


def encode(action: Action, prompt: ScreenPrompt) -> tuple[int, ...]:
    """The decisions that give the action on this screen. Raises DataError where none do."""
    kind = kind_of(action)
    elements = elements_of(prompt.tree)
    match action:
        case Click(at=at) | LongPress(at=at):
            found = pointed_at(elements, at)
            if found is None:
                raise DataError(f"no element at {at}", field="action")
            where = (PLACE + found[1],) if kind == "click" else ()
            return (KIND[kind], ELEMENT + found[0], *where)
        case TypeText(text=text) | OpenApp(name=text):
            return (KIND[kind], *_span(text.removeprefix("\n"), prompt.goal))
        case Answer(text=text):
            return _answer(text, elements, prompt.goal)
        case _:
            return (KIND[kind],)


def _span(text: str, goal: str) -> tuple[int, int]:
    found = find_span(text, goal)
    if found is None:
        raise DataError(f"{text!r} is not in the goal", field="action")
    return WORD + found[0], WORD + found[1]


def _answer(text: str, elements: Sequence[Element], goal: str) -> tuple[int, ...]:
    if find_span(text, goal) is not None:
        return (KIND["answer"], *_span(text, goal))
    for index, element in enumerate(elements):
        if element.node.label == text:
            return KIND["answer_element"], ELEMENT + index
    for index, element in enumerate(elements):
        if _digits(element) == text:
            return KIND["answer_digits"], ELEMENT + index
    raise DataError(f"{text!r} is neither in the goal nor on the screen", field="action")


def _digits(element: Element) -> str:
    return "".join(sign for sign in element.node.label if sign.isdigit())[-_PHONE_DIGITS:]


def decode(ids: Sequence[int], prompt: ScreenPrompt) -> Spoken:
    """What the decisions mean on this screen. Raises PolicyError for ids that are no decision of its prompt."""
    elements = elements_of(prompt.tree)
    try:
        kind, rest = KINDS[ids[0]], list(ids[1:])
        match FORMS[ids[0]]:
            case "touch" | "element":
                element = elements[_number(rest[0], ELEMENT, len(elements))]
                place = _number(rest[1], PLACE, len(PLACES)) if len(rest) > 1 else 0
                return _touch(kind, element, place)
            case "span":
                there = tokens(prompt.goal)
                first, last = (_number(value, WORD, len(there)) for value in rest)
                return Spoken(action=_worded(kind, prompt.goal[there[first].start : there[last].end]))
            case "bare":
                if kind.startswith("swipe_"):
                    return Spoken(action=_swipe(kind.removeprefix("swipe_"), prompt))
                return Spoken(action=_FIXED[kind])
    except (IndexError, ValueError) as error:
        raise PolicyError(f"{list(ids)} is no action on this screen: {error}", field="token_ids") from error


def _number(value: int, base: int, count: int) -> int:
    if not base <= value < base + count:
        raise ValueError(f"{value} is not from {base} to {base + count - 1}")
    return value - base


def _touch(kind: str, element: Element, place: int) -> Spoken:
    thought = " ".join(element.node.label.split())[:_THOUGHT_LENGTH].strip().replace("<", "").replace(">", "")
    match kind:
        case "click":
            return Spoken(action=Click(at=point_of(element.bounds, place)), thought=thought)
        case "long_press":
            return Spoken(action=LongPress(at=element.bounds.center), thought=thought)
        case "answer_element":
            return Spoken(action=Answer(text=element.node.label), thought=thought)
        case _:
            return Spoken(action=Answer(text=_digits(element)), thought=thought)


def _worded(kind: str, text: str) -> Action:
    match kind:
        case "type":
            return TypeText(text=text)
        case "type_line":
            return TypeText(text=f"\n{text}")
        case "open_app":
            return OpenApp(name=text)
        case _:
            return Answer(text=text)


def _swipe(way: str, prompt: ScreenPrompt) -> Swipe:
    """The finger's way over half of the biggest scrolling area, or, without one, from low to high on the screen."""
    width, height = prompt.screen.width, prompt.screen.height
    area = scrolling_area(prompt.tree) or Rect(0, 0, width, height * 11 // 10)
    center, dx, dy = area.center, area.width // 4, area.height // 4
    match way:
        case "up":
            start, end = Point(center.x, center.y + dy), Point(center.x, center.y - dy)
        case "down":
            start, end = Point(center.x, center.y - dy), Point(center.x, center.y + dy)
        case "left":
            start, end = Point(center.x + dx, center.y), Point(center.x - dx, center.y)
        case _:
            start, end = Point(center.x - dx, center.y), Point(center.x + dx, center.y)
    return Swipe(start=start, end=end, duration_ms=500)


def thought_of(action: Action, prompt: ScreenPrompt) -> str:
    """What the miniature would write with an action that is given; "" where it is none of its own."""
    try:
        return decode(encode(action, prompt), prompt).thought
    except DataError:
        return ""
