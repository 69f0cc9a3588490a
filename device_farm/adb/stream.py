"""One byte stream to a service of the device, the same whether it came directly or through an adb server."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Protocol

from device_farm.device import ByteStream
from device_farm.errors import TransportError

_NO_LIMIT = 2**62
_PIECE = 1 << 18


class AdbStream(ByteStream, Protocol):
    """The stream of a service. Closing it ends the command behind it."""


class ReadBuffer:
    """Bytes that have arrived, with at most one waiting reader."""

    __slots__ = ("_chunks", "_ended", "_error", "_waiter", "size")

    def __init__(self) -> None:
        self._chunks: deque[bytes] = deque()
        self._ended = False
        self._error: TransportError | None = None
        self._waiter: asyncio.Future[None] | None = None
        self.size = 0

    def feed(self, data: bytes) -> None:
        if data and not self._ended:
            self._chunks.append(data)
            self.size += len(data)
            self._wake()

    def end(self, error: TransportError | None = None) -> None:
        """No more bytes come; `error` is raised to the reader once the buffer is empty."""
        if not self._ended:
            self._ended = True
            self._error = error
            self._wake()

    async def read(self, limit: int = _NO_LIMIT) -> bytes:
        """The next bytes, at most `limit`; empty at the end."""
        while not self._chunks:
            if self._error is not None:
                raise self._error
            if self._ended:
                return b""
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        data = self._chunks.popleft()
        if len(data) > limit:
            self._chunks.appendleft(data[limit:])
            data = data[:limit]
        self.size -= len(data)
        return data

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


async def read_exactly(stream: AdbStream, size: int) -> bytes:
    """The next `size` bytes of `stream`.

    Raises:
        TransportError: the stream ends before.
    """
    parts: list[bytes] = []
    missing = size
    while missing > 0:
        data = await stream.read(missing)
        if not data:
            raise TransportError(f"the stream ended {missing} of {size} bytes early")
        parts.append(data)
        missing -= len(data)
    return parts[0] if len(parts) == 1 else b"".join(parts)


async def read_all(stream: AdbStream, *, at_most: int) -> bytes:
    """Everything up to the end of `stream`.

    Raises:
        TransportError: more than `at_most` bytes came.
    """
    parts: list[bytes] = []
    size = 0
    while data := await stream.read():
        size += len(data)
        if size > at_most:
            raise TransportError(f"the device sent more than {at_most} bytes", fix="write the output to a file")
        parts.append(data)
    return parts[0] if len(parts) == 1 else b"".join(parts)


async def carry(stream: ByteStream, received: AsyncIterator[bytes], send: Callable[[bytes], Awaitable[None]]) -> None:
    """What is `received` into `stream`, and what that gives to `send`, until either ends; closes the stream.

    Raises:
        TransportError: the stream broke. What `send` raises ends it, too.
    """

    async def up() -> None:
        # Where it can take no more it has ended; how, its reader learns, after what came before that.
        with contextlib.suppress(TransportError):
            async for data in received:
                await stream.write(data)
            stream.close()

    sending = asyncio.ensure_future(up())
    try:
        while data := await stream.read(_PIECE):
            await send(data)
    finally:
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        stream.close()
