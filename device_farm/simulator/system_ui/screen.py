"""The screen of one phone: lays it out when something has changed, paints and encodes it when somebody looks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from device_farm.simulator.clock import VirtualClock
from device_farm.simulator.state import ViewRef
from device_farm.simulator.system_ui.compose import compose, surface_ref
from device_farm.simulator.system_ui.picture import Picture
from device_farm.simulator.system_ui.prompts import answer_permission
from device_farm.simulator.system_ui.window import Window
from device_farm.simulator.toolkit.accessibility import ui_nodes
from device_farm.simulator.toolkit.base import Direction
from device_farm.simulator.toolkit.emit import emit_node
from device_farm.simulator.toolkit.hit import path_at
from device_farm.simulator.toolkit.metrics import SCREEN_HEIGHT_PX, SCREEN_WIDTH_PX
from device_farm.simulator.toolkit.node import FieldContent, Node
from device_farm.simulator.toolkit.ops import Box, DisplayList, Op
from device_farm.simulator.toolkit.png import assemble, encode_strips
from device_farm.simulator.toolkit.renderer import difference, shared_renderer
from device_farm.types.geometry import Rect
from device_farm.types.ui_tree import UiNode, UiTree

if TYPE_CHECKING:
    from device_farm.simulator.phone import SimulatedPhone

WHOLE = (0, 0, SCREEN_WIDTH_PX, SCREEN_HEIGHT_PX)
_DARK: DisplayList = (Box("box", *WHOLE, 0, 0xFF000000, 0, 0, 0),)
# With a clock that runs by itself, the screen is laid out anew at most this often.
REAL_CLOCK_STEP_S = 0.05


@dataclass(slots=True, kw_only=True)
class _Layout:
    """What was laid out of one state, which `stamp` names; `tree` once somebody has asked for it."""

    stamp: tuple[object, ...] = ()
    windows: tuple[Window, ...] = ()
    frame: DisplayList = ()
    tree: UiTree | None = None

    def of(self, now: tuple[object, ...]) -> bool:
        return len(self.stamp) == len(now) and all(
            old is new or (isinstance(new, int | float) and old == new)
            for old, new in zip(self.stamp, now, strict=True)
        )


class Screen:
    """Caches the windows, the display list and the PNG of the phone's present state, and the layout of the state that
    it was last put back to: who tries things out goes back to it over and over.
    """

    def __init__(self, phone: SimulatedPhone) -> None:
        self._phone = phone
        self._layout = _Layout()
        self._base = _Layout()
        self._put_back = False
        self._frame: DisplayList = ()
        self.picture: Picture | None = None
        self.last_number = 0

    def restore(self, picture: Picture | None, number: int) -> None:
        """Forgets the layout; keeps what a snapshot knows of the pixels."""
        self._layout, self._put_back = _Layout(), True
        self._frame = picture.frame if picture is not None else ()
        self.picture, self.last_number = picture, number

    # Layout

    def _now(self) -> tuple[object, ...]:
        phone = self._phone
        step = 0.0 if isinstance(phone.clock, VirtualClock) else REAL_CLOCK_STEP_S
        times = (phone.clock.now_s(), phone.clock.uptime_s())
        return (
            phone.state,
            phone.files.root,
            phone.settings.tables,
            phone.properties.snapshot(),
            *(int(time / step) if step else time for time in times),
        )

    def windows(self) -> tuple[Window, ...]:
        """The windows of the present state, bottom first."""
        self._phone.settle()
        now = self._now()
        if self._layout.of(now):
            return self._layout.windows
        if self._base.of(now):
            self._layout = self._base
        else:
            windows = compose(self._phone)
            # Composing commits view state, so the stamp is taken after it.
            self._layout = _Layout(stamp=self._now(), windows=windows, frame=_emitted(windows))
        if self._put_back:
            self._base, self._put_back = self._layout, False
        if self._layout.frame != self._frame:
            self._frame = self._layout.frame
            self.last_number += 1
        return self._layout.windows

    # Output

    def number(self) -> int:
        self.windows()
        return self.last_number

    def pixels(self) -> NDArray[np.uint8]:
        self.windows()
        renderer = shared_renderer()
        with renderer.lock:
            renderer.paint(self._frame)
            return renderer.pixels.copy()

    def png(self) -> bytes:
        self.windows()
        old = self.picture
        if old is not None and old.frame is self._frame:
            return old.png
        damage = difference(old.frame, self._frame) if old is not None else WHOLE
        if old is not None and damage is None:
            return old.png
        renderer = shared_renderer()
        with renderer.lock:
            renderer.paint(self._frame)
            rows = (damage[1], damage[3]) if damage is not None else None
            strips = encode_strips(renderer.pixels, old.strips if old is not None else None, rows)
        png = assemble(strips, SCREEN_WIDTH_PX, SCREEN_HEIGHT_PX)
        self.picture = Picture(frame=self._frame, strips=strips, png=png)
        return png

    def tree(self) -> UiTree:
        windows = self.windows()
        if self._layout.tree is None:
            roots: list[UiNode] = []
            for window in windows:
                if window.modal:
                    roots.clear()
                if window.accessible:
                    roots.extend(ui_nodes(_seen(window), window.package, Rect(*WHOLE)))
            self._layout.tree = UiTree(roots=tuple(roots))
        return self._layout.tree

    # What input needs

    def hit(self, x: int, y: int) -> tuple[Window | None, tuple[Node, ...]]:
        """The window under a touch, and its nodes there from the root down."""
        for window in reversed(self.windows()):
            if window.touchable and (window.modal or window.root.contains(x, y)):
                return (window, path_at(window.root, x, y))
        return (None, ())

    def _focus_windows(self) -> list[Window]:
        ref = surface_ref(self._phone.state)
        return [window for window in self.windows() if window.ref == ref]

    def focused_field(self) -> tuple[ViewRef, FieldContent] | None:
        """The field that gets typed text."""
        ref = surface_ref(self._phone.state)
        windows = self._focus_windows()
        focus = self._phone.view(ref).focus
        for window in reversed(windows):
            field = window.scope.fields.get(focus)
            if field is not None and field.enabled:
                return (ref, field)
        return None

    def field_keys(self, ref: ViewRef) -> list[str]:
        """Keys of the fields in the topmost window of `ref`, in order."""
        own = [window for window in self.windows() if window.ref == ref and window.name != "popup"]
        return [key for key, field in own[-1].scope.fields.items() if field.enabled] if own else []

    def run(self, ref: ViewRef, handler: Callable[[], None]) -> None:
        """Runs a handler of a screen; an app's may crash the app."""
        record = self._phone.state.find(ref) if isinstance(ref, int) else None
        if record is not None:
            self._phone.callbacks.guarded(record.component.package, handler)
        else:
            handler()

    def keyboard_visible(self) -> bool:
        return any(window.name == "keyboard" for window in self.windows())

    def tap_described(self, description: str) -> None:
        """Runs the tap of the topmost node with that content description, where there is one."""
        for window in reversed(self.windows()):
            for node in window.root.walk():
                if node.description == description and node.on_tap is not None and node.enabled:
                    self.run(window.ref, node.on_tap)
                    return

    def page(self, *, forward: bool) -> None:
        """Scrolls the first scrolling part of the front window by its height."""
        for window in self._focus_windows():
            for node in window.root.walk():
                if node.scroll_key and node.scroll_max > 0:
                    step = node.bottom - node.top
                    offset = min(max(node.scroll_px + (step if forward else -step), 0), node.scroll_max)
                    view = self._phone.view(window.ref)
                    self._phone.set_view(window.ref, view.with_scroll(node.scroll_key, offset))
                    return

    def close_top(self) -> bool:
        """Closes the topmost menu or dialog of the front screen. False where there is none."""
        own = [window for window in self._focus_windows() if window.on_outside is not None]
        if not own or own[-1].on_outside is None:
            return False
        self.run(own[-1].ref, own[-1].on_outside)
        return True

    def answer_prompt(self, *, granted: bool, decided: bool = True) -> None:
        answer_permission(self._phone, granted=granted, decided=decided)

    def pull_shade(self, direction: Direction) -> None:
        """A pull from the top edge: the shade; a second one its settings."""
        if direction == "down":
            following = "notifications" if self._phone.state.shade == "closed" else "settings"
            self._phone.change(shade=following)


def _seen(window: Window) -> Node:
    """What accessibility calls the window's root: a dialog's is its box."""
    return window.box if window.box is not None else window.root


def _emitted(windows: tuple[Window, ...]) -> DisplayList:
    """What is painted of the windows; a screen that is off is black."""
    if not windows:
        return _DARK
    ops: list[Op] = []
    for window in windows:
        emit_node(window.root, ops.append, WHOLE)
    return tuple(ops)
