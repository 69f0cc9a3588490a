"""Which request gets which device, and which lease has to end. No I/O and no tasks: state in, decisions out.

The controller carries the decisions out. One rule keeps two owners off a device: a device that was leased is
`coming` until its host reports it `ready`, and a host does that only after a reset.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from device_farm.errors import CapacityError, LeaseExpiredError
from device_farm.farm.model import LeaseEnd, LeaseRecord, LeaseRequest, QueueEntry, QueuePosition, check_ttl
from device_farm.farm.queue import Ticket, fair_order
from device_farm.types.task import Platform

Availability: TypeAlias = Literal["ready", "leased", "coming", "gone"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A device as the scheduler sees it. `coming`: starting or being reset; `gone`: nobody knows when it is back."""

    device_id: str
    template: str
    platform: Platform
    availability: Availability


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """`ticket` gets the device `device_id`; the controller makes the lease with `admit`."""

    ticket: Ticket
    device_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Preempting:
    lease: LeaseRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class PreemptionWithdrawn:
    lease: LeaseRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    lease: LeaseRecord
    how: LeaseEnd
    reason: str


Decision: TypeAlias = Granted | Preempting | PreemptionWithdrawn | Ended


class Scheduler:
    """Seats, tickets and leases. Every method takes the time; `step` brings them in line with each other."""

    def __init__(self, *, grace_s: float = 30.0, max_queue: int = 10_000) -> None:
        self._grace_s = grace_s
        self._max_queue = max_queue
        self._arrivals = 0
        self.seats: dict[str, Seat] = {}
        self.tickets: dict[str, Ticket] = {}
        self.leases: dict[str, LeaseRecord] = {}
        self._by_device: dict[str, str] = {}

    def lease_on(self, device_id: str) -> LeaseRecord | None:
        """The lease that has the device."""
        return self.leases.get(self._by_device.get(device_id, ""))

    def offer(self, seat: Seat) -> None:
        """A device is there, or its availability changed. The longest ready is taken first."""
        self.seats.pop(seat.device_id, None)
        self.seats[seat.device_id] = seat

    def withdraw_seat(self, device_id: str) -> None:
        self.seats.pop(device_id, None)

    def _set(self, device_id: str, availability: Availability) -> None:
        if device_id in self.seats:
            self.offer(replace(self.seats[device_id], availability=availability))

    def enqueue(self, request: LeaseRequest, *, ticket_id: str, now_s: float) -> Ticket:
        """Raises CapacityError when no device of the farm could ever do, or the queue is full."""
        if not any(_fits(request, seat) for seat in self.seats.values()):
            if request.device_id and request.device_id not in self.seats:
                fix = "see `farm devices`"
                raise CapacityError(f"this farm has no device {request.device_id!r}", field="device_id", fix=fix)
            kinds = sorted({f"{seat.template} ({seat.platform})" for seat in self.seats.values()})
            field = "template" if request.template else "platform"
            asked = request.template or request.platform or "any"
            fix = f"this farm offers {', '.join(kinds)}" if kinds else "no host offers a device yet: see `farm host`"
            raise CapacityError(f"no device of this farm is {asked!r}", field=field, fix=fix)
        if len(self.tickets) >= self._max_queue:
            raise CapacityError(f"{self._max_queue} requests wait already", field="queue", fix="try again later")
        self._arrivals += 1
        ticket = Ticket(id=ticket_id, number=self._arrivals, request=request, since_s=now_s)
        self.tickets[ticket.id] = ticket
        return ticket

    def requeue(self, ticket: Ticket) -> None:
        """Back to its old place: the device that it was given could not be had."""
        self.tickets[ticket.id] = ticket

    def withdraw(self, ticket_id: str) -> None:
        self.tickets.pop(ticket_id, None)

    def admit(self, lease: LeaseRecord) -> None:
        """A lease that holds: a granted one, or one from before a restart."""
        self.leases[lease.id] = lease
        self._by_device[lease.device_id] = lease.id
        self._set(lease.device_id, "leased")

    def renew(self, lease_id: str, *, now_s: float, ttl_s: float | None = None) -> LeaseRecord:
        """Moves the deadline to now + ttl; a preemption stays. Raises LeaseExpiredError when it is over."""
        lease = self.leases.get(lease_id)
        if lease is None or now_s >= lease.ends_s:
            raise LeaseExpiredError(f"lease {lease_id} has ended", field="lease", fix="acquire a new one")
        if ttl_s is not None:
            check_ttl(ttl_s)
        renewed = replace(lease, deadline_s=now_s + (ttl_s or lease.ttl_s))
        self.leases[lease_id] = renewed
        return renewed

    def end(self, lease_id: str) -> LeaseRecord | None:
        """Takes the lease out; its device has to become ready again first. None if it is not there."""
        lease = self.leases.pop(lease_id, None)
        if lease is not None:
            self._by_device.pop(lease.device_id, None)
            self._set(lease.device_id, "coming")
        return lease

    def step(self, now_s: float) -> list[Decision]:
        """Ends what is over, gives free devices away, and starts or withdraws preemptions."""
        return [*self._expire(now_s), *self._match(), *self._preempt(now_s)]

    def next_s(self) -> float | None:
        """When `step` has something to do without any other change; None: never."""
        return min((lease.ends_s for lease in self.leases.values()), default=None)

    def held(self) -> Counter[str]:
        """Leases by owner."""
        return Counter(lease.owner for lease in self.leases.values())

    def positions(self) -> dict[str, QueuePosition]:
        """The place of every waiting request, by ticket id."""
        length = len(self.tickets)
        ordered = fair_order(self.tickets.values(), self.held())
        return {ticket.id: QueuePosition(position=at, length=length) for at, ticket in enumerate(ordered, start=1)}

    def queue(self) -> list[QueueEntry]:
        """Waiting requests, the next one first."""
        return [
            QueueEntry(
                position=at,
                owner=ticket.request.owner,
                priority=ticket.request.priority,
                template=ticket.request.template,
                platform=ticket.request.platform,
                since_s=ticket.since_s,
            )
            for at, ticket in enumerate(fair_order(self.tickets.values(), self.held()), start=1)
        ]

    def _expire(self, now_s: float) -> Iterable[Decision]:
        for lease in [lease for lease in self.leases.values() if now_s >= lease.ends_s]:
            self.end(lease.id)
            if lease.preempted_at_s is not None and lease.preempted_at_s <= lease.deadline_s:
                yield Ended(lease=lease, how="preempted", reason="preempted by a request of higher priority")
            else:
                yield Ended(lease=lease, how="expired", reason=f"not renewed within {lease.ttl_s:g} s")

    def _match(self) -> Iterable[Decision]:
        held = self.held()
        while True:
            free = [seat for seat in self.seats.values() if seat.availability == "ready"]
            ticket = self._next_ticket(free, held)
            if ticket is None:
                return
            seat = _first_fit(ticket, free)
            assert seat is not None
            self.withdraw(ticket.id)
            # Reserved at once: it counts as leased from here on, whatever the host answers.
            self._set(seat.device_id, "leased")
            held[ticket.request.owner] += 1
            yield Granted(ticket=ticket, device_id=seat.device_id)

    def _next_ticket(self, free: list[Seat], held: Counter[str]) -> Ticket | None:
        kinds = {(seat.template, seat.platform) for seat in free}
        by_id = {seat.device_id: seat for seat in free}

        def served(request: LeaseRequest) -> bool:
            if request.device_id:
                seat = by_id.get(request.device_id)
                return seat is not None and _fits(request, seat)
            return any(request.fits(*kind) for kind in kinds)

        return min(
            (ticket for ticket in self.tickets.values() if served(ticket.request)),
            key=lambda ticket: (-ticket.request.priority, held[ticket.request.owner], ticket.number),
            default=None,
        )

    def _preempt(self, now_s: float) -> Iterable[Decision]:
        """Preempts as few leases as the queue needs beyond the devices that come back by themselves."""
        coming = [seat for seat in self.seats.values() if seat.availability == "coming"]
        leaving = [lease for lease in self.leases.values() if lease.preempted_at_s is not None]
        # What one request cannot get, the next of its kind cannot either: a long queue is gone through only once.
        hopeless: set[tuple[str, Platform | None, str, int]] = set()
        for ticket in fair_order(self.tickets.values(), self.held()):
            request = ticket.request
            kind = (request.template, request.platform, request.device_id, request.priority)
            if kind in hopeless:
                continue
            if (seat := _first_fit(ticket, coming)) is not None:
                coming.remove(seat)
            elif (lease := self._victim(ticket, leaving)) is not None:
                leaving.remove(lease)
            elif (lease := self._victim(ticket, self._staying())) is not None:
                lease = replace(lease, preempted_at_s=now_s + self._grace_s)
                self.leases[lease.id] = lease
                yield Preempting(lease=lease)
            else:
                hopeless.add(kind)
        for lease in leaving:
            lease = replace(lease, preempted_at_s=None)
            self.leases[lease.id] = lease
            yield PreemptionWithdrawn(lease=lease)

    def _staying(self) -> list[LeaseRecord]:
        return [lease for lease in self.leases.values() if lease.preempted_at_s is None]

    def _victim(self, ticket: Ticket, leases: Iterable[LeaseRecord]) -> LeaseRecord | None:
        """Of the leases that the ticket may take: the lowest priority, and of those the youngest (least work lost)."""

        def may_take(lease: LeaseRecord) -> bool:
            seat = self.seats.get(lease.device_id)
            fits = seat is not None and _fits(ticket.request, seat)
            return fits and lease.priority < ticket.request.priority

        return min(
            filter(may_take, leases), key=lambda lease: (lease.priority, -lease.granted_s, lease.id), default=None
        )


def _first_fit(ticket: Ticket, seats: Iterable[Seat]) -> Seat | None:
    return next((seat for seat in seats if _fits(ticket.request, seat)), None)


def _fits(request: LeaseRequest, seat: Seat) -> bool:
    return request.fits(seat.template, seat.platform) and request.device_id in ("", seat.device_id)
