"""A lease that renews itself for as long as it is held."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Any

import grpc.aio

from device_farm.client.channel import Metadata, call
from device_farm.client.handle import LeaseHandle
from device_farm.client.remote_device import RemoteDevice
from device_farm.converter.farm import lease_from_pb
from device_farm.errors import LeaseError, LeaseExpiredError, TransportError
from device_farm.farm.model import Lease
from device_farm.farm.shield import finish
from device_farm.pb import farm_pb2 as pb
from device_farm.pb import farm_pb2_grpc

_LOG = logging.getLogger(__name__)
_CALL_S = 10.0
# Renewed three times in a ttl: two renewals may fail before the lease does.
_RENEWALS = 3
_RETRY_S = 1.0


class HeldLease:
    """`device` is usable until `lost` is set; `lost_reason` says why. `preempted_at_s` announces a preemption."""

    def __init__(
        self,
        lease: Lease,
        token: str,
        *,
        farm: str,
        channel: grpc.aio.Channel,
        device_channel: grpc.aio.Channel,
        metadata: Metadata,
    ) -> None:
        self.lease = lease
        self.lost = asyncio.Event()
        self.lost_reason = ""
        self.handle = LeaseHandle.of(lease, token, farm=farm)
        self.device = RemoteDevice(
            device_channel, lease.device, lease_id=lease.id, token=token, address=self.handle.address
        )
        self._stub: Any = farm_pb2_grpc.FarmStub(channel)  # type: ignore[no-untyped-call]
        self._metadata = metadata
        self._renewing: asyncio.Task[None] | None = None
        self._held_until_s = 0.0

    @property
    def id(self) -> str:
        return self.lease.id

    @property
    def preempted_at_s(self) -> float | None:
        """Unix seconds at which a higher priority takes the device; None: nobody does."""
        return self.lease.preempted_at_s

    async def __aenter__(self) -> HeldLease:
        self._held_until_s = time.monotonic() + self.lease.ttl_s
        self._renewing = asyncio.create_task(self._renew_always(), name=f"renew {self.id}")
        return self

    async def __aexit__(self, *_: object) -> None:
        """Gives the device back. A farm that cannot be reached takes it back itself, at the deadline."""
        if self._renewing is not None:
            self._renewing.cancel()
            await asyncio.wait({self._renewing})
        try:
            await finish(self.release(), timeout_s=_CALL_S)
        except (LeaseError, TransportError, TimeoutError) as error:
            _LOG.warning("lease %s was not given back: %s", self.id, error)

    async def release(self) -> None:
        """Ends the lease now. Releasing twice is no error."""
        request = pb.ReleaseRequest(lease_id=self.id, token=self.handle.token)
        await call(self._stub.Release, request, timeout_s=_CALL_S, metadata=self._metadata, peer=self.handle.farm)

    async def renew(self, *, ttl_s: float | None = None) -> Lease:
        """Moves the deadline to now + ttl. Raises LeaseExpiredError when it is too late."""
        request = pb.RenewRequest(lease_id=self.id, token=self.handle.token, ttl_s=ttl_s or 0.0)
        asked_s = time.monotonic()
        response = await call(
            self._stub.Renew, request, timeout_s=_CALL_S, metadata=self._metadata, peer=self.handle.farm
        )
        self.lease = lease_from_pb(response.lease)
        self.handle = self.handle.renewed(self.lease)
        self._held_until_s = asked_s + (ttl_s or self.lease.ttl_s)
        return self.lease

    async def _renew_always(self) -> None:
        pause_s = self.lease.ttl_s / _RENEWALS
        while True:
            await asyncio.sleep(pause_s)
            try:
                await self.renew()
            except LeaseError as error:
                return self._lose(str(error))
            except TransportError as error:
                # The farm may be restarting: the lease holds until its deadline, so there is time to try again.
                if time.monotonic() >= self._held_until_s:
                    return self._lose(f"it could not be renewed: {error}")
                _LOG.warning("lease %s: %s", self.id, error)
                pause_s = min(_RETRY_S, self.lease.ttl_s / _RENEWALS)
            else:
                pause_s = self.lease.ttl_s / _RENEWALS

    def _lose(self, reason: str) -> None:
        self.lost_reason = reason
        self.lost.set()
        _LOG.warning("lease %s is lost: %s", self.id, reason)

    def check(self) -> None:
        """Raises LeaseExpiredError when the lease is known to be lost."""
        if self.lost.is_set():
            raise LeaseExpiredError(self.lost_reason, field="lease", fix="acquire a new one")
