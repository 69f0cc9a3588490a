"""When a screen has settled after an action."""

from __future__ import annotations

import asyncio
from typing import Protocol

from device_farm.android.capture import ScreenCapture


class Settle(Protocol):
    async def wait(self) -> None:
        """Returns once the screen has settled, or has had its time."""
        ...


class SettledAtOnce:
    """For a simulated phone, which has drawn the result before the command returns."""

    async def wait(self) -> None:
        """Returns at once."""


class StableFrames:
    """Polls until two frames in a row agree, for `deadline_s` at most: animations, spinners and videos never settle."""

    def __init__(self, capture: ScreenCapture, *, interval_s: float = 0.15, deadline_s: float = 3.0) -> None:
        self._capture = capture
        self._interval_s = interval_s
        self._deadline_s = deadline_s

    async def wait(self) -> None:
        loop = asyncio.get_running_loop()
        ends = loop.time() + self._deadline_s
        await asyncio.sleep(self._interval_s)
        before = await self._capture.png()
        while loop.time() < ends:
            await asyncio.sleep(self._interval_s)
            now = await self._capture.png()
            if now == before:
                return
            before = now
