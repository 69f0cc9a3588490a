"""A phone whose screen and accessibility can be made to fail from outside."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from device_farm.errors import GuestError
from device_farm.simulator.faults import Faults
from device_farm.simulator.phone import SimulatedPhone
from device_farm.types.ui_tree import UiTree


class AccessibilityLostError(GuestError):
    """The accessibility service is gone: no tree can be read."""

    def __init__(self) -> None:
        super().__init__("null root node returned by UiTestAutomationBridge")

    def __reduce__(self) -> tuple[object, ...]:
        return (AccessibilityLostError, ())


class FaultyPhone(SimulatedPhone):
    """Obeys `set_faults`; without faults it is the phone itself."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._accessibility_lost = False
        self._stale_pixels: NDArray[np.uint8] | None = None
        self._stale_png = b""
        self._stale_number = 0
        self._whole_capacity_bytes = self.files.capacity_bytes
        self._disk_full = False

    def set_faults(self, faults: Faults) -> None:
        """Breaks and mends what `faults` says about screen, accessibility and disk."""
        self._accessibility_lost = faults.accessibility_lost
        if not faults.stale_frame:
            self._stale_pixels, self._stale_png = None, b""
        elif self._stale_pixels is None:
            self._stale_png, self._stale_number = super().screenshot_png(), super().frame_number
            self._stale_pixels = super().frame()
        self._disk_full = faults.full_disk
        self._apply_disk()

    def restore(self, snapshot: Any) -> None:
        super().restore(snapshot)
        self._apply_disk()

    def frame(self) -> NDArray[np.uint8]:
        return super().frame() if self._stale_pixels is None else self._stale_pixels.copy()

    def screenshot_png(self) -> bytes:
        return super().screenshot_png() if self._stale_pixels is None else self._stale_png

    @property
    def frame_number(self) -> int:
        return super().frame_number if self._stale_pixels is None else self._stale_number

    def accessibility(self) -> UiTree:
        """Raises AccessibilityLostError while that fault is in force."""
        if self._accessibility_lost:
            raise AccessibilityLostError
        return super().accessibility()

    def _apply_disk(self) -> None:
        # The capacity is part of a snapshot, the fault is not.
        self.files.capacity_bytes = self.files.used_bytes if self._disk_full else self._whole_capacity_bytes
