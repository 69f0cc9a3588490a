"""One adb stream: bytes both ways, one unacknowledged WRTE in each direction."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

from device_farm.simulator.adbd.packet import Command

RECEIVE_WINDOW = 1024 * 1024
"""Bytes a service may leave unread before the host's WRTE stays unacknowledged."""


class StreamClosedError(Exception):
    """The host closed the stream, or the connection is gone."""


class PacketSink(Protocol):
    """Where a stream's packets go."""

    @property
    def max_payload(self) -> int: ...

    def send(self, command: Command, arg0: int, arg1: int, payload: bytes = b"") -> None: ...

    def forget(self, local_id: int) -> None: ...


class Stream:
    """`local_id` is this end's number, `remote_id` the host's; 0 until the host accepts a stream opened from here."""

    def __init__(self, sink: PacketSink, local_id: int, remote_id: int) -> None:
        self.local_id = local_id
        self.remote_id = remote_id
        self.closed = False
        self.input_used = False
        self.on_close: Callable[[], None] | None = None
        self._sink = sink
        self._received = bytearray()
        self._owes_okay = False
        self._may_send = remote_id != 0
        self._end_of_input = False
        self._wake_reader: asyncio.Future[None] | None = None
        self._wake_writer: asyncio.Future[None] | None = None

    # What the connection calls.

    def handle_okay(self, remote_id: int) -> None:
        self.remote_id = remote_id
        self._may_send = True
        _wake(self._wake_writer)

    def handle_write(self, payload: bytes) -> bool:
        """Takes a WRTE in; False when the host ignores flow control."""
        self._received += payload
        if len(self._received) > RECEIVE_WINDOW + self._sink.max_payload:
            return False
        self._owes_okay = True
        self._acknowledge()
        _wake(self._wake_reader)
        return True

    def handle_close(self) -> None:
        """The host's CLSE, or the end of the connection: what has arrived can still be read."""
        if self.closed:
            return
        self.closed = True
        self._end_of_input = True
        _wake(self._wake_reader)
        _wake(self._wake_writer)
        if self.on_close is not None:
            self.on_close()

    # What a service calls.

    async def read(self, limit: int = RECEIVE_WINDOW) -> bytes:
        """At least one and at most `limit` bytes; empty at the end."""
        self.input_used = True
        while not self._received:
            if self._end_of_input:
                return b""
            self._wake_reader = asyncio.get_running_loop().create_future()
            await self._wake_reader
        data = bytes(self._received[:limit])
        del self._received[:limit]
        self._acknowledge()
        return data

    async def read_exactly(self, size: int) -> bytes:
        """Exactly `size` bytes.

        Raises:
            StreamClosedError: the stream ended before.
        """
        parts = bytearray()
        while len(parts) < size:
            data = await self.read(size - len(parts))
            if not data:
                raise StreamClosedError
            parts += data
        return bytes(parts)

    async def wait_open(self) -> None:
        """Returns once the host has accepted a stream opened from here.

        Raises:
            StreamClosedError: it refused.
        """
        await self._wait_may_send()

    async def write(self, data: bytes | bytearray | memoryview) -> None:
        """Sends all of `data`, waiting for the host's OKAY between packets.

        Raises:
            StreamClosedError: the host closed the stream.
        """
        view = memoryview(data)
        limit = self._sink.max_payload
        for start in range(0, len(view), limit):
            await self._wait_may_send()
            self._may_send = False
            self._sink.send(Command.WRTE, self.local_id, self.remote_id, bytes(view[start : start + limit]))

    def close(self) -> None:
        """Ends the stream from this side. Idempotent."""
        if self.closed:
            return
        self._sink.send(Command.CLSE, self.local_id, self.remote_id)
        self._sink.forget(self.local_id)
        self.handle_close()

    async def _wait_may_send(self) -> None:
        while not self._may_send and not self.closed:
            self._wake_writer = asyncio.get_running_loop().create_future()
            await self._wake_writer
        if self.closed:
            raise StreamClosedError

    def _acknowledge(self) -> None:
        if self._owes_okay and not self.closed and len(self._received) <= RECEIVE_WINDOW:
            self._owes_okay = False
            self._sink.send(Command.OKAY, self.local_id, self.remote_id)


def _wake(waiter: asyncio.Future[None] | None) -> None:
    if waiter is not None and not waiter.done():
        waiter.set_result(None)
