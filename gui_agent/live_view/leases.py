"""The lease under which a person drives: one of their own, or that of a holder who gave its token."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Final, Protocol

from device_farm.client import FarmClient, LeaseHandle
from device_farm.device import Device
from device_farm.errors import LeaseError, TransportError
from device_farm.farm.model import LeaseRequest, QueuePosition

_TTL_S: Final = 60.0
_RENEW_S: Final = 15.0

OnQueue = Callable[[QueuePosition], None]


class Held(Protocol):
    """A device that may be used until `lost` is set; `preempted_at_s` (Unix seconds) announces the end."""

    @property
    def lost(self) -> asyncio.Event: ...

    @property
    def lost_reason(self) -> str: ...

    @property
    def device(self) -> Device: ...

    @property
    def preempted_at_s(self) -> float | None: ...


class Leases(Protocol):
    """How one device is had. `resets` says whether it comes reset."""

    @property
    def resets(self) -> bool: ...

    def held(self, on_queue: OnQueue) -> AbstractAsyncContextManager[Held]: ...


class OwnLeases:
    """Leases of `device_id` from the farm, each on a reset device, given back at the end."""

    resets = True

    def __init__(self, client: FarmClient, device_id: str, *, owner: str, priority: int = 0) -> None:
        self._client = client
        self._request = LeaseRequest(owner=owner, priority=priority, ttl_s=_TTL_S, device_id=device_id)

    @asynccontextmanager
    async def held(self, on_queue: OnQueue) -> AsyncIterator[Held]:
        """Waits in the farm's queue. Raises CapacityError, AuthError, TransportError."""
        async with self._client.lease(self._request, on_queue=on_queue) as held:
            yield held


class _Borrowed:
    def __init__(self, client: FarmClient, handle: LeaseHandle) -> None:
        self.lost = asyncio.Event()
        self.lost_reason = ""
        self.device: Device = client.attach(handle)
        self.preempted_at_s: float | None = None


class BorrowedLease:
    """A lease that somebody else holds, and goes on holding: its device is neither reset nor given back."""

    resets = False

    def __init__(self, client: FarmClient, handle: LeaseHandle) -> None:
        self._client = client
        self._handle = handle

    @asynccontextmanager
    async def held(self, on_queue: OnQueue) -> AsyncIterator[Held]:
        """Renews it meanwhile. Raises LeaseError where it is over, TransportError."""
        del on_queue
        await self._client.renew(self._handle)
        held = _Borrowed(self._client, self._handle)
        renewing = asyncio.create_task(self._renew(held))
        try:
            yield held
        finally:
            renewing.cancel()

    async def _renew(self, held: _Borrowed) -> None:
        while True:
            await asyncio.sleep(_RENEW_S)
            try:
                await self._client.renew(self._handle)
            except LeaseError as error:
                held.lost_reason = str(error)
                held.lost.set()
                return
            except TransportError:
                # The farm may be restarting; its next answer tells whether the lease still holds.
                continue
