"""The guest API on a port of the loopback."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Final

from device_farm.desktop.osworld.api import GuestApi
from device_farm.desktop.osworld.messages import BODY_MAX
from device_farm.loopback import LoopbackListener
from device_farm.simulator.uiautomator.http import serve_http

_CHUNK: Final = 1 << 18


class _Line:
    """One client's connection, as the HTTP server reads and writes it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def read(self) -> bytes:
        return await self._reader.read(_CHUNK)

    async def write(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()


class GuestServer(LoopbackListener):
    """Use as `async with`. Who reaches the port commands the desktop."""

    def __init__(self, api: GuestApi, *, port: int = 0) -> None:
        super().__init__(port=port, field="--port")
        self.api = api

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            await serve_http(_Line(reader, writer), self.api.handle, max_body=BODY_MAX)
