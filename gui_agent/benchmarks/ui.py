"""What experts are written with: actions on elements that are found in the observation's UI tree, and nothing else.

Every helper is a generator for `yield from`. It looks first, acts, and waits a bounded number of looks for an element
to appear. Text is matched exactly unless a helper says otherwise.

    yield from open_app("Settings")
    yield from tap(text="Display")
    yield from toggle(resource_id="android:id/switch_widget", on=True)
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from device_farm.errors import PolicyError
from device_farm.types.action import (
    Action,
    Answer,
    Click,
    Drag,
    LongPress,
    OpenApp,
    PressKey,
    Swipe,
    SystemButton,
    SystemButtonName,
    TypeText,
    Wait,
)
from device_farm.types.geometry import Point, Rect
from device_farm.types.observation import Observation
from device_farm.types.ui_tree import UiNode, UiState
from gui_agent.benchmarks.base import LOOK, Look

UiScript: TypeAlias = Generator[Action | Look, Observation, UiNode]
"""Like `Script`, but gives back the element that it found or acted on."""
Plain: TypeAlias = Generator[Action | Look, Observation, None]
Direction: TypeAlias = Literal["down", "up", "left", "right"]

DEFAULT_TRIES = 4
"""Looks before a helper gives up; a wait of `RETRY_S` lies between two of them."""
RETRY_S = 0.5
_LISTED = 25


class ExpertStuck(PolicyError):
    """An expert did not find what it looked for; the message names it and what was on the screen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Which element is meant: every given criterion must hold. `index` picks among several, -1 is the last."""

    text: str | None = None
    contains: str | None = None
    description: str | None = None
    resource_id: str | None = None
    role: str | None = None
    state: UiState | None = None
    within: Rect | None = None
    where: Callable[[UiNode], bool] | None = None
    index: int = 0

    def __str__(self) -> str:
        given = {
            "text": self.text,
            "contains": self.contains,
            "description": self.description,
            "resource_id": self.resource_id,
            "role": self.role,
            "state": self.state,
            "index": self.index or None,
        }
        return " ".join(f"{name}={value!r}" for name, value in given.items() if value is not None) or "any element"

    def accepts(self, node: UiNode) -> bool:
        labels = (node.text, node.description, node.value)
        return (
            (self.text is None or self.text in (node.text, node.description))
            and (self.contains is None or any(self.contains.casefold() in label.casefold() for label in labels))
            and (self.description is None or node.description == self.description)
            and (self.resource_id is None or _same_id(node.resource_id, self.resource_id))
            and (self.role is None or node.role == self.role or node.role.rpartition(".")[2] == self.role)
            and (self.state is None or self.state in node.states)
            and (self.within is None or self.within.contains(node.bounds.center))
            and (self.where is None or self.where(node))
        )


def _same_id(found: str, wanted: str) -> bool:
    """`com.app:id/save` is meant by its full name and by `save`."""
    return found == wanted or found.rpartition("/")[2] == wanted


def visible_nodes(observation: Observation) -> list[UiNode]:
    """The elements a person can see, in document order, the topmost window last."""
    if observation.ui_tree is None:
        return []
    return [node for node in observation.ui_tree.walk() if "visible" in node.states and node.bounds.area > 0]


def find(observation: Observation, match: Match) -> UiNode | None:
    """The element that `match` means on this screen, or None.

    An element of a window above wins over one below, and one that is enabled over one that is not.
    """
    if observation.ui_tree is None:
        return None
    for root in reversed(observation.ui_tree.roots):
        found = [node for node in root.walk() if "visible" in node.states and node.bounds.area > 0]
        found = [node for node in found if match.accepts(node)]
        found = [node for node in found if "enabled" in node.states] or found
        if -len(found) <= match.index < len(found):
            return found[match.index]
    return None


def _stuck(match: Match | str, observation: Observation) -> ExpertStuck:
    labels = [label for node in visible_nodes(observation) if (label := node.label)]
    shown = ", ".join(repr(label[:40]) for label in labels[:_LISTED]) or "no labelled element"
    more = f" and {len(labels) - _LISTED} more" if len(labels) > _LISTED else ""
    front = f"{observation.foreground.app} {observation.foreground.window}".rstrip()
    return ExpertStuck(f"did not find {match} in {front}; on the screen: {shown}{more}")


def wait_for(match: Match, *, tries: int = DEFAULT_TRIES) -> UiScript:
    """Looks until the element is there. Raises ExpertStuck after `tries` looks."""
    observation = yield LOOK
    for _ in range(tries - 1):
        node = find(observation, match)
        if node is not None:
            return node
        observation = yield Wait(duration_s=RETRY_S)
    node = find(observation, match)
    if node is None:
        raise _stuck(match, observation)
    return node


def wait_gone(match: Match, *, tries: int = DEFAULT_TRIES) -> Plain:
    """Looks until the element is no longer there. Raises ExpertStuck."""
    observation = yield LOOK
    for _ in range(tries):
        if find(observation, match) is None:
            return
        observation = yield Wait(duration_s=RETRY_S)
    raise ExpertStuck(f"{match} did not go away")


def present(match: Match) -> Generator[Action | Look, Observation, bool]:
    """Whether the element is on the current screen; looks once and never raises."""
    observation = yield LOOK
    return find(observation, match) is not None


def _matching(match: Match | None, text: str | None, resource_id: str | None, description: str | None) -> Match:
    return match or Match(text=text, resource_id=resource_id, description=description)


def tap(
    match: Match | None = None,
    *,
    text: str | None = None,
    resource_id: str | None = None,
    description: str | None = None,
    tries: int = DEFAULT_TRIES,
) -> UiScript:
    """Taps the middle of an element; the same call clicks on a desktop."""
    node = yield from wait_for(_matching(match, text, resource_id, description), tries=tries)
    yield Click(at=node.bounds.center)
    return node


def double_click(match: Match | None = None, *, text: str | None = None, tries: int = DEFAULT_TRIES) -> UiScript:
    node = yield from wait_for(_matching(match, text, None, None), tries=tries)
    yield Click(at=node.bounds.center, count=2)
    return node


def long_press(
    match: Match | None = None,
    *,
    text: str | None = None,
    resource_id: str | None = None,
    description: str | None = None,
    tries: int = DEFAULT_TRIES,
) -> UiScript:
    node = yield from wait_for(_matching(match, text, resource_id, description), tries=tries)
    yield LongPress(at=node.bounds.center)
    return node


def type_into(
    content: str,
    match: Match | None = None,
    *,
    text: str | None = None,
    resource_id: str | None = None,
    clear: bool = True,
    tries: int = DEFAULT_TRIES,
) -> UiScript:
    """Focuses a field by tapping it and types; with `clear`, what was in it is deleted first."""
    node = yield from tap(match, text=text, resource_id=resource_id, tries=tries)
    if clear:
        yield from clear_field(Match(state="focused"), fallback=node)
    yield TypeText(text=content)
    return node


def clear_field(match: Match, *, fallback: UiNode | None = None) -> Plain:
    """Empties the field: select all and backspace; where that leaves something, one backspace a character."""
    observation = yield LOOK
    node = find(observation, match) or fallback
    if not field_content(node):
        return
    yield PressKey(key="a", modifiers=("ctrl",))
    observation = yield PressKey(key="backspace")
    left = field_content(find(observation, match))
    if left:
        yield PressKey(key="end", modifiers=("ctrl",))
    for _ in left:
        yield PressKey(key="backspace")


def field_content(node: UiNode | None) -> str:
    """What is typed in a field; a hint shown in an empty field is not content."""
    if node is None:
        return ""
    content = node.value or node.text
    return "" if content == node.hint else content


def toggle(
    match: Match | None = None,
    *,
    text: str | None = None,
    resource_id: str | None = None,
    on: bool,
    tries: int = DEFAULT_TRIES,
) -> UiScript:
    """Taps a switch or box unless it already stands as wanted, and makes sure that it then does.

    With `text`, the checkable element in the same row as the label is meant.
    """
    meant = _matching(match, text, resource_id, None)
    node = yield from wait_for(meant, tries=tries)
    observation = yield LOOK
    switch = _switch_of(observation, node)
    if ("checked" in switch.states) is on:
        return switch
    observation = yield Click(at=switch.bounds.center)
    for _ in range(tries):
        node = find(observation, meant) or node
        after = _switch_of(observation, node)
        if ("checked" in after.states) is on:
            return after
        observation = yield Wait(duration_s=RETRY_S)
    raise ExpertStuck(f"{meant} did not turn {'on' if on else 'off'}")


def _switch_of(observation: Observation, node: UiNode) -> UiNode:
    """The checkable element that `node` is, or that lies in its row."""
    if "checkable" in node.states:
        return node
    y = node.bounds.center.y
    row = [
        other
        for other in visible_nodes(observation)
        if "checkable" in other.states and other.bounds.top <= y < other.bounds.bottom
    ]
    if not row:
        raise ExpertStuck(f"no switch beside {node.label!r} at y={y}")
    return min(row, key=lambda other: other.bounds.area)


def swipe(direction: Direction, *, within: Rect | None = None, fraction: float = 0.5) -> Plain:
    """Moves a finger so that the content on the `direction` side comes into view.

    `swipe("down")` shows what lies below: the finger moves up by `fraction` of the area's height.
    """
    observation = yield LOOK
    yield swipe_action(observation, direction, within=within, fraction=fraction)


def swipe_action(
    observation: Observation, direction: Direction, *, within: Rect | None = None, fraction: float = 0.5
) -> Swipe:
    """The swipe that `swipe` makes on this screen."""
    area = within or Rect(0, 0, observation.screen.width, observation.screen.height)
    center = area.center
    dx, dy = int(area.width * fraction / 2), int(area.height * fraction / 2)
    match direction:
        case "down":
            return Swipe(start=Point(center.x, center.y + dy), end=Point(center.x, center.y - dy), duration_ms=500)
        case "up":
            return Swipe(start=Point(center.x, center.y - dy), end=Point(center.x, center.y + dy), duration_ms=500)
        case "right":
            return Swipe(start=Point(center.x + dx, center.y), end=Point(center.x - dx, center.y), duration_ms=500)
        case "left":
            return Swipe(start=Point(center.x - dx, center.y), end=Point(center.x + dx, center.y), duration_ms=500)


def scroll_to(
    text: str | None = None,
    match: Match | None = None,
    *,
    direction: Direction = "down",
    max_swipes: int = 12,
    within: Rect | None = None,
    fraction: float = 0.5,
) -> UiScript:
    """Scrolls the biggest scrollable area until the element is on the screen, and gives it back.

    A swipe moves it by `fraction` of its height. Goes once to the end in `direction`, then once all the way back.
    Raises ExpertStuck.
    """
    meant = _matching(match, text, None, None)
    back: dict[Direction, Direction] = {"down": "up", "up": "down", "left": "right", "right": "left"}
    observation = yield LOOK
    for way in (direction, back[direction]):
        for _ in range(max_swipes):
            node = find(observation, meant)
            if node is not None:
                return node
            before = _labels(observation)
            area = within or _scrollable(observation)
            observation = yield swipe_action(observation, way, within=area, fraction=fraction)
            if _labels(observation) == before:
                break
    node = find(observation, meant)
    if node is None:
        raise _stuck(meant, observation)
    return node


def _labels(observation: Observation) -> list[tuple[str, Rect]]:
    return [(node.label, node.bounds) for node in visible_nodes(observation) if node.label]


def _scrollable(observation: Observation) -> Rect | None:
    areas = [node.bounds for node in visible_nodes(observation) if "scrollable" in node.states]
    return max(areas, key=lambda area: area.area) if areas else None


def scroll_and_tap(text: str | None = None, match: Match | None = None, *, direction: Direction = "down") -> UiScript:
    """`scroll_to`, then a tap on what it found."""
    node = yield from scroll_to(text, match, direction=direction)
    yield Click(at=node.bounds.center)
    return node


def drag(start: Match, end: Match) -> Plain:
    """Picks up one element and drops it on another."""
    source = yield from wait_for(start)
    target = yield from wait_for(end)
    yield Drag(start=source.bounds.center, end=target.bounds.center)


def open_app(name: str) -> Plain:
    yield OpenApp(name=name)


def press(button: SystemButtonName) -> Plain:
    yield SystemButton(button=button)


def back() -> Plain:
    yield SystemButton(button="back")


def home() -> Plain:
    yield SystemButton(button="home")


def key(combination: str) -> Plain:
    """One key with modifiers, as `ctrl+s` or `enter`."""
    *modifiers, name = combination.split("+")
    known: dict[str, Literal["ctrl", "shift", "alt", "super"]] = {
        "ctrl": "ctrl",
        "shift": "shift",
        "alt": "alt",
        "super": "super",
    }
    yield PressKey(key=name, modifiers=tuple(known[modifier] for modifier in modifiers))


def type_text(content: str) -> Plain:
    """Types into whatever has the focus."""
    yield TypeText(text=content)


def answer(content: str) -> Plain:
    """Answers the goal's question."""
    yield Answer(text=content)
