"""The farm's brain: carries out what the scheduler decides, for callers who wait and for leases that are open."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import OrderedDict
from collections.abc import AsyncGenerator, AsyncIterator, Coroutine
from contextlib import AbstractContextManager, aclosing
from dataclasses import dataclass
from typing import Any, assert_never

from device_farm.errors import (
    DataError,
    FarmError,
    LeaseExpiredError,
    TransportError,
)
from device_farm.farm import journal
from device_farm.farm.acquisition import Acquisition
from device_farm.farm.clock import Clock
from device_farm.farm.ended import EndedLeases
from device_farm.farm.ledger import Ledger
from device_farm.farm.model import (
    DeviceStatus,
    FarmEvent,
    Grant,
    HostStatus,
    Lease,
    LeaseRecord,
    LeaseRequest,
    QueueEntry,
    QueuePosition,
)
from device_farm.farm.queue import Ticket
from device_farm.farm.roster import Roster
from device_farm.farm.scheduler import (
    Ended,
    Granted,
    Preempting,
    PreemptionWithdrawn,
    Scheduler,
)
from device_farm.farm.store import Store
from device_farm.farm.token import hash_token, new_token

_LOG = logging.getLogger(__name__)
# The queue and the deadlines are looked at no later than this, whatever the clock does.
_MAX_SLEEP_S = 1.0
_MAX_REMEMBERED_GRANTS = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class ControllerSettings:
    """Seconds. `preemption_grace_s`: between the notice and the loss of a preempted lease. `host_grace_s`: how long
    a lost host's leases wait for it to come back."""

    preemption_grace_s: float = 30.0
    host_grace_s: float = 60.0
    open_timeout_s: float = 10.0
    max_queue: int = 10_000


class Controller:
    """`async with` loads the state and runs the scheduler; hosts come and go through `roster`. One event loop."""

    def __init__(self, store: Store, *, clock: Clock, settings: ControllerSettings | None = None) -> None:
        self._settings = settings or ControllerSettings()
        scheduler = Scheduler(grace_s=self._settings.preemption_grace_s, max_queue=self._settings.max_queue)
        self._ledger = Ledger(store, clock, scheduler)
        self.roster = Roster(self._ledger, grace_s=self._settings.host_grace_s)
        self.clock = clock
        self._waiting: dict[str, Acquisition] = {}
        self._by_key: OrderedDict[str, Acquisition] = OrderedDict()
        self._opening: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Controller:
        await self._ledger.events.load()
        await self._ledger.load()
        self._spawn(self._run())
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stops deciding. Leases stay in the database: a restart goes on with them."""
        for acquisition in self._waiting.values():
            acquisition.failed(TransportError("the farm is shutting down", fix="ask again when it is back"))
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._ledger.store.settled()

    @property
    def ended(self) -> EndedLeases:
        """The leases that ended last, also before a restart."""
        return self._ledger.ended

    # Listings

    def devices(self) -> list[DeviceStatus]:
        return [self._ledger.with_owner(device) for _, device in sorted(self._ledger.fleet.devices.items())]

    def leases(self) -> list[Lease]:
        records = self._ledger.scheduler.leases.values()
        return [self._ledger.view(record) for record in records if record.id not in self._opening]

    def queue(self) -> list[QueueEntry]:
        return self._ledger.scheduler.queue()

    def hosts(self) -> list[HostStatus]:
        return [member.status() for _, member in sorted(self._ledger.fleet.members.items())]

    async def history(self, *, after: int = 0, limit: int = 1000) -> list[FarmEvent]:
        return await self._ledger.events.history(after=after, limit=limit)

    def watching(self) -> AbstractContextManager[AsyncIterator[tuple[FarmEvent, DeviceStatus | None]]]:
        """Every event from now on, with the device that it concerns."""
        return self._ledger.events.watching()

    # Leases

    async def acquire(self, request: LeaseRequest, *, key: str = "") -> AsyncGenerator[QueuePosition | Grant, None]:
        """Places in the queue, then the grant. Leaving early withdraws the request.

        `key` makes it idempotent: asked again with the same key, the call takes over the place in the queue, or gets
        the same lease while it is open.

        Raises:
            CapacityError: no device of this farm will ever do, or the queue is full.
        """
        acquisition = self._recall(key) or self._enqueue(request, key)
        reader = acquisition.adopt()
        try:
            async with aclosing(acquisition.news(reader)) as all_news:
                async for news in all_news:
                    yield news
        finally:
            if acquisition.read_by(reader) and not acquisition.delivered:
                self._abandon(acquisition)

    def _recall(self, key: str) -> Acquisition | None:
        acquisition = self._by_key.get(key) if key else None
        if acquisition is None:
            return None
        if acquisition.ticket.id in self._waiting:
            return acquisition
        open_still = acquisition.grant is not None and acquisition.grant.lease.id in self._ledger.scheduler.leases
        return acquisition if open_still else None

    def _enqueue(self, request: LeaseRequest, key: str) -> Acquisition:
        ticket = self._ledger.scheduler.enqueue(request, ticket_id=secrets.token_hex(8), now_s=self.clock.now_s())
        acquisition = Acquisition(ticket)
        self._waiting[ticket.id] = acquisition
        if key:
            self._by_key[key] = acquisition
            while len(self._by_key) > _MAX_REMEMBERED_GRANTS:
                self._by_key.popitem(last=False)
        self._ledger.kick.set()
        return acquisition

    def _abandon(self, acquisition: Acquisition) -> None:
        """The caller left: out of the queue, and a lease that it never saw ends."""
        self._ledger.scheduler.withdraw(acquisition.ticket.id)
        self._waiting.pop(acquisition.ticket.id, None)
        if acquisition.grant is not None:
            self._ledger.end(acquisition.grant.lease.id, "released", "its caller left before it was granted")
        self._ledger.kick.set()

    async def renew(self, lease_id: str, token: str, *, ttl_s: float | None = None) -> Lease:
        """Moves the deadline to now + ttl.

        Raises:
            LeaseTokenError: the token is not that of the lease.
            LeaseExpiredError: it is over.
            DataError: the new deadline could not be stored.
        """
        self._ledger.authorise(lease_id, token)
        record = self._ledger.scheduler.renew(lease_id, now_s=self.clock.now_s(), ttl_s=ttl_s)
        self._ledger.tell_deadline(record)
        await self._ledger.store.write(journal.update_lease(record))
        return self._ledger.view(record)

    async def release(self, lease_id: str, token: str) -> None:
        """Ends the lease; one that is over already is left alone. Raises LeaseTokenError."""
        try:
            self._ledger.authorise(lease_id, token)
        except LeaseExpiredError:
            return
        self._ledger.end(lease_id, "released", "given back by its owner")
        await self._ledger.store.settled()

    # Deciding

    async def _run(self) -> None:
        while True:
            self._ledger.kick.clear()
            self.step()
            next_s = self._ledger.scheduler.next_s()
            pause_s = _MAX_SLEEP_S if next_s is None else min(_MAX_SLEEP_S, max(0.0, next_s - self.clock.now_s()))
            try:
                async with asyncio.timeout(pause_s):
                    await self._ledger.kick.wait()
            except TimeoutError:
                continue

    def step(self) -> None:
        """One look at deadlines, hosts and the queue; the controller does it by itself whenever something changed."""
        now_s = self.clock.now_s()
        self.roster.lose_hosts(now_s)
        for decision in self._ledger.scheduler.step(now_s):
            match decision:
                case Granted(ticket=ticket, device_id=device_id):
                    self._grant(ticket, device_id, now_s)
                case Preempting(lease=record):
                    self._ledger.store.write(journal.update_lease(record))
                    self._ledger.tell_deadline(record)
                    reason = f"a higher priority waits: ends in {record.ends_s - now_s:g} s"
                    self._ledger.events.emit("lease", record.id, "preempting", reason, self._ledger.device_of(record))
                case PreemptionWithdrawn(lease=record):
                    self._ledger.store.write(journal.update_lease(record))
                    self._ledger.tell_deadline(record)
                    reason = "no longer needed by a higher priority"
                    self._ledger.events.emit("lease", record.id, "kept", reason, self._ledger.device_of(record))
                case Ended(lease=record, how=how, reason=reason):
                    self._ledger.ended_now(record, how, reason)
                case _:
                    assert_never(decision)
        if self._ledger.scheduler.tickets:
            for ticket_id, position in self._ledger.scheduler.positions().items():
                self._waiting[ticket_id].moved(position)

    def _grant(self, ticket: Ticket, device_id: str, now_s: float) -> None:
        token = new_token()
        record = LeaseRecord(
            id=secrets.token_hex(8),
            owner=ticket.request.owner,
            priority=ticket.request.priority,
            device_id=device_id,
            ttl_s=ticket.request.ttl_s,
            granted_s=now_s,
            deadline_s=now_s + ticket.request.ttl_s,
            token_hash=hash_token(token),
        )
        self._ledger.scheduler.admit(record)
        self._opening.add(record.id)
        self._spawn(self._open(self._waiting[ticket.id], record, token))

    async def _open(self, acquisition: Acquisition, record: LeaseRecord, token: str) -> None:
        """Makes a decided lease real: in the database, then at the host, then for the caller."""
        member = self._ledger.fleet.host_of(record.device_id)
        try:
            await self._ledger.store.write(journal.insert_lease(record))
            if member is None or member.link is None:
                raise TransportError(f"the host of {record.device_id} is gone")
            async with asyncio.timeout(self._settings.open_timeout_s):
                await member.link.open_lease(record.id, record.device_id, record.token_hash, record.deadline_s)
        except DataError as error:
            # Without the row a restart would forget the lease: better none.
            self._ledger.end(record.id, "device_failed", str(error))
            self._waiting.pop(acquisition.ticket.id, None)
            acquisition.failed(error)
        except TimeoutError:
            self._refused(acquisition, record, f"its host did not answer within {self._settings.open_timeout_s:g} s")
        except FarmError as error:
            self._refused(acquisition, record, str(error))
        else:
            self._opened(acquisition, record, token)
        finally:
            self._opening.discard(record.id)

    def _refused(self, acquisition: Acquisition, record: LeaseRecord, reason: str) -> None:
        """The device could not be had after all: the caller gets its place back, another device may do."""
        ended = self._ledger.end(record.id, "device_failed", reason)
        device = self._ledger.fleet.devices.get(record.device_id)
        if ended and device is not None and device.state == "ready":
            # Its host says both ready and no: not to be asked again before it says something new.
            self._ledger.offer(device, "gone")
        if acquisition.ticket.id in self._waiting:
            self._ledger.scheduler.requeue(acquisition.ticket)

    def _opened(self, acquisition: Acquisition, record: LeaseRecord, token: str) -> None:
        current = self._ledger.scheduler.leases.get(record.id)
        if current is None:
            # It ended while it was being opened.
            if acquisition.ticket.id in self._waiting:
                self._ledger.scheduler.requeue(acquisition.ticket)
                self._ledger.kick.set()
            return
        if self._waiting.pop(acquisition.ticket.id, None) is None:
            self._ledger.end(record.id, "released", "its caller left before it was granted")
            return
        reason = f"{record.device_id} to {record.owner} for {record.ttl_s:g} s"
        self._ledger.events.emit("lease", record.id, "granted", reason, self._ledger.device_of(record))
        acquisition.granted(Grant(lease=self._ledger.view(current), token=token))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _LOG.critical("a task of the controller failed", exc_info=error)
