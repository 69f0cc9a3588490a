"""The client of a farm."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager, suppress
from typing import Any

import grpc
import grpc.aio

from device_farm.client.channel import Channels, ClientSecurity, call
from device_farm.client.handle import LeaseHandle
from device_farm.client.held_lease import HeldLease
from device_farm.client.onlooker import Onlooker
from device_farm.client.remote_device import RemoteDevice, new_key
from device_farm.converter.farm import (
    device_from_pb,
    entry_from_pb,
    event_from_pb,
    host_from_pb,
    lease_from_pb,
    position_from_pb,
    request_to_pb,
)
from device_farm.errors import BackendError, FarmError, TransportError
from device_farm.farm.model import (
    DeviceStatus,
    FarmEvent,
    Grant,
    HostStatus,
    Lease,
    LeaseRequest,
    QueueEntry,
    QueuePosition,
)
from device_farm.farm.shield import finish
from device_farm.pb import farm_pb2 as pb
from device_farm.pb import farm_pb2_grpc
from device_farm.server.errors import from_rpc

_CALL_S = 10.0
_FOREVER_S = 7 * 24 * 3600.0
# How long a caller that was cancelled still gives back what was on its way to it.
_DISOWN_S = 5.0
# Between tries to stand in the queue again after the connection was lost.
_RETRY_PAUSES_S = (0.1, 0.5, 1.0, 2.0, 4.0)


class FarmClient:
    """A connection to one farm; the machines of the leased devices are dialled as needed. Use `connect`."""

    def __init__(self, address: str, security: ClientSecurity) -> None:
        self.address = address
        self._security = security
        self._channels = Channels(security)
        self._channel = self._channels.to(address)
        self._stub: Any = farm_pb2_grpc.FarmStub(self._channel)  # type: ignore[no-untyped-call]

    @classmethod
    @asynccontextmanager
    async def connect(
        cls,
        address: str,
        *,
        credential: str | None = None,
        ca: bytes | None = None,
        server_name: str | None = None,
    ) -> AsyncIterator[FarmClient]:
        """A client that has been answered once.

        Raises:
            ConfigError: the address is malformed.
            AuthError: the farm asks for another credential.
            TransportError: nobody answers there, or not in our protocol.
        """
        client = cls(address, ClientSecurity(credential=credential, ca=ca, server_name=server_name))
        try:
            await client.hosts()
            yield client
        finally:
            await client.close()

    async def close(self) -> None:
        await self._channels.close()

    async def _call(self, method: Any, request: Any) -> Any:
        metadata = self._security.metadata
        return await call(method, request, timeout_s=_CALL_S, metadata=metadata, peer=self.address)

    async def devices(self) -> list[DeviceStatus]:
        response = await self._call(self._stub.ListDevices, pb.ListDevicesRequest())
        return [device_from_pb(device) for device in response.devices]

    async def leases(self) -> list[Lease]:
        response = await self._call(self._stub.ListLeases, pb.ListLeasesRequest())
        return [lease_from_pb(lease) for lease in response.leases]

    async def queue(self) -> list[QueueEntry]:
        response = await self._call(self._stub.ListQueue, pb.ListQueueRequest())
        return [entry_from_pb(entry) for entry in response.entries]

    async def hosts(self) -> list[HostStatus]:
        response = await self._call(self._stub.ListHosts, pb.ListHostsRequest())
        return [host_from_pb(host) for host in response.hosts]

    async def events(self, *, after: int = 0, limit: int = 1000) -> list[FarmEvent]:
        """The newest `limit` events after sequence number `after`, oldest first."""
        response = await self._call(self._stub.ListEvents, pb.ListEventsRequest(after=after, limit=limit))
        return [event_from_pb(event) for event in response.events]

    async def watch(self) -> AsyncIterator[tuple[DeviceStatus | None, FarmEvent | None]]:
        """First every device with no event, then every event with the device that it concerns."""
        stream = self._stub.WatchDevices(pb.WatchDevicesRequest(), timeout=_FOREVER_S, metadata=self._security.metadata)
        try:
            async for response in stream:
                device = device_from_pb(response.device) if response.HasField("device") else None
                yield device, event_from_pb(response.event) if response.HasField("event") else None
        except grpc.aio.AioRpcError as error:
            raise from_rpc(error, peer=self.address) from error
        finally:
            stream.cancel()

    async def _acquiring(
        self, request: LeaseRequest, *, key: str, wait_s: float
    ) -> AsyncGenerator[QueuePosition | Grant, None]:
        message = request_to_pb(request, key=key)
        ends_s = time.monotonic() + wait_s
        lost = 0
        while True:
            remaining_s = max(0.0, ends_s - time.monotonic())
            stream = self._stub.Acquire(message, timeout=remaining_s, metadata=self._security.metadata)
            try:
                async for response in stream:
                    lost = 0
                    if response.WhichOneof("event") == "queued":
                        yield position_from_pb(response.queued)
                    else:
                        granted = response.granted
                        yield Grant(lease=lease_from_pb(granted.lease), token=granted.token)
                return
            except grpc.aio.AioRpcError as error:
                # A farm that restarts is asked again: the same key cannot get two leases.
                lost += 1
                if error.code() is not grpc.StatusCode.UNAVAILABLE or lost > len(_RETRY_PAUSES_S):
                    raise from_rpc(error, peer=self.address) from error
            finally:
                stream.cancel()
            await asyncio.sleep(_RETRY_PAUSES_S[lost - 1])

    async def acquire(
        self,
        request: LeaseRequest,
        *,
        on_queue: Callable[[QueuePosition], None] | None = None,
        wait_s: float = 24 * 3600.0,
    ) -> HeldLease:
        """Waits at most `wait_s` for a device. The caller enters the returned lease, which then renews itself.

        Raises:
            CapacityError: no device of this farm will ever do.
            DeadlineError: none was free in time.
        """
        key = new_key()
        held: HeldLease | None = None
        try:
            # Read to the very end: the farm takes back a lease whose caller leaves before that.
            async for news in self._acquiring(request, key=key, wait_s=wait_s):
                if isinstance(news, Grant):
                    held = self._held(news)
                elif on_queue is not None:
                    on_queue(news)
        except asyncio.CancelledError:
            # A grant that is on its way is no longer the farm's to take back: nobody would have it until its deadline.
            with suppress(FarmError, TimeoutError):
                await finish(self._disown(request, key), timeout_s=_DISOWN_S)
            raise
        if held is None:
            raise TransportError(f"{self.address}: the farm ended the call without a lease")
        return held

    async def _disown(self, request: LeaseRequest, key: str) -> None:
        """Gives back what the farm granted to a call that was given up; where that was nothing, the same key may get a
        device now, which is given back, or a place in the queue, which is left.
        """
        async with aclosing(self._acquiring(request, key=key, wait_s=_DISOWN_S)) as all_news:
            async for news in all_news:
                if not isinstance(news, Grant):
                    return
                await self._held(news).release()

    def _held(self, grant: Grant) -> HeldLease:
        return HeldLease(
            grant.lease,
            grant.token,
            farm=self.address,
            channel=self._channel,
            device_channel=self._channels.to(grant.lease.address or self.address),
            metadata=self._security.metadata,
        )

    @asynccontextmanager
    async def lease(
        self,
        request: LeaseRequest,
        *,
        on_queue: Callable[[QueuePosition], None] | None = None,
        wait_s: float = 24 * 3600.0,
    ) -> AsyncIterator[HeldLease]:
        """A device for the length of the block: waited for, renewed, given back. Raises as `acquire`."""
        async with await self.acquire(request, on_queue=on_queue, wait_s=wait_s) as held:
            yield held

    async def renew(self, handle: LeaseHandle, *, ttl_s: float | None = None) -> LeaseHandle:
        """Moves the deadline of a lease that another process took."""
        request = pb.RenewRequest(lease_id=handle.id, token=handle.token, ttl_s=ttl_s or 0.0)
        response = await self._call(self._stub.Renew, request)
        return handle.renewed(lease_from_pb(response.lease))

    async def release(self, handle: LeaseHandle) -> None:
        """Ends a lease that another process took."""
        await self._call(self._stub.Release, pb.ReleaseRequest(lease_id=handle.id, token=handle.token))

    def attach(self, handle: LeaseHandle) -> RemoteDevice:
        """The device of a lease that another process took, and renews."""
        channel = self._channels.to(handle.address)
        return RemoteDevice(channel, handle.device, lease_id=handle.id, token=handle.token, address=handle.address)

    def onlooker(self, device_id: str) -> Onlooker:
        """The device `device_id` to look at, without a lease."""

        async def place() -> str:
            found = next((device for device in await self.devices() if device.info.id == device_id), None)
            if found is None:
                raise BackendError(f"this farm has no device {device_id!r}", field="device", fix="see `farm devices`")
            hosts = {host.name: host.address for host in await self.hosts()}
            return hosts.get(found.host) or self.address

        return Onlooker(device_id, place=place, channel_to=self._channels.to, metadata=self._security.metadata)
