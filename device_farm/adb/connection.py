"""What the adb client needs below it: a way to open services on one device."""

from __future__ import annotations

from typing import Protocol

from device_farm.adb.stream import AdbStream


class AdbConnection(Protocol):
    """A way to one device. Constructors do no I/O; the first call connects."""

    @property
    def address(self) -> str:
        """Names the device in messages: `127.0.0.1:5555`, or a serial."""
        ...

    async def features(self) -> frozenset[str]:
        """What the device's adbd can do, such as `shell_v2`."""
        ...

    async def open(self, service: str) -> AdbStream:
        """Opens `service`, connecting again first where the connection was lost since the last call.

        Raises:
            TransportError: the device cannot be reached.
            GuestError: the device refused the service.
        """
        ...

    async def close(self) -> None:
        """Ends the connection and every stream. Idempotent."""
        ...
