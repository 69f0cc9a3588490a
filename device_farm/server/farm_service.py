"""The Farm service: listings, leases, events."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any

import grpc.aio

from device_farm.converter.farm import (
    device_to_pb,
    entry_to_pb,
    event_to_pb,
    host_to_pb,
    lease_to_pb,
    position_to_pb,
    request_from_pb,
)
from device_farm.errors import ConfigError
from device_farm.farm.controller import Controller
from device_farm.farm.model import QueuePosition
from device_farm.pb import farm_pb2 as pb
from device_farm.pb import farm_pb2_grpc
from device_farm.server.errors import answering
from device_farm.server.limits import MAX_KEY
from device_farm.server.security import ServerSecurity

Context = grpc.aio.ServicerContext[Any, Any]
_DEFAULT_EVENTS = 1000
_MAX_EVENTS = 10_000


class FarmService(farm_pb2_grpc.FarmServicer):
    """Every method asks for the farm's credential first."""

    def __init__(self, controller: Controller, security: ServerSecurity) -> None:
        self._controller = controller
        self._security = security

    @asynccontextmanager
    async def _answering(self, context: Context) -> AsyncIterator[None]:
        async with answering(context):
            self._security.authenticate(context)
            yield

    async def ListDevices(self, request: pb.ListDevicesRequest, context: Context) -> pb.ListDevicesResponse:
        async with self._answering(context):
            return pb.ListDevicesResponse(devices=[device_to_pb(device) for device in self._controller.devices()])

    async def WatchDevices(
        self, request: pb.WatchDevicesRequest, context: Context
    ) -> AsyncIterator[pb.WatchDevicesResponse]:
        async with self._answering(context):
            with self._controller.watching() as events:
                for device in self._controller.devices():
                    yield pb.WatchDevicesResponse(device=device_to_pb(device))
                async for event, changed in events:
                    wire = device_to_pb(changed) if changed else None
                    yield pb.WatchDevicesResponse(device=wire, event=event_to_pb(event))

    async def Acquire(self, request: pb.AcquireRequest, context: Context) -> AsyncIterator[pb.AcquireResponse]:
        async with self._answering(context):
            if len(request.idempotency_key) > MAX_KEY:
                raise ConfigError(f"longer than {MAX_KEY} characters", field="idempotency_key", fix="use a UUID")
            asked = request_from_pb(request)
            async with aclosing(self._controller.acquire(asked, key=request.idempotency_key)) as all_news:
                async for news in all_news:
                    if isinstance(news, QueuePosition):
                        yield pb.AcquireResponse(queued=position_to_pb(news))
                    else:
                        granted = pb.Grant(lease=lease_to_pb(news.lease), token=news.token)
                        yield pb.AcquireResponse(granted=granted)

    async def Renew(self, request: pb.RenewRequest, context: Context) -> pb.RenewResponse:
        async with self._answering(context):
            ttl_s = request.ttl_s or None
            lease = await self._controller.renew(request.lease_id, request.token, ttl_s=ttl_s)
            return pb.RenewResponse(lease=lease_to_pb(lease))

    async def Release(self, request: pb.ReleaseRequest, context: Context) -> pb.ReleaseResponse:
        async with self._answering(context):
            await self._controller.release(request.lease_id, request.token)
            return pb.ReleaseResponse()

    async def ListLeases(self, request: pb.ListLeasesRequest, context: Context) -> pb.ListLeasesResponse:
        async with self._answering(context):
            return pb.ListLeasesResponse(leases=[lease_to_pb(lease) for lease in self._controller.leases()])

    async def ListQueue(self, request: pb.ListQueueRequest, context: Context) -> pb.ListQueueResponse:
        async with self._answering(context):
            return pb.ListQueueResponse(entries=[entry_to_pb(entry) for entry in self._controller.queue()])

    async def ListHosts(self, request: pb.ListHostsRequest, context: Context) -> pb.ListHostsResponse:
        async with self._answering(context):
            return pb.ListHostsResponse(hosts=[host_to_pb(host) for host in self._controller.hosts()])

    async def ListEvents(self, request: pb.ListEventsRequest, context: Context) -> pb.ListEventsResponse:
        async with self._answering(context):
            limit = min(request.limit or _DEFAULT_EVENTS, _MAX_EVENTS)
            events = await self._controller.history(after=request.after, limit=limit)
            return pb.ListEventsResponse(events=[event_to_pb(event) for event in events])
