"""The farm's brain: carries out what the scheduler decides, and keeps hosts, callers and the database in step."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import OrderedDict
from collections.abc import AsyncGenerator, AsyncIterator, Coroutine, Sequence
from contextlib import AbstractContextManager, aclosing
from dataclasses import dataclass, replace
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
from device_farm.farm.ended import EndedLeases, wrong_token
from device_farm.farm.events import EventLog
from device_farm.farm.fleet import Fleet, Member
from device_farm.farm.host_agent import LeaseBroken, Report
from device_farm.farm.link import HostLink
from device_farm.farm.model import (
    DeviceState,
    DeviceStatus,
    FarmEvent,
    Grant,
    HostStatus,
    Lease,
    LeaseEnd,
    LeaseRecord,
    LeaseRequest,
    OfferedDevice,
    QueueEntry,
    QueuePosition,
)
from device_farm.farm.queue import Ticket
from device_farm.farm.scheduler import (
    Availability,
    Ended,
    Granted,
    Preempting,
    PreemptionWithdrawn,
    Scheduler,
    Seat,
)
from device_farm.farm.store import Store
from device_farm.farm.token import hash_token, new_token, token_matches

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
    """`async with` loads the state and runs the scheduler. All methods belong to one event loop."""

    def __init__(self, store: Store, *, clock: Clock, settings: ControllerSettings | None = None) -> None:
        self._settings = settings or ControllerSettings()
        self._store = store
        self._clock = clock
        self._events = EventLog(store, clock)
        self._fleet = Fleet()
        self._scheduler = Scheduler(grace_s=self._settings.preemption_grace_s, max_queue=self._settings.max_queue)
        self._waiting: dict[str, Acquisition] = {}
        self._by_key: OrderedDict[str, Acquisition] = OrderedDict()
        self._ended = EndedLeases(journal.KEPT_ENDED)
        self._opening: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._kick = asyncio.Event()

    async def __aenter__(self) -> Controller:
        await self._events.load()
        await self._load()
        self._spawn(self._run())
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stops deciding. Leases stay in the database: a restart goes on with them."""
        for acquisition in self._waiting.values():
            acquisition.failed(TransportError("the farm is shutting down", fix="ask again when it is back"))
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._store.settled()

    # Listings

    def devices(self) -> list[DeviceStatus]:
        return [self._with_owner(device) for _, device in sorted(self._fleet.devices.items())]

    def leases(self) -> list[Lease]:
        return [self._lease(record) for record in self._scheduler.leases.values() if record.id not in self._opening]

    def queue(self) -> list[QueueEntry]:
        return self._scheduler.queue()

    def hosts(self) -> list[HostStatus]:
        return [member.status() for _, member in sorted(self._fleet.members.items())]

    async def history(self, *, after: int = 0, limit: int = 1000) -> list[FarmEvent]:
        return await self._events.history(after=after, limit=limit)

    def watching(self) -> AbstractContextManager[AsyncIterator[tuple[FarmEvent, DeviceStatus | None]]]:
        """Every event from now on, with the device that it concerns."""
        return self._events.watching()

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
        open_still = acquisition.grant is not None and acquisition.grant.lease.id in self._scheduler.leases
        return acquisition if open_still else None

    def _enqueue(self, request: LeaseRequest, key: str) -> Acquisition:
        ticket = self._scheduler.enqueue(request, ticket_id=secrets.token_hex(8), now_s=self._clock.now_s())
        acquisition = Acquisition(ticket)
        self._waiting[ticket.id] = acquisition
        if key:
            self._by_key[key] = acquisition
            while len(self._by_key) > _MAX_REMEMBERED_GRANTS:
                self._by_key.popitem(last=False)
        self._kick.set()
        return acquisition

    def _abandon(self, acquisition: Acquisition) -> None:
        """The caller left: out of the queue, and a lease that it never saw ends."""
        self._scheduler.withdraw(acquisition.ticket.id)
        self._waiting.pop(acquisition.ticket.id, None)
        if acquisition.grant is not None:
            self._end(acquisition.grant.lease.id, "released", "its caller left before it was granted")
        self._kick.set()

    async def renew(self, lease_id: str, token: str, *, ttl_s: float | None = None) -> Lease:
        """Moves the deadline to now + ttl.

        Raises:
            LeaseTokenError: the token is not that of the lease.
            LeaseExpiredError: it is over.
            DataError: the new deadline could not be stored.
        """
        self._authorise(lease_id, token)
        record = self._scheduler.renew(lease_id, now_s=self._clock.now_s(), ttl_s=ttl_s)
        self._tell_deadline(record)
        await self._store.write(journal.update_lease(record))
        return self._lease(record)

    async def release(self, lease_id: str, token: str) -> None:
        """Ends the lease; one that is over already is left alone. Raises LeaseTokenError."""
        try:
            self._authorise(lease_id, token)
        except LeaseExpiredError:
            return
        self._end(lease_id, "released", "given back by its owner")
        await self._store.settled()

    def _authorise(self, lease_id: str, token: str) -> None:
        record = self._scheduler.leases.get(lease_id)
        if record is None:
            raise self._ended.refusal(lease_id, token)
        if not token_matches(token, record.token_hash):
            raise wrong_token(lease_id)

    def _end(self, lease_id: str, how: LeaseEnd, reason: str) -> None:
        record = self._scheduler.end(lease_id)
        if record is not None:
            self._ended_now(record, how, reason)

    def _ended_now(self, record: LeaseRecord, how: LeaseEnd, reason: str) -> None:
        """What follows once the scheduler has let go of a lease."""
        self._ended.add(record.id, record.token_hash, f"{how}: {reason}")
        self._store.write(journal.end_lease(record, how, reason, self._clock.now_s()))
        self._events.emit("lease", record.id, how, reason, self._device_of(record))
        member = self._fleet.host_of(record.device_id)
        if member is not None and member.link is not None:
            member.link.close_lease(record.id, how, reason)
        self._reseat(record.device_id)
        self._kick.set()

    def _tell_deadline(self, record: LeaseRecord) -> None:
        member = self._fleet.host_of(record.device_id)
        if member is not None and member.link is not None:
            member.link.renew_lease(record.id, record.ends_s)

    # Deciding

    async def _run(self) -> None:
        while True:
            self._kick.clear()
            self.step()
            next_s = self._scheduler.next_s()
            pause_s = _MAX_SLEEP_S if next_s is None else min(_MAX_SLEEP_S, max(0.0, next_s - self._clock.now_s()))
            try:
                async with asyncio.timeout(pause_s):
                    await self._kick.wait()
            except TimeoutError:
                continue

    def step(self) -> None:
        """One look at deadlines, hosts and the queue; the controller does it by itself whenever something changed."""
        now_s = self._clock.now_s()
        self._lose_hosts(now_s)
        for decision in self._scheduler.step(now_s):
            match decision:
                case Granted(ticket=ticket, device_id=device_id):
                    self._grant(ticket, device_id, now_s)
                case Preempting(lease=record):
                    self._store.write(journal.update_lease(record))
                    self._tell_deadline(record)
                    reason = f"a higher priority waits: ends in {record.ends_s - now_s:g} s"
                    self._events.emit("lease", record.id, "preempting", reason, self._device_of(record))
                case PreemptionWithdrawn(lease=record):
                    self._store.write(journal.update_lease(record))
                    self._tell_deadline(record)
                    reason = "no longer needed by a higher priority"
                    self._events.emit("lease", record.id, "kept", reason, self._device_of(record))
                case Ended(lease=record, how=how, reason=reason):
                    self._ended_now(record, how, reason)
                case _:
                    assert_never(decision)
        if self._scheduler.tickets:
            for ticket_id, position in self._scheduler.positions().items():
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
        self._scheduler.admit(record)
        self._opening.add(record.id)
        self._spawn(self._open(self._waiting[ticket.id], record, token))

    async def _open(self, acquisition: Acquisition, record: LeaseRecord, token: str) -> None:
        """Makes a decided lease real: in the database, then at the host, then for the caller."""
        member = self._fleet.host_of(record.device_id)
        try:
            await self._store.write(journal.insert_lease(record))
            if member is None or member.link is None:
                raise TransportError(f"the host of {record.device_id} is gone")
            async with asyncio.timeout(self._settings.open_timeout_s):
                await member.link.open_lease(record.id, record.device_id, record.token_hash, record.deadline_s)
        except DataError as error:
            # Without the row a restart would forget the lease: better none.
            self._end(record.id, "device_failed", str(error))
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
        self._end(record.id, "device_failed", reason)
        device = self._fleet.devices.get(record.device_id)
        if device is not None and device.state == "ready":
            # Its host says both ready and no: not to be asked again before it says something new.
            self._offer(device, "gone")
        if acquisition.ticket.id in self._waiting:
            self._scheduler.requeue(acquisition.ticket)

    def _opened(self, acquisition: Acquisition, record: LeaseRecord, token: str) -> None:
        current = self._scheduler.leases.get(record.id)
        if current is None:
            # It ended while it was being opened.
            if acquisition.ticket.id in self._waiting:
                self._scheduler.requeue(acquisition.ticket)
                self._kick.set()
            return
        if self._waiting.pop(acquisition.ticket.id, None) is None:
            self._end(record.id, "released", "its caller left before it was granted")
            return
        reason = f"{record.device_id} to {record.owner} for {record.ttl_s:g} s"
        self._events.emit("lease", record.id, "granted", reason, self._device_of(record))
        acquisition.granted(Grant(lease=self._lease(current), token=token))

    # Hosts

    def check_join(self, name: str, address: str, offered: Sequence[OfferedDevice]) -> None:
        """Raises ConfigError when this host cannot join under its name."""
        self._fleet.check_join(name, address, offered)

    def attach(
        self,
        name: str,
        link: HostLink,
        offered: Sequence[OfferedDevice],
        *,
        address: str = "",
        version: str = "",
        durable: bool = True,
    ) -> None:
        """A host is connected, with these devices and leases. `durable`: its devices outlive this process.

        Raises:
            ConfigError: another host has its name, or one of its devices.
        """
        self.check_join(name, address, offered)
        now_s = self._clock.now_s()
        old = self._fleet.members.get(name)
        member = Member(name=name, address=address, version=version, link=link, since_s=now_s, durable=durable)
        self._fleet.members[name] = member
        if old is not None:
            present = {device.info.id for device in offered}
            for device_id in old.device_ids - present:
                self._drop_device(device_id, f"host {name} no longer offers it")
            member.device_ids = old.device_ids & present
        if durable:
            self._store.write(*journal.put_host(name, address, version, offered))
        self._events.emit("host", name, "connected", f"{len(offered)} devices at {address or 'this process'}")
        for device in offered:
            self._reconcile(member, device)
        self._kick.set()

    def _reconcile(self, member: Member, device: OfferedDevice) -> None:
        """What the host says about a lease against what is known here."""
        record = self._scheduler.lease_on(device.info.id)
        if record is not None and device.lease_id == record.id:
            self._tell_deadline(record)
        elif record is not None:
            self._end(record.id, "restarted", f"host {member.name} no longer has it: its device was made anew")
        if device.lease_id and device.lease_id not in self._scheduler.leases and member.link is not None:
            member.link.close_lease(device.lease_id, "expired", "it ended while its host was away")
        self._device_changed(member.name, device)

    def detach(self, name: str, link: HostLink, reason: str) -> None:
        """The host's connection is lost: its devices are out of reach, its leases wait for it a while."""
        member = self._fleet.members.get(name)
        if member is None or member.link is not link:
            return
        member.link, member.lost_s = None, self._clock.now_s()
        if not member.device_ids:
            # It took its devices away before it left: nothing is waited for.
            del self._fleet.members[name]
            self._store.write(*journal.drop_host(name))
            self._events.emit("host", name, "left", reason)
            return
        self._events.emit("host", name, "lost", reason)
        for device_id in sorted(member.device_ids):
            device = self._fleet.devices[device_id]
            unavailable = replace(device, state="unavailable", reason=reason, since_s=member.lost_s)
            self._fleet.devices[device_id] = unavailable
            self._events.emit("device", device_id, "unavailable", reason, self._with_owner(unavailable))
            self._reseat(device_id)
        self._kick.set()

    def report(self, host: str, report: Report) -> None:
        """News of a connected host."""
        match report:
            case OfferedDevice():
                self._device_changed(host, report)
            case LeaseBroken(lease_id=lease_id, reason=reason, expired=expired):
                self._end(lease_id, "expired" if expired else "device_failed", reason)
            case _:
                assert_never(report)
        self._kick.set()

    def _device_changed(self, host: str, device: OfferedDevice) -> None:
        if host not in self._fleet.members:
            return
        if device.state == "closed":
            self._drop_device(device.info.id, device.reason)
            return
        status = self._fleet.put(host, device, self._clock.now_s())
        self._reseat(device.info.id)
        self._events.emit("device", device.info.id, device.state, device.reason, self._with_owner(status))

    def _drop_device(self, device_id: str, reason: str) -> None:
        record = self._scheduler.lease_on(device_id)
        if record is not None:
            self._end(record.id, "device_failed", reason)
        self._scheduler.withdraw_seat(device_id)
        self._fleet.drop(device_id)
        self._events.emit("device", device_id, "closed", reason)

    def _lose_hosts(self, now_s: float) -> None:
        for member in self._fleet.members.values():
            if member.link is not None or member.lost_s is None:
                continue
            if now_s - member.lost_s >= self._settings.host_grace_s:
                for device_id in member.device_ids:
                    record = self._scheduler.lease_on(device_id)
                    if record is not None:
                        self._end(record.id, "host_lost", f"host {member.name} did not come back")

    # Helpers

    def _reseat(self, device_id: str) -> None:
        """Tells the scheduler what the device is good for now."""
        device = self._fleet.devices.get(device_id)
        if device is not None:
            leased = self._scheduler.lease_on(device_id) is not None
            self._offer(device, "leased" if leased else _availability(device.state))

    def _offer(self, device: DeviceStatus, availability: Availability) -> None:
        self._scheduler.offer(
            Seat(
                device_id=device.info.id,
                template=device.template,
                platform=device.info.platform,
                availability=availability,
            )
        )

    def _device_of(self, record: LeaseRecord) -> DeviceStatus | None:
        device = self._fleet.devices.get(record.device_id)
        return self._with_owner(device) if device is not None else None

    def _with_owner(self, device: DeviceStatus) -> DeviceStatus:
        record = self._scheduler.lease_on(device.info.id)
        return replace(device, lease_id=record.id if record else "", owner=record.owner if record else "")

    def _lease(self, record: LeaseRecord) -> Lease:
        device = self._fleet.devices[record.device_id]
        return Lease(
            id=record.id,
            owner=record.owner,
            priority=record.priority,
            template=device.template,
            host=device.host,
            device=device.info,
            address=self._fleet.members[device.host].address,
            granted_s=record.granted_s,
            deadline_s=record.ends_s,
            ttl_s=record.ttl_s,
            preempted_at_s=record.preempted_at_s,
        )

    async def _load(self) -> None:
        now_s = self._clock.now_s()
        for known in await journal.load_hosts(self._store):
            member = Member(
                name=known.name, address=known.address, version=known.version, link=None, since_s=now_s, lost_s=now_s
            )
            self._fleet.members[known.name] = member
            for device in known.devices:
                self._offer(self._fleet.put(known.name, device, now_s), "gone")
        for ended in await journal.load_ended(self._store):
            self._ended.add(ended.id, ended.token_hash, f"{ended.how}: {ended.reason}")
        for record in await journal.load_leases(self._store):
            self._scheduler.admit(record)
            if record.device_id not in self._fleet.devices:
                self._end(record.id, "restarted", "the farm restarted, and its own devices were made anew")

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _LOG.critical("a task of the controller failed", exc_info=error)


def _availability(state: DeviceState) -> Availability:
    match state:
        case "ready":
            return "ready"
        case "starting" | "resetting" | "leased":
            return "coming"
        case "replacing" | "quarantined" | "unavailable" | "closed":
            return "gone"
        case _:
            assert_never(state)
