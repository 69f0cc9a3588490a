"""A port of a device's guest as one of this machine's: for programs that talk to the desktop's browser or player."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator, Callable
from typing import Final

from device_farm.adb.stream import carry
from device_farm.device import ByteStream, Device
from device_farm.errors import FarmError, GuestError
from device_farm.loopback import LoopbackListener

BROWSER_PORT: Final = 9222
"""Where OSWorld looks for the browser's DevTools: its tasks lead it to the port that they start the browser with."""
PLAYER_PORT: Final = 8080
"""VLC's HTTP interface."""
_PIECE: Final = 1 << 16
_AT_ONCE: Final = struct.pack("ii", 1, 0)


class GuestPort(LoopbackListener):
    """Use as `async with`. Each connection is one to the guest's port, made when it comes.

    Where nothing listens in the guest the connection is reset. `trouble` is told when the device itself fails.
    """

    def __init__(
        self,
        device: Device,
        guest_port: int,
        *,
        port: int = 0,
        field: str = "port",
        trouble: Callable[[FarmError], None] | None = None,
    ) -> None:
        super().__init__(port=port, field=field)
        self._device = device
        self._guest_port = guest_port
        self._trouble = trouble

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            stream = await self._dialled()
            if stream is not None:
                await carry(stream, _pieces(reader), lambda data: _send(writer, data))
                writer.close()
                await writer.wait_closed()
        except (FarmError, ConnectionError):
            # The program in the guest, or our own client, broke the connection: the other learns of it.
            pass
        finally:
            # Where all is well it is closed already.
            _reset(writer)

    async def _dialled(self) -> ByteStream | None:
        """A connection to the guest's port; None where there is none to be had."""
        try:
            return await self._device.dial(self._guest_port)
        except GuestError:
            return None
        except FarmError as error:
            if self._trouble is not None:
                self._trouble(error)
            return None


async def _pieces(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(_PIECE):
            yield data


async def _send(writer: asyncio.StreamWriter, data: bytes) -> None:
    writer.write(data)
    await writer.drain()


def _reset(writer: asyncio.StreamWriter) -> None:
    """Ends the connection as a refusal: an orderly end could be taken for an empty answer."""
    connection = writer.get_extra_info("socket")
    with contextlib.suppress(OSError):
        # A closed socket takes no option.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
    writer.transport.abort()
