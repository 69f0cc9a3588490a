"""Fingers on glass: touch down, move, up become tap, long press, drag, scroll, fling, swipe. Keys and text go on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, TypeAlias

from device_farm.simulator.clock import VirtualClock
from device_farm.simulator.editing import Editor
from device_farm.simulator.keys import Keys
from device_farm.simulator.toolkit.base import Direction, Handler
from device_farm.simulator.toolkit.content import Stroke
from device_farm.simulator.toolkit.drawings import slider_track
from device_farm.simulator.toolkit.emit import cursor_at
from device_farm.simulator.toolkit.hit import deepest
from device_farm.simulator.toolkit.metrics import (
    DENSITY_DPI,
    SCREEN_HEIGHT_PX,
    SCREEN_WIDTH_PX,
    STATUS_BAR_PX,
    TOUCH_SLOP_PX,
)
from device_farm.simulator.toolkit.node import FieldContent, Node, Shape
from device_farm.simulator.toolkit.view import FieldState

if TYPE_CHECKING:
    from device_farm.simulator.phone import SimulatedPhone
    from device_farm.simulator.system_ui.window import Window

EVENT_S = 0.5
"""How far each input event moves the virtual clock: about what a person's screen takes to settle."""

DOUBLE_TAP_MS = 300
# A swipe is delivered as moves at 60 Hz, as `input swipe` does.
MOVE_INTERVAL_MS = 1000 / 60
VELOCITY_WINDOW_MS = 100

Mode: TypeAlias = Literal["pending", "scroll", "drag", "stroke", "swipe", "shade", "ignored"]


@dataclass(slots=True)
class _Gesture:
    """A finger on the glass since `start_ms`; `path` are the nodes under the place where it came down."""

    window: Window | None
    path: tuple[Node, ...]
    x: int
    y: int
    start_ms: float
    mode: Mode = "pending"
    target: Node | None = None
    origin_px: int = 0
    direction: Direction = "up"
    last: tuple[int, int] = (0, 0)
    samples: list[tuple[float, int]] = field(default_factory=list)
    track: list[tuple[int, int]] = field(default_factory=list)


class Input:
    """Everything that a person can do to a phone. Coordinates are pixels; those off the screen are clamped."""

    def __init__(self, phone: SimulatedPhone) -> None:
        self._phone = phone
        self._gesture: _Gesture | None = None
        self._now_ms = 0.0
        self._last_tap: tuple[float, int, int] = (-1e9, 0, 0)
        self.editor = Editor(phone)
        self._keys = Keys(phone, self.editor)

    def press_system_key(self, code: int) -> None:
        """A button of the navigation bar, inside a touch event."""
        self._keys.press(code, 0)

    def forget(self) -> None:
        """Drops a finger that is down; a restored phone knows nothing of it."""
        self._gesture = None
        self._last_tap = (-1e9, 0, 0)

    # Whole gestures

    def tap(self, x: int, y: int) -> None:
        self.press(x, y, duration_ms=50)

    def double_tap(self, x: int, y: int) -> None:
        self.tap(x, y)
        self.tap(x, y)

    def long_press(self, x: int, y: int, duration_ms: int = 1000) -> None:
        self.press(x, y, duration_ms=duration_ms)

    def press(self, x: int, y: int, *, duration_ms: int = 50) -> None:
        """Down and up at one place; a long press from `secure/long_press_timeout` on."""
        start_ms = self._now_ms + 1
        self.down(x, y, start_ms)
        self.up(x, y, start_ms + duration_ms)

    def swipe(self, x1: int, y1: int, x2: int, y2: int, duration_ms: int = 300) -> None:
        """A straight move at even speed, as `input swipe`."""
        self.stroke(((x1, y1), (x2, y2)), duration_ms=duration_ms)

    def drag(self, x1: int, y1: int, x2: int, y2: int, duration_ms: int = 1000, hold_ms: int = 500) -> None:
        """Holds, then moves, then stands still before lifting: no fling."""
        self.stroke(((x1, y1), (x2, y2)), duration_ms=duration_ms, hold_ms=hold_ms, rest_ms=VELOCITY_WINDOW_MS * 2)

    def stroke(
        self, points: Sequence[tuple[int, int]], *, duration_ms: float, hold_ms: float = 0.0, rest_ms: float = 0.0
    ) -> None:
        """Down at the first point, `hold_ms` still, through the others in `duration_ms`, `rest_ms` still, up."""
        at_ms = self._now_ms + 1
        self.down(*points[0], at_ms)
        at_ms += hold_ms
        legs = len(points) - 1
        for (x1, y1), (x2, y2) in pairwise(points):
            steps = max(1, int(duration_ms / legs / MOVE_INTERVAL_MS))
            for step in range(1, steps + 1):
                part = step / steps
                at_ms += duration_ms / legs / steps
                self.move(round(x1 + (x2 - x1) * part), round(y1 + (y2 - y1) * part), at_ms)
        self.up(*points[-1], at_ms + rest_ms)

    # Keys and text

    def key(self, code: int, *, meta: int = 0) -> None:
        """A key by its Android key code; `meta` are KeyEvent.META_* flags."""
        self._phone.settle()
        self._keys.press(code, meta)
        self._tick()

    def text(self, text: str) -> None:
        """Types into the focused field, as a hardware keyboard would; a line feed is Enter. No focus: nothing."""
        self._phone.settle()
        for piece in text.splitlines(keepends=True):
            line = piece.rstrip("\r\n")
            if line:
                self.editor.type(line)
            if line != piece:
                self._keys.enter()
        self._tick()

    def replace_text(self, text: str) -> None:
        """Replaces the focused field's whole text."""
        self._phone.settle()
        self.editor.replace(text)
        self._tick()

    # Single touches

    def down(self, x: int, y: int, at_ms: float | None = None) -> None:
        """A finger comes down; `at_ms` is any clock that the following `move` and `up` use, too."""
        self._now_ms = max(self._now_ms, at_ms if at_ms is not None else self._now_ms)
        self._phone.settle()
        x, y = _clamped(x, y)
        window, path = self._phone.screen.hit(x, y) if self._phone.screen_on else (None, ())
        self._gesture = _Gesture(window, path, x, y, self._now_ms, last=(x, y))
        self._gesture.samples.append((self._now_ms, y))
        self._gesture.track.append((x, y))
        if not self._phone.screen_on:
            self._gesture.mode = "ignored"

    def move(self, x: int, y: int, at_ms: float | None = None) -> None:
        gesture = self._gesture
        if gesture is None:
            return
        self._now_ms = max(self._now_ms, at_ms if at_ms is not None else self._now_ms)
        x, y = _clamped(x, y)
        gesture.last = (x, y)
        gesture.samples.append((self._now_ms, y))
        gesture.track.append((x, y))
        if gesture.mode == "pending" and math.hypot(x - gesture.x, y - gesture.y) > TOUCH_SLOP_PX:
            self._begin(gesture, x - gesture.x, y - gesture.y)
        if gesture.mode == "scroll":
            self._scroll_by(gesture, y - gesture.y)
        elif gesture.mode == "drag":
            self._drag_to(gesture, x, y)

    def up(self, x: int, y: int, at_ms: float | None = None) -> None:
        self.move(x, y, at_ms)
        gesture, self._gesture = self._gesture, None
        if gesture is None:
            return
        match gesture.mode:
            case "pending":
                self._pressed(gesture)
            case "scroll":
                self._fling(gesture)
            case "swipe":
                target = gesture.target
                if target is not None and target.on_swipe is not None:
                    handler, direction = target.on_swipe, gesture.direction
                    self._run(gesture, lambda: handler(direction))
            case "stroke":
                self._stroked(gesture, gesture.track)
            case "shade":
                self._phone.screen.pull_shade(gesture.direction)
            case "drag" | "ignored":
                pass
        self._tick()

    # What a gesture is

    def _begin(self, gesture: _Gesture, dx: int, dy: int) -> None:
        """Decides what a finger does that has left the touch slop."""
        vertical = abs(dy) >= abs(dx)
        gesture.direction = ("down" if dy > 0 else "up") if vertical else ("right" if dx > 0 else "left")
        if gesture.y < STATUS_BAR_PX and gesture.direction == "down":
            gesture.mode = "shade"
            return
        scroller = self._scroller(gesture, down=dy < 0) if vertical else None
        dragged = deepest(gesture.path, lambda node: node.on_drag is not None and node.enabled)
        stroked = deepest(gesture.path, _takes_strokes)
        if stroked is not None:
            gesture.mode, gesture.target = "stroke", stroked
        elif dragged is not None and (not vertical or scroller is None):
            gesture.mode, gesture.target = "drag", dragged
        elif scroller is not None:
            gesture.mode, gesture.target, gesture.origin_px = "scroll", scroller, scroller.scroll_px
        else:
            gesture.target = deepest(gesture.path, lambda node: node.on_swipe is not None)
            gesture.mode = "swipe" if gesture.target is not None else "ignored"

    def _scroller(self, gesture: _Gesture, *, down: bool) -> Node | None:
        """The deepest scrolling node that can still move that way; else the deepest one at all."""
        found = [node for node in gesture.path if node.scroll_key and node.scroll_max > 0]
        for node in reversed(found):
            if node.scroll_px < node.scroll_max if down else node.scroll_px > 0:
                return node
        return None

    def _scroll_by(self, gesture: _Gesture, dy: int) -> None:
        # Android takes the slop off the first move, so that the content does not jump.
        slack = TOUCH_SLOP_PX if dy > 0 else -TOUCH_SLOP_PX
        self._scroll_to(gesture, gesture.origin_px - (dy - slack if abs(dy) > TOUCH_SLOP_PX else 0))

    def _scroll_to(self, gesture: _Gesture, offset: int) -> None:
        target, window = gesture.target, gesture.window
        if target is None or window is None:
            return
        offset = min(max(offset, 0), target.scroll_max)
        view = self._phone.view(window.ref)
        self._phone.set_view(window.ref, view.with_scroll(target.scroll_key, offset))

    def _fling(self, gesture: _Gesture) -> None:
        velocity = _velocity(gesture.samples, self._now_ms)
        target, window = gesture.target, gesture.window
        if target is not None and window is not None and abs(velocity) >= MINIMUM_FLING_PX_S:
            offset = self._phone.view(window.ref).scroll.get(target.scroll_key, target.scroll_px)
            self._scroll_to(gesture, offset - round(math.copysign(fling_distance(abs(velocity)), velocity)))

    def _drag_to(self, gesture: _Gesture, x: int, y: int) -> None:
        target = gesture.target
        if target is not None and target.on_drag is not None:
            handler = target.on_drag
            across, along = _fractions(target, x, y)
            self._run(gesture, lambda: handler(across, along))

    def _stroked(self, gesture: _Gesture, track: Sequence[tuple[int, int]], *, long: bool = False) -> None:
        target = gesture.target
        if target is not None and target.on_stroke is not None:
            handler = target.on_stroke
            stroke = Stroke(tuple(_fractions(target, x, y) for x, y in track), long)
            self._run(gesture, lambda: handler(stroke))

    def _pressed(self, gesture: _Gesture) -> None:
        window = gesture.window
        if window is None:
            return
        held_ms = self._now_ms - gesture.start_ms
        if window.outside(gesture.x, gesture.y):
            if window.on_outside is not None:
                self._run(gesture, window.on_outside)
            return
        if held_ms >= self._phone.settings.get_int("secure", "long_press_timeout", 400):
            self._long_pressed(gesture)
            return
        node = deepest(gesture.path, _answers_tap)
        if node is None or not node.enabled:
            return
        if node.field_key:
            self._touch_field(gesture, node)
        elif node.on_stroke is not None:
            self._stroked(_aimed(gesture, node), gesture.track[:1])
        elif node.on_drag is not None:
            self._drag_to(_aimed(gesture, node), gesture.x, gesture.y)
        elif node.on_tap is not None:
            self._run(gesture, node.on_tap)

    def _long_pressed(self, gesture: _Gesture) -> None:
        node = deepest(
            gesture.path,
            lambda node: node.on_long_press is not None or bool(node.field_key) or node.on_stroke is not None,
        )
        if node is None or not node.enabled:
            return
        if node.on_stroke is not None:
            self._stroked(_aimed(gesture, node), gesture.track[:1], long=True)
            return
        if node.on_long_press is not None:
            self._run(gesture, node.on_long_press)
        else:
            self._touch_field(gesture, node)
            self.editor.select_word()
            self.editor.show_toolbar()

    def _touch_field(self, gesture: _Gesture, node: Node) -> None:
        """Focus, cursor to the touched place; the second of two quick taps selects the word."""
        window = gesture.window
        leaf = next((child for child in node.children if isinstance(child.content, FieldContent)), None)
        if window is None or leaf is None or not isinstance(leaf.content, FieldContent):
            return
        view = self._phone.view(window.ref)
        state = view.fields.get(node.field_key, FieldState())
        place = cursor_at(leaf, leaf.content, gesture.x, gesture.y)
        opened = view.focus != node.field_key or self._phone.state.keyboard.hidden
        self._phone.set_view(window.ref, view.focused(node.field_key, state.move(place)))
        if opened:
            self._phone.show_keyboard()
        at_ms, x, y = self._last_tap
        near = abs(x - gesture.x) + abs(y - gesture.y) < 2 * TOUCH_SLOP_PX
        if near and gesture.start_ms - at_ms < DOUBLE_TAP_MS:
            self.editor.select_word()
            self.editor.show_toolbar()
        self._last_tap = (gesture.start_ms, gesture.x, gesture.y)

    def _run(self, gesture: _Gesture, handler: Handler) -> None:
        """Runs a handler of the window that was touched."""
        window = gesture.window
        if window is not None and isinstance(window.ref, int):
            self._phone.callbacks.guarded(window.package, handler)
        else:
            handler()

    def _tick(self) -> None:
        if isinstance(self._phone.clock, VirtualClock):
            self._phone.clock.advance(EVENT_S)
        self._phone.settle()


# ViewConfiguration: 50 dp/s.
MINIMUM_FLING_PX_S = 50 * DENSITY_DPI / 160
# OverScroller: friction, inflexion, and the deceleration rate log(0.78) / log(0.9).
_FRICTION = 0.015
_INFLEXION = 0.35
_DECELERATION = math.log(0.78) / math.log(0.9)
_PHYSICAL_COEFFICIENT = 9.80665 * 39.37 * DENSITY_DPI * 0.84


def fling_distance(velocity_px_s: float) -> float:
    """How far Android's OverScroller runs on from a speed, in pixels."""
    rate = math.log(_INFLEXION * velocity_px_s / (_FRICTION * _PHYSICAL_COEFFICIENT))
    return _FRICTION * _PHYSICAL_COEFFICIENT * math.exp(_DECELERATION / (_DECELERATION - 1.0) * rate)


def _velocity(samples: list[tuple[float, int]], now_ms: float) -> float:
    """Vertical speed over the last tenth of a second, in px/s; 0 for a finger that has come to rest."""
    recent = [sample for sample in samples if now_ms - sample[0] <= VELOCITY_WINDOW_MS]
    if len(recent) < 2 or recent[-1][0] <= recent[0][0]:
        return 0.0
    return (recent[-1][1] - recent[0][1]) / (recent[-1][0] - recent[0][0]) * 1000


def _clamped(x: int, y: int) -> tuple[int, int]:
    return (min(max(int(x), 0), SCREEN_WIDTH_PX - 1), min(max(int(y), 0), SCREEN_HEIGHT_PX - 1))


def _answers_tap(node: Node) -> bool:
    drawn_on = node.on_drag is not None or node.on_stroke is not None
    return node.on_tap is not None or bool(node.field_key) or drawn_on


def _takes_strokes(node: Node) -> bool:
    return node.on_stroke is not None and node.enabled


def _aimed(gesture: _Gesture, node: Node) -> _Gesture:
    gesture.target = node
    return gesture


def _fractions(node: Node, x: int, y: int) -> tuple[float, float]:
    """Where in the node a touch lies; on a slider, along the way of its thumb, so that both ends can be reached."""
    first, last = node.left, node.right
    if isinstance(node.content, Shape) and node.content.kind == "slider":
        first, last = slider_track(node.left, node.right)
    return ((x - first) / max(1, last - first), (y - node.top) / max(1, node.bottom - node.top))
