"""Remote control of a phone: what automation server and control service do to it, in their terms."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from device_farm.simulator.clock import VirtualClock
from device_farm.simulator.faulty_phone import AccessibilityLostError, FaultyPhone
from device_farm.simulator.uiautomator.errors import AutomationError, NotConnectedError
from device_farm.types.geometry import Point
from device_farm.types.ui_tree import UiTree

_VIRTUAL_STEP_S = 0.005
"""Host seconds that a wait under the virtual clock gives other clients at each step."""


class RemoteControl:
    """Implements `AutomatedPhone` on the phone that `phone` returns. Durations of single touches are host time."""

    def __init__(self, phone: Callable[[], FaultyPhone]) -> None:
        self._get_phone = phone

    @property
    def _phone(self) -> FaultyPhone:
        return self._get_phone()

    # Looking

    def tree(self) -> UiTree:
        try:
            return self._phone.accessibility()
        except AccessibilityLostError as error:
            raise NotConnectedError from error

    def device_info(self) -> Mapping[str, Any]:
        phone = self._phone
        profile = phone.profile
        turned = self.rotation % 2 == 1
        width, height = profile.screen.width, profile.screen.height
        scale = 160 / profile.density_dpi
        return {
            "currentPackageName": self.current_package(),
            "displayWidth": height if turned else width,
            "displayHeight": width if turned else height,
            "displayRotation": self.rotation,
            "displaySizeDpX": round(width * scale),
            "displaySizeDpY": round(height * scale),
            "productName": phone.properties.get("ro.product.name", ""),
            "screenOn": phone.screen_on,
            "sdkInt": profile.sdk,
            "naturalOrientation": self.rotation == 0,
        }

    def current_package(self) -> str:
        """The package of the window in front."""
        window = self._phone.activities.focused_window
        if window == "NotificationShade":
            return "com.android.systemui"
        package, slash, _ = window.partition("/")
        return package if slash else "android"

    def frame(self) -> NDArray[np.uint8]:
        return self._phone.frame()

    def jpeg(self, *, scale: float, quality: int) -> bytes:
        pixels = cv2.cvtColor(self._phone.frame(), cv2.COLOR_RGBA2BGR)
        if scale < 1:
            pixels = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        done, data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
        assert done
        return bytes(data)

    @property
    def screen_on(self) -> bool:
        return self._phone.screen_on

    def toast(self) -> str | None:
        toast = self._phone.state.toast
        return toast.text if toast is not None and toast.until_s > self._phone.clock.uptime_s() else None

    # Fingers and keys

    def press(self, point: Point, *, duration_ms: int = 50) -> None:
        self._phone.input.press(point.x, point.y, duration_ms=duration_ms)

    def stroke(self, points: Sequence[Point], *, duration_ms: int, hold_ms: int = 0) -> None:
        path = [(point.x, point.y) for point in points]
        # A drag ends with the finger still, as what is dropped must not fly on.
        rest_ms = 200 if hold_ms else 0
        self._phone.input.stroke(path, duration_ms=duration_ms, hold_ms=hold_ms, rest_ms=rest_ms)

    async def pace(self, duration_ms: float) -> None:
        await self._phone.clock.pace(duration_ms / 1000)

    def touch(self, action: int, point: Point) -> None:
        now_ms = time.monotonic() * 1000
        match action:
            case 0:
                self._phone.input.down(point.x, point.y, now_ms)
            case 1:
                self._phone.input.up(point.x, point.y, now_ms)
            case _:
                self._phone.input.move(point.x, point.y, now_ms)

    def key(self, code: int, *, meta: int = 0) -> None:
        self._phone.input.key(code, meta=meta)

    def type_text(self, text: str) -> None:
        self._phone.input.text(text)

    def replace_text(self, text: str) -> None:
        self._phone.input.replace_text(text)

    # State

    @property
    def clipboard(self) -> str:
        return self._phone.clipboard

    @clipboard.setter
    def clipboard(self, text: str) -> None:
        self._phone.clipboard = text

    def show_toast(self, text: str) -> None:
        self._phone.show_toast(text)

    def expand_shade(self, *, quick_settings: bool) -> None:
        self._phone.change(shade="settings" if quick_settings else "notifications")

    @property
    def rotation(self) -> int:
        """Quarter turns of the display."""
        return self._phone.state.hardware.rotation

    def set_rotation(self, quarter_turns: int | None) -> None:
        settings = self._phone.settings
        settings.put("system", "accelerometer_rotation", int(quarter_turns is None))
        if quarter_turns is None:
            return
        if quarter_turns != self.rotation:
            raise AutomationError("java.lang.UnsupportedOperationException: this screen is fixed in portrait")
        settings.put("system", "user_rotation", quarter_turns)

    async def sleep(self, seconds: float) -> None:
        """Lets `seconds` of the phone's time pass; other clients get a turn meanwhile."""
        phone = self._phone
        await phone.clock.sleep(seconds)
        if isinstance(phone.clock, VirtualClock):
            await asyncio.sleep(_VIRTUAL_STEP_S)
        phone.settle()
