"""Where actions leave the mouse, which some dialects count from."""

from __future__ import annotations

from device_farm.types.action import Action, Click, Drag, LongPress, MoveTo, Scroll, Swipe
from device_farm.types.geometry import Point


def pointer_after(action: Action, before: Point | None) -> Point | None:
    """Where the mouse stands after an action."""
    match action:
        case Click(at=at) | MoveTo(at=at) | Scroll(at=at) | LongPress(at=at):
            return at
        case Drag(end=end) | Swipe(end=end):
            return end
        case _:
            return before
