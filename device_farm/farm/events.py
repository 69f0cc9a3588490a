"""What happened and why: every event goes to the database and to those who watch."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from device_farm.errors import CapacityError
from device_farm.farm.clock import Clock
from device_farm.farm.model import DeviceStatus, EventKind, FarmEvent
from device_farm.farm.store import Store
from device_farm.farm.tables import events

_LOG = logging.getLogger(__name__)
KEPT_EVENTS = 100_000
_PRUNE_EVERY = 1000
_MAX_BEHIND = 10_000


class EventLog:
    """Numbers events, writes them without waiting, and hands them to watchers."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._sequence = 0
        self._watchers: set[asyncio.Queue[tuple[FarmEvent, DeviceStatus | None]]] = set()

    async def load(self) -> None:
        """Goes on counting where the last controller stopped."""
        rows = await self._store.read(sa.select(sa.func.max(events.c.sequence).label("last")))
        self._sequence = rows[0]["last"] or 0

    def emit(
        self, kind: EventKind, subject: str, state: str, reason: str, device: DeviceStatus | None = None
    ) -> FarmEvent:
        self._sequence += 1
        event = FarmEvent(
            sequence=self._sequence,
            time_s=self._clock.now_s(),
            kind=kind,
            subject=subject,
            state=state,
            reason=reason,
        )
        _LOG.info("%s %s: %s (%s)", kind, subject, state, reason)
        self._store.write(
            events.insert().values(
                sequence=event.sequence,
                time_s=event.time_s,
                kind=kind,
                subject=subject,
                state=state,
                reason=reason,
            )
        )
        if self._sequence % _PRUNE_EVERY == 0:
            self._store.write(events.delete().where(events.c.sequence <= self._sequence - KEPT_EVENTS))
        for watcher in self._watchers:
            if watcher.qsize() <= _MAX_BEHIND:
                watcher.put_nowait((event, device))
        return event

    @contextmanager
    def watching(self) -> Iterator[AsyncIterator[tuple[FarmEvent, DeviceStatus | None]]]:
        """Events from now on, each with the device that it concerns. The iterator raises CapacityError when its
        reader falls too far behind to get them all."""
        watcher: asyncio.Queue[tuple[FarmEvent, DeviceStatus | None]] = asyncio.Queue()
        self._watchers.add(watcher)
        try:
            yield _read(watcher)
        finally:
            self._watchers.discard(watcher)

    async def history(self, *, after: int = 0, limit: int = 1000) -> list[FarmEvent]:
        """The newest `limit` events after sequence number `after`, oldest first."""
        query = sa.select(events).where(events.c.sequence > after).order_by(events.c.sequence.desc()).limit(limit)
        rows = await self._store.read(query)
        return [FarmEvent(**row) for row in reversed(rows)]


async def _read(
    watcher: asyncio.Queue[tuple[FarmEvent, DeviceStatus | None]],
) -> AsyncIterator[tuple[FarmEvent, DeviceStatus | None]]:
    while True:
        if watcher.qsize() > _MAX_BEHIND:
            fix = "watch again, and read faster"
            raise CapacityError(f"more than {_MAX_BEHIND} events behind", field="watch", fix=fix)
        yield await watcher.get()
