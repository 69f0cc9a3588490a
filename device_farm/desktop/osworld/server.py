"""The guest API on a port of the loopback."""

from __future__ import annotations

import asyncio
import contextlib
from types import TracebackType
from typing import Final, Self

from device_farm.desktop.osworld.api import GuestApi
from device_farm.desktop.osworld.messages import BODY_MAX
from device_farm.errors import ConfigError
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


class GuestServer:
    """Use as `async with`. Listens on 127.0.0.1 only: who reaches the port commands the desktop."""

    def __init__(self, api: GuestApi, *, port: int = 0) -> None:
        self.api = api
        self._asked = port
        self._server: asyncio.Server | None = None
        self._lines: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        """Raises ConfigError where the port is taken."""
        try:
            self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._asked)
        except OSError as error:
            message = f"127.0.0.1:{self._asked} cannot be listened on: {error.strerror}"
            raise ConfigError(message, field="--port", fix="choose another port") from error
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for line in tuple(self._lines):
            line.cancel()
        if self._lines:
            await asyncio.wait(self._lines)

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._lines.add(task)
        try:
            with contextlib.suppress(ConnectionError):
                await serve_http(_Line(reader, writer), self.api.handle, max_body=BODY_MAX)
        finally:
            self._lines.discard(task)
            writer.close()
