"""One machine with devices: its pools, and who may use them. The controller gives the orders, in process or by wire."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

from device_farm.device import ManagedDevice
from device_farm.errors import BackendError, FarmError
from device_farm.farm.clock import Clock
from device_farm.farm.host_lease import HostLease, HostLeases
from device_farm.farm.model import OfferedDevice
from device_farm.farm.pool import Pool, Template
from device_farm.farm.slot import PoolSettings, Slot

_LOG = logging.getLogger(__name__)
_DRAIN_S = 10.0
# Deadlines are looked at no later than this, so that a clock that was set meanwhile does no lasting harm.
_MAX_SLEEP_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseBroken:
    """The machine ended a lease by itself: its deadline passed, or its device failed."""

    lease_id: str
    reason: str
    expired: bool


Report: TypeAlias = OfferedDevice | LeaseBroken


class HostAgent:
    """Pools and leases of this machine. `report` is told of every change, in order; it must not block."""

    def __init__(
        self,
        templates: Sequence[Template],
        *,
        clock: Clock,
        prefix: str = "",
        settings: PoolSettings | None = None,
        report: Callable[[Report], None] = lambda report: None,
    ) -> None:
        self.leases = HostLeases(clock)
        self.report = report
        self._clock = clock
        self._pools = [
            Pool(template, prefix=prefix, settings=settings, on_change=self._slot_changed, drain=self._drain)
            for template in templates
        ]
        self._slots = {slot.device_id: slot for pool in self._pools for slot in pool.slots}
        self._draining: set[HostLease] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._deadlines_changed = asyncio.Event()

    async def __aenter__(self) -> HostAgent:
        """Raises PrerequisiteError when this machine cannot run a backend; no device was started then."""
        try:
            for pool in self._pools:
                await pool.preflight()
            for pool in self._pools:
                pool.start()
        except BaseException:
            await self._close()
            raise
        self._spawn(self._watch_deadlines())
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._close()

    def inventory(self) -> list[OfferedDevice]:
        """Every device as it is now."""
        return [self._offered(slot) for slot in self._slots.values()]

    @contextmanager
    def peeking(self, device_id: str) -> Iterator[ManagedDevice]:
        """The device for one look without a lease. Raises BackendError when it is not there, or cannot be looked at."""
        slot = self._slots.get(device_id)
        if slot is None:
            raise BackendError(
                f"no device {device_id[:80]} on this machine", field="device_id", fix="see `farm devices`"
            )
        with slot.peeking() as device:
            yield device

    def open_lease(self, lease_id: str, device_id: str, token_hash: bytes, deadline_s: float) -> None:
        """Lets the holder of the token use the device. Raises BackendError when the device is not ready."""
        slot = self._slots.get(device_id)
        if slot is None:
            raise BackendError(f"no device {device_id} on this machine")
        if (old := self.leases.get(lease_id)) is not None and old.slot is slot:
            return
        if slot.state != "ready":
            raise BackendError(f"device {device_id} is {slot.state}: {slot.reason}")
        # The lease first: the report of the state has to name it.
        device = slot.device
        assert device is not None
        lease = HostLease(id=lease_id, slot=slot, device=device, token_hash=token_hash, deadline_s=deadline_s)
        self.leases.add(lease)
        slot.lease(f"lease {lease_id}")
        self._deadlines_changed.set()

    def renew_lease(self, lease_id: str, deadline_s: float) -> None:
        """Moves a deadline; a lease that has ended here stays ended, and that was reported."""
        lease = self.leases.get(lease_id)
        if lease is not None:
            lease.deadline_s = deadline_s
            self._deadlines_changed.set()

    def close_lease(self, lease_id: str, reason: str) -> None:
        """Ends the lease: its calls are cancelled, then the device is reset. Unknown leases have ended already."""
        lease = self.leases.get(lease_id)
        if lease is None:
            return
        lease.end(reason)
        self.leases.remove(lease)
        self._draining.add(lease)
        lease.slot.give_back(reason)
        self._spawn(self._clean(lease))

    async def _clean(self, lease: HostLease) -> None:
        try:
            async with asyncio.timeout(_DRAIN_S):
                await lease.drained()
        except TimeoutError:
            lease.slot.condemn(f"a call of lease {lease.id} could not be cancelled within {_DRAIN_S:g} s")
            return
        finally:
            self._draining.discard(lease)
        lease.slot.clean()

    async def _drain(self, device_id: str) -> None:
        """Before a device is closed: none of its calls may run any more, or not for long."""
        calls = [lease for lease in self._draining if lease.slot.device_id == device_id]
        try:
            async with asyncio.timeout(_DRAIN_S):
                for lease in calls:
                    await lease.drained()
        except TimeoutError:
            _LOG.warning("calls on device %s could not be cancelled; it is closed under them", device_id)

    def _slot_changed(self, slot: Slot) -> None:
        lease = self.leases.of_device(slot.device_id)
        if lease is not None and slot.state not in ("leased", "resetting"):
            # The device failed under its lease.
            reason = f"device {slot.device_id} failed: {slot.reason}"
            lease.end(reason)
            self.leases.remove(lease)
            self._draining.add(lease)
            self._spawn(self._forget(lease))
            self.report(LeaseBroken(lease_id=lease.id, reason=reason, expired=False))
        self.report(self._offered(slot))

    async def _forget(self, lease: HostLease) -> None:
        try:
            async with asyncio.timeout(_DRAIN_S):
                await lease.drained()
        except TimeoutError:
            return
        finally:
            self._draining.discard(lease)

    def _offered(self, slot: Slot) -> OfferedDevice:
        lease = self.leases.of_device(slot.device_id)
        return slot.offered(lease.id if lease else "")

    def expire(self) -> None:
        """Ends the leases whose deadline has passed; called in time by the agent itself."""
        for lease in self.leases.overdue():
            reason = "its deadline has passed"
            # Told first: the device's next states belong to nobody's lease.
            self.report(LeaseBroken(lease_id=lease.id, reason=reason, expired=True))
            self.close_lease(lease.id, reason)

    async def _watch_deadlines(self) -> None:
        while True:
            self.expire()
            next_s = self.leases.next_s()
            pause_s = _MAX_SLEEP_S if next_s is None else min(_MAX_SLEEP_S, max(0.0, next_s - self._clock.now_s()))
            self._deadlines_changed.clear()
            try:
                async with asyncio.timeout(pause_s):
                    await self._deadlines_changed.wait()
            except TimeoutError:
                continue

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _LOG.error("a task of the host failed", exc_info=error)

    async def _close(self) -> None:
        """Ends every lease and closes every device. Idempotent."""
        for offered in self.inventory():
            if offered.lease_id:
                self.close_lease(offered.lease_id, "the machine is shutting down")
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for result in await asyncio.gather(*(pool.close() for pool in self._pools), return_exceptions=True):
            if isinstance(result, FarmError):
                _LOG.warning("a pool could not be closed: %s", result)
