"""The dialect of UI-TARS: `Thought: …` and `Action: click(start_box='(x,y)')`.

Phones: click, long_press, type, scroll, open_app, drag, press_home, press_back, press_recents, press_enter, finished,
wait, call_user. Desktops: click, left_double, right_single, hover, drag, hotkey, type, scroll, finished, wait,
call_user. A drag on a phone is the finger's swipe, on a desktop the mouse's drag. `scroll(direction='down')` shows
what lies below. `wait()` is five seconds. `call_user` gives up. Boxes come as `(x,y)`, `[x1,y1,x2,y2]` (its middle is
meant), `<|box_start|>(x,y)<|box_end|>` or `<point>x y</point>`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import assert_never

from device_farm.errors import DialectError
from device_farm.types.action import (
    Action,
    Answer,
    Click,
    Drag,
    LongPress,
    MouseButton,
    MoveTo,
    OpenApp,
    PressKey,
    Scroll,
    Swipe,
    SystemButton,
    SystemButtonName,
    Terminate,
    TypeText,
    Wait,
)
from device_farm.types.codec.arguments import MAX_WAIT_S, read_object
from device_farm.types.codec.dialect import ParsedTurn
from device_farm.types.codec.keys import combination
from device_farm.types.codec.space import CoordinateSpace
from device_farm.types.codec.ui_tars_grammar import Call, parse_call, parse_reply, quote
from device_farm.types.geometry import Point
from device_farm.types.task import JsonValue, Platform

WAIT_S = 5.0
"""What UI-TARS's prompt says that `wait()` does."""
NOTCHES = 5
"""Wheel notches of one `scroll`, as UI-TARS's own runner turns them."""
_BOX_TOKENS = re.compile(r"<\|box_start\|>|<\|box_end\|>|</?point>|</?bbox>")
_NUMBERS = re.compile(r"[\[(]?\s*(-?\d{1,9}(?:\.\d{1,9})?(?:[\s,]+-?\d{1,9}(?:\.\d{1,9})?)*)\s*[\])]?")
_DIRECTIONS = {"down": (0, NOTCHES), "up": (0, -NOTCHES), "right": (NOTCHES, 0), "left": (-NOTCHES, 0)}
_BUTTONS: dict[str, SystemButtonName] = {
    "press_home": "home",
    "press_back": "back",
    "press_recents": "recents",
    "press_enter": "enter",
}
_BUTTON_NAMES = {button: name for name, button in _BUTTONS.items()}
_CLICKS: dict[str, tuple[MouseButton, int]] = {
    "click": ("left", 1),
    "left_single": ("left", 1),
    "left_double": ("left", 2),
    "right_single": ("right", 1),
}
_CLICK_NAMES: dict[tuple[MouseButton, int], str] = {
    ("left", 1): "click",
    ("left", 2): "left_double",
    ("right", 1): "right_single",
}
_WORDS = (*_CLICKS, "long_press", "hover", "drag", "scroll", "type", "hotkey", "open_app", *_BUTTONS)
_ALL = (*_WORDS, "wait", "finished", "call_user")


def parse_box(text: str, space: CoordinateSpace, field: str) -> Point:
    """The point that a box means. Raises DialectError."""
    match = _NUMBERS.fullmatch(_BOX_TOKENS.sub("", text).strip())
    numbers = [float(part) for part in re.split(r"[\s,]+", match[1].strip())] if match else []
    if len(numbers) == 4:
        numbers = [(numbers[0] + numbers[2]) / 2, (numbers[1] + numbers[3]) / 2]
    if len(numbers) != 2:
        raise DialectError(f"expected '(x,y)' or '[x1,y1,x2,y2]', found {text[:60]!r}", field=field)
    return space.to_native(numbers[0], numbers[1], field)


class _Reader:
    """Typed access to a call's arguments; `finish` refuses what nobody asked for."""

    def __init__(self, call: Call, space: CoordinateSpace) -> None:
        self._call = call
        self._space = space
        self._left = dict(call.arguments)

    def text(self, *names: str, default: str | None = None) -> str:
        for name in names:
            if name in self._left:
                return self._left.pop(name)
        if default is not None:
            return default
        raise DialectError(f"{self._call.name} at character {self._call.at} needs it", field=names[0])

    def box(self, *names: str) -> Point:
        return parse_box(self.text(*names), self._space, names[0])

    def seconds(self, default: float) -> float:
        text = self.text("time", default=str(default))
        try:
            value = float(text)
        except ValueError:
            value = -1.0
        if not 0 <= value <= MAX_WAIT_S:
            raise DialectError(f"takes seconds from 0 to {MAX_WAIT_S:g}, found {text[:40]!r}", field="time")
        return value

    def finish(self) -> None:
        # Models write the arguments that they leave out as empty strings.
        for name, value in self._left.items():
            if value:
                raise DialectError(f"{self._call.name} takes no such argument", field=name)


def _parse(call: Call, space: CoordinateSpace, platform: Platform) -> Action:
    reader = _Reader(call, space)
    action = _read(call.name, reader, platform)
    reader.finish()
    return action


def _read(name: str, reader: _Reader, platform: Platform) -> Action:
    if name in _CLICKS:
        button, count = _CLICKS[name]
        return Click(at=reader.box("start_box", "point"), button=button, count=count)
    if name in _BUTTONS:
        return SystemButton(button=_BUTTONS[name])
    match name:
        case "long_press":
            at = reader.box("start_box", "point")
            return LongPress(at=at, duration_ms=round(reader.seconds(1.0) * 1000))
        case "hover":
            return MoveTo(at=reader.box("start_box", "point"))
        case "drag":
            start, end = reader.box("start_box", "start_point"), reader.box("end_box", "end_point")
            return Swipe(start=start, end=end) if platform == "android" else Drag(start=start, end=end)
        case "scroll":
            return _scroll(reader)
        case "type":
            return TypeText(text=reader.text("content"))
        case "hotkey":
            return combination(reader.text("key", "hotkey").split())
        case "open_app":
            return OpenApp(name=_not_empty(reader.text("app_name", "name"), "app_name"))
        case "wait":
            return Wait(duration_s=reader.seconds(WAIT_S))
        case "finished":
            return Terminate(status="success", reason=reader.text("content", default=""))
        case "call_user":
            return Terminate(status="failure", reason=reader.text("content", default=""))
    raise DialectError(f"unknown action {name[:40]!r}", field="Action", fix="one of " + ", ".join(_ALL))


def _not_empty(text: str, field: str) -> str:
    if not text.strip():
        raise DialectError("must not be empty", field=field)
    return text


def _scroll(reader: _Reader) -> Scroll:
    at = reader.box("start_box", "point")
    direction = reader.text("direction").strip().lower()
    if direction not in _DIRECTIONS:
        raise DialectError(f"takes one of {', '.join(_DIRECTIONS)}, found {direction[:40]!r}", field="direction")
    dx, dy = _DIRECTIONS[direction]
    return Scroll(at=at, dx=dx, dy=dy)


def _direction(scroll: Scroll) -> str | None:
    if (scroll.dx == 0) is (scroll.dy == 0):
        return None
    if scroll.dy:
        return "down" if scroll.dy > 0 else "up"
    return "right" if scroll.dx > 0 else "left"


@dataclass(frozen=True, slots=True, kw_only=True)
class UiTars:
    """The dialect for one platform. `box_tokens` writes `<|box_start|>` around boxes, as UI-TARS 1.0 does."""

    platform: Platform = "android"
    box_tokens: bool = False

    @property
    def name(self) -> str:
        return "ui_tars" if self.platform == "android" else "ui_tars_desktop"

    def parse(self, text: str, space: CoordinateSpace) -> ParsedTurn:
        if text.lstrip().startswith("{"):
            return self._parse_bare(text, space)
        call, thought = parse_reply(text)
        return ParsedTurn(action=_parse(call, space, self.platform), thought=thought)

    def _parse_bare(self, text: str, space: CoordinateSpace) -> ParsedTurn:
        values, end = read_object(text, 0, "the reply")
        thought, call = values.get("thought", ""), values.get("action")
        if text[end:].strip() or set(values) - {"thought", "action"}:
            raise DialectError(f"expected one object with thought and action, ending at character {end}")
        if not isinstance(thought, str) or not isinstance(call, str):
            raise DialectError("thought and action must be strings", field="action")
        return ParsedTurn(action=_parse(parse_call(call), space, self.platform), thought=thought.strip())

    def format(self, action: Action, thought: str, space: CoordinateSpace) -> str:
        thought = thought.strip()
        if re.search(r"^[ \t]*Action:", thought, re.MULTILINE):
            raise DialectError("the thought holds a line that begins with 'Action:'", field="thought")
        head = f"Thought: {thought}\n" if thought else ""
        return f"{head}Action: {self._call(action, space)}"

    def _box(self, point: Point, space: CoordinateSpace) -> str:
        x, y = space.to_model(point)
        return f"'<|box_start|>({x},{y})<|box_end|>'" if self.box_tokens else f"'({x},{y})'"

    def _call(self, action: Action, space: CoordinateSpace) -> str:
        drags = Swipe if self.platform == "android" else Drag
        match action:
            case Click(at=at, button=button, count=count, modifiers=()) if (button, count) in _CLICK_NAMES:
                return f"{_CLICK_NAMES[button, count]}(start_box={self._box(at, space)})"
            case LongPress(at=at, duration_ms=duration_ms):
                time = "" if duration_ms == 1000 else f", time='{duration_ms / 1000:g}'"
                return f"long_press(start_box={self._box(at, space)}{time})"
            case MoveTo(at=at):
                return f"hover(start_box={self._box(at, space)})"
            case Drag(start=start, end=end) | Swipe(start=start, end=end) if isinstance(action, drags):
                return f"drag(start_box={self._box(start, space)}, end_box={self._box(end, space)})"
            case Scroll(at=at) if (direction := _direction(action)) is not None:
                return f"scroll(start_box={self._box(at, space)}, direction='{direction}')"
            case TypeText(text=text):
                return f"type(content={quote(text)})"
            case PressKey(key=key, modifiers=modifiers):
                return f"hotkey(key={quote(' '.join((*modifiers, key)))})"
            case SystemButton(button=button):
                return f"{_BUTTON_NAMES[button]}()"
            case OpenApp(name=name):
                return f"open_app(app_name={quote(name)})"
            case Wait(duration_s=duration_s):
                return "wait()" if duration_s == WAIT_S else f"wait(time='{duration_s:g}')"
            case Terminate(status="success", reason=reason):
                return f"finished(content={quote(reason)})"
            case Terminate(status="failure", reason=reason):
                return f"call_user(content={quote(reason)})" if reason else "call_user()"
            case Click() | Drag() | Swipe() | Scroll() | Terminate() | Answer():
                raise DialectError(f"{self.name} has no word for {action}", field="action")
            case _:
                assert_never(action)

    def schema(self) -> dict[str, JsonValue]:
        words = "|".join(_ALL)
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "properties": {
                "thought": {"type": "string"},
                "action": {"type": "string", "pattern": rf"^({words})\(.*\)$"},
            },
            "required": ["thought", "action"],
            "additionalProperties": False,
        }
