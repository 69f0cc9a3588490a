"""A gRPC server for a farm, a host, or both: services, health, reflection, one port."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import grpc.aio
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1.health import aio as health_aio
from grpc_reflection.v1alpha import reflection

from device_farm.farm.controller import Controller
from device_farm.farm.host_agent import HostAgent
from device_farm.pb import device_pb2, device_pb2_grpc, farm_pb2, farm_pb2_grpc, host_pb2, host_pb2_grpc
from device_farm.server.device_service import DeviceService
from device_farm.server.farm_service import FarmService
from device_farm.server.host_service import HEARTBEAT_S, HostService
from device_farm.server.limits import SERVER_OPTIONS
from device_farm.server.security import ServerSecurity

# Calls on devices have ended before, with their leases; what is left are streams, which would never end.
_STOP_S = 0.2


@asynccontextmanager
async def serving(
    host: str,
    port: int,
    *,
    controller: Controller | None = None,
    agent: HostAgent | None = None,
    security: ServerSecurity | None = None,
    heartbeat_s: float = HEARTBEAT_S,
) -> AsyncIterator[int]:
    """Serves Farm and Host for `controller`, Device for `agent`; yields the port. Port 0 takes a free one.

    Raises:
        ConfigError: off loopback without TLS or credential, or the port cannot be had.
    """
    security = security or ServerSecurity()
    security.check(host)
    server = grpc.aio.server(options=SERVER_OPTIONS)
    names = []
    if controller is not None:
        farm = FarmService(controller, security)
        farm_pb2_grpc.add_FarmServicer_to_server(farm, server)  # type: ignore[no-untyped-call]
        hosts = HostService(controller, security, heartbeat_s=heartbeat_s)
        host_pb2_grpc.add_HostServicer_to_server(hosts, server)  # type: ignore[no-untyped-call]
        names += [farm_pb2.DESCRIPTOR.services_by_name["Farm"].full_name]
        names += [host_pb2.DESCRIPTOR.services_by_name["Host"].full_name]
    if agent is not None:
        devices = DeviceService(agent.leases, peeking=agent.peeking, security=security)
        device_pb2_grpc.add_DeviceServicer_to_server(devices, server)  # type: ignore[no-untyped-call]
        names += [device_pb2.DESCRIPTOR.services_by_name["Device"].full_name]
    health = health_aio.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(health, server)
    listed = [*names, health_pb2.DESCRIPTOR.services_by_name["Health"].full_name, reflection.SERVICE_NAME]
    reflection.enable_server_reflection(listed, server)
    bound = security.bind(server, host, port)
    try:
        await server.start()
        for name in ["", *names]:
            await health.set(name, health_pb2.HealthCheckResponse.SERVING)
        yield bound
    finally:
        await health.enter_graceful_shutdown()
        await server.stop(_STOP_S)
