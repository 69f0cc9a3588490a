"""Calls that move fingers and press keys."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from device_farm.simulator.uiautomator.errors import AutomationError
from device_farm.simulator.uiautomator.objects import Objects, Selector
from device_farm.simulator.uiautomator.port import AutomatedPhone
from device_farm.simulator.uiautomator.selector import Place
from device_farm.types.geometry import Point, Rect

STEP_MS = 5
"""Every step of a gesture takes 5 ms, as `UiDevice.swipe` documents."""

LONG_PRESS_MS = 600
"""Over `ViewConfiguration.getLongPressTimeout`, 400 to 500 ms."""

_SCROLL_STEPS, _FLING_STEPS = 55, 5
_MAX_SEARCH_SWIPES = 30  # UiScrollable's default
_MARGIN = 0.1  # of the scrollable's length that a scroll leaves free at either end, as UiScrollable

# Android KeyEvent codes of the names that UiAutomator takes.
KEY_CODES: Mapping[str, int] = {
    "home": 3,
    "back": 4,
    "up": 19,
    "down": 20,
    "left": 21,
    "right": 22,
    "center": 23,
    "volume_up": 24,
    "volume_down": 25,
    "power": 26,
    "camera": 27,
    "space": 62,
    "enter": 66,
    "delete": 67,
    "del": 67,
    "menu": 82,
    "search": 84,
    "volume_mute": 164,
    "recent": 187,
    "wakeup": 224,
    "sleep": 223,
}


class Gestures:
    """Fingers and keys on one phone."""

    def __init__(self, phone: AutomatedPhone, objects: Objects) -> None:
        self._phone = phone
        self._objects = objects

    def methods(self) -> Mapping[str, Callable[..., Awaitable[Any]]]:
        return {
            "click": self.click,
            "longClick": self.long_click,
            "doubleClick": self.double_click,
            "drag": self.drag,
            "dragTo": self.drag_to,
            "swipe": self.swipe,
            "swipePoints": self.swipe_points,
            "injectInputEvent": self.inject,
            "gesture": self.two_fingers,
            "pinchIn": self.two_fingers,
            "pinchOut": self.two_fingers,
            "pressKey": self.press_key,
            "pressKeyCode": self.press_key_code,
            "scrollForward": self.scroll_forward,
            "scrollBackward": self.scroll_backward,
            "scrollToBeginning": self.scroll_to_beginning,
            "scrollToEnd": self.scroll_to_end,
            "scrollTo": self.scroll_to,
            "flingForward": self.fling_forward,
            "flingBackward": self.fling_backward,
            "flingToBeginning": self.fling_to_beginning,
            "flingToEnd": self.fling_to_end,
        }

    # Taps

    async def click(self, target: Selector | float, y: Any = None, duration_ms: int = 50) -> bool:
        """At (x, y), or at a selector's node; `y` is then a corner: `tl`, `br` or nothing for the centre."""
        if isinstance(target, int | float):
            self._phone.press(_point(target, y), duration_ms=duration_ms)
        else:
            self._phone.press(_spot(self._objects.find(target), y))
        return True

    async def long_click(self, target: Selector | float, y: Any = None) -> bool:
        if isinstance(target, int | float):
            self._phone.press(_point(target, y), duration_ms=LONG_PRESS_MS)
        else:
            self._phone.press(_spot(self._objects.find(target), y), duration_ms=LONG_PRESS_MS)
        return True

    async def double_click(self, x: float, y: float) -> bool:
        for _ in range(2):
            self._phone.press(_point(x, y))
        return True

    # Strokes

    async def drag(self, x1: float, y1: float, x2: float, y2: float, steps: int) -> bool:
        points = [_point(x1, y1), _point(x2, y2)]
        self._phone.stroke(points, duration_ms=max(2, steps) * STEP_MS, hold_ms=LONG_PRESS_MS)
        await self._phone.pace(max(2, steps) * STEP_MS + LONG_PRESS_MS)
        return True

    async def drag_to(self, selector: Selector, *target: Any) -> bool:
        """To another selector's node, or to (x, y); the last argument is the number of steps."""
        *place, steps = target
        start = self._objects.find(selector).node.bounds.center
        end = _point(*place) if len(place) == 2 else self._objects.find(place[0]).node.bounds.center
        return await self.drag(start.x, start.y, end.x, end.y, steps)

    async def swipe(self, first: Any, *rest: Any) -> bool:
        """(x1, y1, x2, y2, steps), or (selector, direction, steps), or (selector, direction, percent, steps)."""
        if isinstance(first, int | float):
            x1, y1, x2, y2, steps = first, *rest
            points = [_point(x1, y1), _point(x2, y2)]
        else:
            direction, *percent, steps = rest
            points = _across(self._objects.find(first).node.bounds, direction, percent[0] if percent else 1.0)
        self._phone.stroke(points, duration_ms=max(2, int(steps)) * STEP_MS)
        await self._phone.pace(max(2, int(steps)) * STEP_MS)
        return True

    async def swipe_points(self, numbers: Sequence[float], steps: int) -> bool:
        points = [_point(x, y) for x, y in zip(numbers[::2], numbers[1::2], strict=True)]
        if len(points) < 2:
            raise ValueError("swipePoints needs two points")
        duration_ms = max(2, steps) * STEP_MS * (len(points) - 1)
        self._phone.stroke(points, duration_ms=duration_ms)
        await self._phone.pace(duration_ms)
        return True

    async def inject(self, action: int, x: float, y: float, meta: int = 0) -> bool:
        if action not in (0, 1, 2):
            raise ValueError(f"action must be 0 (down), 1 (up) or 2 (move), got {action}")
        self._phone.touch(action, _point(x, y))
        return True

    async def two_fingers(self, *_arguments: Any) -> bool:
        raise AutomationError("java.lang.UnsupportedOperationException: this touch screen takes one finger")

    # Keys

    async def press_key(self, name: str) -> bool:
        code = KEY_CODES.get(name.lower())
        if code is None:
            return False
        self._phone.key(code)
        return True

    async def press_key_code(self, code: int, meta: int = 0) -> bool:
        self._phone.key(int(code))
        return True

    # Scrolling: each answers whether the content moved.

    async def scroll_forward(self, selector: Selector, vertical: bool, steps: int = _SCROLL_STEPS) -> bool:
        return self._scroll(selector, vertical=vertical, forward=True, steps=steps)

    async def scroll_backward(self, selector: Selector, vertical: bool, steps: int = _SCROLL_STEPS) -> bool:
        return self._scroll(selector, vertical=vertical, forward=False, steps=steps)

    async def scroll_to_beginning(
        self, selector: Selector, vertical: bool, max_swipes: int = 500, steps: int = _SCROLL_STEPS
    ) -> bool:
        return self._scroll_on(selector, vertical=vertical, forward=False, swipes=max_swipes, steps=steps)

    async def scroll_to_end(
        self, selector: Selector, vertical: bool, max_swipes: int = 500, steps: int = _SCROLL_STEPS
    ) -> bool:
        return self._scroll_on(selector, vertical=vertical, forward=True, swipes=max_swipes, steps=steps)

    async def scroll_to(self, selector: Selector, target: Selector, vertical: bool) -> bool:
        if self._objects.exists(target):
            return True
        await self.scroll_to_beginning(selector, vertical)
        for _ in range(_MAX_SEARCH_SWIPES):
            if self._objects.exists(target):
                return True
            if not await self.scroll_forward(selector, vertical):
                break
        return self._objects.exists(target)

    async def fling_forward(self, selector: Selector, vertical: bool) -> bool:
        return self._scroll(selector, vertical=vertical, forward=True, steps=_FLING_STEPS)

    async def fling_backward(self, selector: Selector, vertical: bool) -> bool:
        return self._scroll(selector, vertical=vertical, forward=False, steps=_FLING_STEPS)

    async def fling_to_beginning(self, selector: Selector, vertical: bool, max_swipes: int = 500) -> bool:
        return self._scroll_on(selector, vertical=vertical, forward=False, swipes=max_swipes, steps=_FLING_STEPS)

    async def fling_to_end(self, selector: Selector, vertical: bool, max_swipes: int = 500) -> bool:
        return self._scroll_on(selector, vertical=vertical, forward=True, swipes=max_swipes, steps=_FLING_STEPS)

    def _scroll_on(self, selector: Selector, *, vertical: bool, forward: bool, swipes: int, steps: int) -> bool:
        moved = False
        for _ in range(swipes):
            if not self._scroll(selector, vertical=vertical, forward=forward, steps=steps):
                break
            moved = True
        return moved

    def _scroll(self, selector: Selector, *, vertical: bool, forward: bool, steps: int) -> bool:
        bounds = self._objects.find(selector).node.bounds
        before = self._phone.tree()
        direction = ("up" if forward else "down") if vertical else ("left" if forward else "right")
        self._phone.stroke(_across(bounds, direction, 1 - 2 * _MARGIN), duration_ms=max(2, steps) * STEP_MS)
        return self._phone.tree() != before


def _point(x: float, y: float) -> Point:
    return Point(round(x), round(y))


def _spot(place: Place, corner: Any) -> Point:
    bounds = place.node.bounds
    match corner:
        case "tl" | "topleft":
            return Point(bounds.left + 5, bounds.top + 5)
        case "br" | "bottomright":
            return Point(bounds.right - 5, bounds.bottom - 5)
        case _:
            return bounds.center


def _across(bounds: Rect, direction: str, percent: float) -> list[Point]:
    """A stroke over `percent` (in (0, 1]) of the box in `direction`, through its middle."""
    if not 0 < percent <= 1:
        raise ValueError(f"percent must be above 0 and at most 1, got {percent}")
    middle = bounds.center
    dx, dy = int((bounds.width - 1) * percent / 2), int((bounds.height - 1) * percent / 2)
    match direction:
        case "up" | "u":
            return [Point(middle.x, middle.y + dy), Point(middle.x, middle.y - dy)]
        case "down" | "d":
            return [Point(middle.x, middle.y - dy), Point(middle.x, middle.y + dy)]
        case "left" | "l":
            return [Point(middle.x + dx, middle.y), Point(middle.x - dx, middle.y)]
        case "right" | "r":
            return [Point(middle.x - dx, middle.y), Point(middle.x + dx, middle.y)]
        case _:
            raise ValueError(f"unknown direction {direction!r}")
