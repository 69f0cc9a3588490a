"""When two actions mean the same on a screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeAlias, assert_never

from device_farm.types.action import (
    Action,
    Answer,
    Click,
    Drag,
    LongPress,
    MoveTo,
    OpenApp,
    PressKey,
    Scroll,
    Swipe,
    SystemButton,
    Terminate,
    TypeText,
    Wait,
)
from device_farm.types.geometry import Point
from world_model.sketch.sketch import Sketch

Meaning: TypeAlias = tuple[object, ...]
_GRID: Final = 20
"""Where no element lies, places in the same twentieth of the screen's sides are one."""


def distinct(actions: Sequence[Action], sketch: Sketch, count: int) -> tuple[Action, ...]:
    """The first of each meaning, in order, at most `count`."""
    found: dict[Meaning, Action] = {}
    for action in actions:
        found.setdefault(meaning(action, sketch), action)
    return tuple(found.values())[:count]


def meaning(action: Action, sketch: Sketch) -> Meaning:
    """Equal for two actions that do the same to the same element: a touch anywhere on the smallest element below it, a
    swipe one way from the same element, texts that differ in blanks around them, waits of any length.
    """
    match action:
        case Click(at=at, button=button, count=count, modifiers=modifiers):
            return "click", _place(at, sketch), button, count, frozenset(modifiers)
        case MoveTo(at=at):
            return "move", _place(at, sketch)
        case LongPress(at=at):
            return "long press", _place(at, sketch)
        case Drag(start=start, end=end, button=button):
            return "drag", _place(start, sketch), _place(end, sketch), button
        case Swipe(start=start, end=end):
            return "swipe", _place(start, sketch), _way(end.x - start.x, end.y - start.y)
        case Scroll(at=at, dx=dx, dy=dy):
            return "scroll", _place(at, sketch), _way(dx, dy)
        case TypeText(text=text):
            return "type", text.strip(" ")
        case PressKey(key=key, modifiers=modifiers):
            return "key", key, frozenset(modifiers)
        case SystemButton(button=system_button):
            return "button", system_button
        case OpenApp(name=name):
            return "open", name.strip().casefold()
        case Wait():
            return ("wait",)
        case Answer(text=text):
            return "answer", text.strip()
        case Terminate(status=status):
            return "terminate", status
        case _:
            assert_never(action)


def _place(point: Point, sketch: Sketch) -> object:
    under = [line for line in sketch.lines if line.box.contains(point)]
    if under:
        return min(under, key=lambda line: line.box.area)
    screen = sketch.screen
    return point.x * _GRID // screen.width, point.y * _GRID // screen.height


def _way(dx: int, dy: int) -> str:
    if dx == dy == 0:
        return "nowhere"
    if abs(dx) > abs(dy):
        return "right" if dx > 0 else "left"
    return "down" if dy > 0 else "up"
