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


def action_text(action: Action | None, tree: UiTree | None) -> str:
    """One line that says what was done, and on which element of the screen before it."""
    match action:
        case None:
            return "a reply that could not be read"
        case Click(at=at, count=count):
            return f"{'click' if count == 1 else f'click {count} times'} at {_at(at, tree)}"
        case MoveTo(at=at):
            return f"move the pointer to {_at(at, tree)}"
        case LongPress(at=at):
            return f"long press at {_at(at, tree)}"
        case Drag(start=start, end=end):
            return f"drag from {_at(start, tree)} to {_at(end, tree)}"
        case Swipe(start=start, end=end):
            return f"swipe from {start.x},{start.y} to {end.x},{end.y}"
        case Scroll(at=at, dx=dx, dy=dy):
            return f"scroll by {dx},{dy} at {at.x},{at.y}"
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


def _at(point: Point, tree: UiTree | None) -> str:
    named = None if tree is None else _named_at(tree, point)
    return f"{point.x},{point.y}" + (f" on {named[:120]!r}" if named else "")


def _named_at(tree: UiTree, point: Point) -> str:
    """The label of the topmost, innermost visible element at `point` that has one."""
    found = ""
    for node in tree.walk():
        if "visible" in node.states and node.bounds.contains(point) and node.label.strip():
            found = " ".join(node.label.split())
    return found
