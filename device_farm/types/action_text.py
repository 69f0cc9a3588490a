"""What was done, in words."""

from __future__ import annotations

from typing import assert_never

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
from device_farm.types.ui_tree import UiTree


def action_text(action: Action | None, tree: UiTree | None, *, points: bool = True) -> str:
    """One line that says what was done, and on which element of the screen before it. Without `points` there are no
    coordinates in it: elements by their label alone, swipes by where the finger went.
    """
    match action:
        case None:
            return "a reply that could not be read"
        case Click(at=at, count=count):
            return f"{'click' if count == 1 else f'click {count} times'} at {_at(at, tree, points)}"
        case MoveTo(at=at):
            return f"move the pointer to {_at(at, tree, points)}"
        case LongPress(at=at):
            return f"long press at {_at(at, tree, points)}"
        case Drag(start=start, end=end):
            return f"drag from {_at(start, tree, points)} to {_at(end, tree, points)}"
        case Swipe(start=start, end=end):
            if not points:
                return f"swipe {_way(start, end)}"
            return f"swipe from {start.x},{start.y} to {end.x},{end.y}"
        case Scroll(at=at, dx=dx, dy=dy):
            return f"scroll by {dx},{dy}" + (f" at {at.x},{at.y}" if points else "")
        case TypeText(text=text):
            return f"type {text!r}"
        case PressKey(key=key, modifiers=modifiers):
            return f"press {'+'.join((*modifiers, key))}"
        case SystemButton(button=button):
            return f"press the button {button}"
        case OpenApp(name=name):
            return f"open the application {name!r}"
        case Wait(duration_s=duration_s):
            return f"wait {duration_s:g} s"
        case Answer(text=text):
            return f"answer {text!r}"
        case Terminate():
            # Its status and reason are the actor's own verdict, which a memory leaves out.
            return "end the episode"
    assert_never(action)


def _way(start: Point, end: Point) -> str:
    across, down = end.x - start.x, end.y - start.y
    if abs(across) > abs(down):
        return "right" if across > 0 else "left"
    return "down" if down > 0 else "up"


def _at(point: Point, tree: UiTree | None, points: bool) -> str:
    named = None if tree is None else _named_at(tree, point)
    if not points:
        return repr(named[:120]) if named else "an element without a label"
    return f"{point.x},{point.y}" + (f" on {named[:120]!r}" if named else "")


def _named_at(tree: UiTree, point: Point) -> str:
    """The label of the topmost, innermost visible element at `point` that has one."""
    found = ""
    for node in tree.walk():
        if "visible" in node.states and node.bounds.contains(point) and node.label.strip():
            found = " ".join(node.label.split())
    return found
