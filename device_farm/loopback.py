"""A port of this machine's loopback that is listened at for as long as a block lasts."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self

from device_farm.errors import ConfigError


class LoopbackListener(ABC):
    """Use as `async with`. Listens on 127.0.0.1 only; whoever is connected at the end is cut off.

    `port` 0 asks for any free one; `field` names the option that asked, for the error. `limit` is how many bytes of a
    line or head are held at most while its end is waited for.
    """

    def __init__(self, *, port: int = 0, field: str = "port", limit: int = 1 << 16) -> None:
        self._asked = port
        self._field = field
        self._limit = limit
        self._server: asyncio.Server | None = None
        self._lines: set[asyncio.Task[None]] = set()

    @abstractmethod
    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, to its end. Cancelled with the block."""

    async def __aenter__(self) -> Self:
        """Raises ConfigError where the port is taken."""
        try:
            self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._asked, limit=self._limit)
        except OSError as error:
            message = f"127.0.0.1:{self._asked} cannot be listened on: {error.strerror}"
            raise ConfigError(message, field=self._field, fix="choose another port") from error
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
            # One that came in the last moment begins when all is over.
            if self._server is not None:
                await self.serve(reader, writer)
        except asyncio.CancelledError:
            # By the end of the block, and nobody awaits it but that; asyncio logs a cancelled server task as an error.
            pass
        finally:
            self._lines.discard(task)
            writer.close()
