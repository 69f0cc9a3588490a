"""Screens of an emulator: by gRPC, and by adb for as long as gRPC does not give them."""

from __future__ import annotations

import logging

from device_farm.android.capture import ScreenCapture
from device_farm.emulator.control import EmulatorControl
from device_farm.errors import GuestError, TransportError

_LOG = logging.getLogger(__name__)
_GIVE_UP_AFTER = 3


class EmulatorCapture:
    """After three failures in a row adb alone is used, until `trust` is called."""

    def __init__(self, control: EmulatorControl, fallback: ScreenCapture) -> None:
        self._control = control
        self._fallback = fallback
        self._failures = 0

    @property
    def by_grpc(self) -> bool:
        return self._failures < _GIVE_UP_AFTER

    def trust(self) -> None:
        """Tries gRPC again: the emulator is a new one, or was set back."""
        self._failures = 0

    def distrust(self) -> None:
        """Uses adb from now on."""
        self._failures = _GIVE_UP_AFTER

    async def png(self) -> bytes:
        if self.by_grpc:
            try:
                data = await self._control.png()
            except (GuestError, TransportError) as error:
                self._failures += 1
                if not self.by_grpc:
                    _LOG.warning("screens by adb from now on: %s", error)
            else:
                self._failures = 0
                return data
        return await self._fallback.png()
