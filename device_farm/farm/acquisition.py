"""A caller who waits for a lease."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator

from device_farm.errors import FarmError, TransportError
from device_farm.farm.model import Grant, QueuePosition
from device_farm.farm.queue import Ticket

_MIN_INTERVAL_S = 0.1


class Acquisition:
    """The latest news for one ticket. A caller that lost its connection and asks again takes over with `adopt`."""

    def __init__(self, ticket: Ticket) -> None:
        self.ticket = ticket
        self.grant: Grant | None = None
        self.delivered = False
        self._position: QueuePosition | None = None
        self._error: FarmError | None = None
        self._news = asyncio.Event()
        self._decided = asyncio.Event()
        self._reader = 0

    def moved(self, position: QueuePosition) -> None:
        if position != self._position:
            self._position = position
            self._news.set()

    def granted(self, grant: Grant) -> None:
        self.grant = grant
        self._decide()

    def failed(self, error: FarmError) -> None:
        self._error = error
        self._decide()

    @property
    def over(self) -> bool:
        return self._error is not None

    def adopt(self) -> int:
        """A new reader's number; the old one is told to go."""
        self._reader += 1
        self._decide()
        return self._reader

    def _decide(self) -> None:
        self._decided.set()
        self._news.set()

    def read_by(self, reader: int) -> bool:
        return reader == self._reader

    async def news(self, reader: int) -> AsyncGenerator[QueuePosition | Grant, None]:
        """Places in the queue as they change, then the grant. Raises what the request failed with."""
        told: QueuePosition | None = None
        while True:
            if not self.read_by(reader):
                raise TransportError("the same request was made again by another call")
            if self._error is not None:
                raise self._error
            if self.grant is not None:
                yield self.grant
                self.delivered = True
                return
            if self._position is not None and self._position != told:
                told = self._position
                yield told
                await self._pause()
                continue
            self._news.clear()
            await self._news.wait()

    async def _pause(self) -> None:
        """With hundreds in the queue every grant moves them all: nobody is told of each single step."""
        self._decided.clear()
        if self.grant is None and self._error is None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_MIN_INTERVAL_S):
                    await self._decided.wait()
