"""What the automation server does to a phone and asks of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from device_farm.types.geometry import Point
from device_farm.types.ui_tree import UiTree


class AutomatedPhone(Protocol):
    """Coordinates are device pixels. Everything is done when the call returns."""

    def tree(self) -> UiTree:
        """The accessibility tree now. Raises NotConnectedError where the service is lost."""
        ...

    def device_info(self) -> Mapping[str, Any]: ...

    def jpeg(self, *, scale: float, quality: int) -> bytes:
        """The screen; `scale` in (0, 1], `quality` in [1, 100]."""
        ...

    def press(self, point: Point, *, duration_ms: int = 50) -> None:
        """A finger goes down and up at one place."""
        ...

    def stroke(self, points: Sequence[Point], *, duration_ms: int, hold_ms: int = 0) -> None:
        """A finger goes down at the first point, stays for `hold_ms`, moves through the others and lifts."""
        ...

    async def pace(self, duration_ms: float) -> None:
        """Returns when a gesture of that length is over, where the phone's clock runs by itself."""
        ...

    def touch(self, action: int, point: Point) -> None:
        """One MotionEvent: 0 down, 1 up, 2 move."""
        ...

    def key(self, code: int) -> None:
        """A key by its Android key code."""
        ...

    def replace_text(self, text: str) -> None:
        """Replaces the text of the focused field."""
        ...

    def type_text(self, text: str) -> None:
        """Types into the focused field, at its cursor."""
        ...

    def show_toast(self, text: str) -> None: ...

    def toast(self) -> str | None:
        """The toast on the screen."""
        ...

    def expand_shade(self, *, quick_settings: bool) -> None: ...

    def set_rotation(self, quarter_turns: int | None) -> None:
        """Fixes the rotation; None leaves it to the sensor again."""
        ...

    @property
    def clipboard(self) -> str: ...

    @clipboard.setter
    def clipboard(self, text: str) -> None: ...

    @property
    def screen_on(self) -> bool: ...

    async def sleep(self, seconds: float) -> None:
        """Lets the phone's time pass."""
        ...
