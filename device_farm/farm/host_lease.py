"""Leases as the machine with the devices keeps them: it checks tokens and deadlines by itself."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from device_farm.device import ManagedDevice
from device_farm.errors import LeaseExpiredError
from device_farm.farm.clock import Clock
from device_farm.farm.ended import EndedLeases, expired, wrong_token
from device_farm.farm.slot import Slot
from device_farm.farm.token import token_matches


@dataclass(slots=True, kw_only=True, eq=False, weakref_slot=True)
class HostLease:
    """An open lease, and the calls that run under it."""

    id: str
    slot: Slot
    device: ManagedDevice
    token_hash: bytes
    deadline_s: float
    calls: set[asyncio.Task[object]] = field(default_factory=set)
    ended: str = ""

    @contextlib.contextmanager
    def calling(self) -> Iterator[ManagedDevice]:
        """The device for one call of the current task. When the lease ends meanwhile, the task is cancelled here.

        Raises:
            LeaseExpiredError: the lease ended before or during the call.
        """
        if self.ended:
            raise self.over()
        task = asyncio.current_task()
        assert task is not None
        nested = task in self.calls
        self.calls.add(task)
        try:
            yield self.device
        except asyncio.CancelledError:
            if not self.ended or nested:
                raise
            task.uncancel()
            raise self.over() from None
        finally:
            if not nested:
                self.calls.discard(task)

    def over(self, reason: str = "") -> LeaseExpiredError:
        return expired(self.id, reason or self.ended)

    def end(self, reason: str) -> None:
        """No call begins from here on, and those that run are cancelled."""
        self.ended = reason
        for task in self.calls:
            task.cancel(reason)

    async def drained(self) -> None:
        """Returns when no call runs any more."""
        while self.calls:
            await asyncio.wait(set(self.calls))


CONNECTED_DOUBT_S = 0.5


class HostLeases:
    """The open leases of a machine, and the last few thousand that ended, for a clear answer to a late call.

    `doubt_s` is how long a lease outlives its deadline here. While the farm can be heard that is a moment, because
    the farm ends the lease by itself and says why. A machine that is cut off cannot know of renewals; there it is
    longer, and nobody else can be given its devices meanwhile. `ended` may be shared with a controller in the same
    process, which knows those of before a restart too.
    """

    def __init__(self, clock: Clock) -> None:
        self.doubt_s = CONNECTED_DOUBT_S
        self._clock = clock
        self._open: dict[str, HostLease] = {}
        self.ended = EndedLeases()

    def add(self, lease: HostLease) -> None:
        self._open[lease.id] = lease

    def get(self, lease_id: str) -> HostLease | None:
        return self._open.get(lease_id)

    def of_device(self, device_id: str) -> HostLease | None:
        return next((lease for lease in self._open.values() if lease.slot.device_id == device_id), None)

    def remove(self, lease: HostLease) -> None:
        self._open.pop(lease.id, None)
        self.ended.add(lease.id, lease.token_hash, lease.ended)

    def overdue(self) -> list[HostLease]:
        now_s = self._clock.now_s()
        return [lease for lease in self._open.values() if now_s >= lease.deadline_s + self.doubt_s]

    def next_s(self) -> float | None:
        """The earliest deadline."""
        return min((lease.deadline_s + self.doubt_s for lease in self._open.values()), default=None)

    def check(self, lease_id: str, token: str) -> HostLease:
        """The lease that the caller has shown to hold.

        Raises:
            LeaseTokenError: no such lease, or the token is not its own.
            LeaseExpiredError: it is over.
        """
        lease = self._open.get(lease_id)
        if lease is None:
            raise self.ended.refusal(lease_id, token)
        if not token_matches(token, lease.token_hash):
            raise wrong_token(lease_id)
        if self._clock.now_s() >= lease.deadline_s + self.doubt_s:
            raise lease.over("its deadline has passed")
        return lease
