"""A farm inside this process: controller, pool and server on a loopback port, used through the same client."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from device_farm.backends.config import BackendConfig
from device_farm.client import FarmClient
from device_farm.farm.clock import Clock, SystemClock
from device_farm.farm.controller import Controller, ControllerSettings
from device_farm.farm.host_agent import HostAgent
from device_farm.farm.link import LocalLink
from device_farm.farm.pool import Template
from device_farm.farm.slot import PoolSettings
from device_farm.farm.store import Store
from device_farm.farm.templates import make_templates, name_backends
from device_farm.server.security import ServerSecurity
from device_farm.server.server import serving

LOCAL_HOST = "local"
_LOOPBACK = "127.0.0.1"


@asynccontextmanager
async def running_farm(
    templates: Sequence[Template],
    *,
    host: str = _LOOPBACK,
    port: int = 0,
    state: str = ":memory:",
    clock: Clock | None = None,
    security: ServerSecurity | None = None,
    settings: ControllerSettings | None = None,
    pool_settings: PoolSettings | None = None,
    heartbeat_s: float = 3.0,
) -> AsyncIterator[int]:
    """A controller with this machine's devices, served; yields the port. `farm serve` is this and nothing more.

    Raises:
        ConfigError: the address, the state or the security settings are bad.
        PrerequisiteError: this machine cannot run one of the backends.
    """
    security = security or ServerSecurity()
    security.check(host)
    clock = clock or SystemClock()
    agent = HostAgent(templates, clock=clock, settings=pool_settings)
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(Store(state))
        controller = await stack.enter_async_context(Controller(store, clock=clock, settings=settings))
        agent.leases.ended = controller.ended
        # The port before the devices: one that is taken is known at once.
        serve = serving(host, port, controller=controller, agent=agent, security=security, heartbeat_s=heartbeat_s)
        bound = await stack.enter_async_context(serve)
        if templates:
            controller.roster.attach(LOCAL_HOST, LocalLink(agent), agent.inventory(), durable=False)
            agent.report = lambda report: controller.roster.report(LOCAL_HOST, report)
        await stack.enter_async_context(agent)
        yield bound


@asynccontextmanager
async def embedded_farm(
    configs: Sequence[BackendConfig] | Mapping[str, BackendConfig] | Sequence[Template],
    *,
    settings: ControllerSettings | None = None,
    pool_settings: PoolSettings | None = None,
) -> AsyncIterator[FarmClient]:
    """A farm of these backends on a loopback port, and a client that is connected to it.

    Templates are named by backend type (`simulator`, `xvfb`), or by the keys of a mapping. Devices boot in the
    background: a lease waits for the first that is ready. Leaving the block closes every device.

    Raises:
        ConfigError: a config is bad.
        PrerequisiteError: this machine cannot run one of the backends; nothing was started.
    """
    templates = await _templates(configs)
    async with (
        running_farm(templates, settings=settings, pool_settings=pool_settings) as port,
        FarmClient.connect(f"{_LOOPBACK}:{port}") as client,
    ):
        yield client


async def _templates(
    configs: Sequence[BackendConfig] | Mapping[str, BackendConfig] | Sequence[Template],
) -> list[Template]:
    if isinstance(configs, Mapping):
        return await make_templates(configs)
    ready = [config for config in configs if isinstance(config, Template)]
    return ready + await make_templates(
        name_backends([config for config in configs if not isinstance(config, Template)])
    )


@asynccontextmanager
async def open_farm(
    address: str | None,
    configs: Sequence[BackendConfig] = (),
    *,
    credential: str | None = None,
    ca: bytes | None = None,
) -> AsyncIterator[FarmClient]:
    """The farm at `address`, or without one a farm of `configs` inside this process: the same client either way."""
    if address is not None:
        async with FarmClient.connect(address, credential=credential, ca=ca) as client:
            yield client
        return
    async with embedded_farm(configs) as client:
        yield client
