"""A machine in a farm: its devices, their server, and the stream to the controller."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from device_farm.client.channel import ClientSecurity, open_channel
from device_farm.errors import ConfigError
from device_farm.farm.clock import Clock, SystemClock
from device_farm.farm.host_agent import HostAgent
from device_farm.farm.pool import Template
from device_farm.farm.slot import PoolSettings
from device_farm.server.join import FarmJoin, HostIdentity
from device_farm.server.security import ServerSecurity, is_unspecified
from device_farm.server.server import serving

_LEAVE_S = 2.0


@asynccontextmanager
async def joined_host(
    templates: Sequence[Template],
    *,
    name: str,
    listen: tuple[str, int],
    farm: str,
    to_farm: ClientSecurity,
    security: ServerSecurity,
    advertise: str = "",
    clock: Clock | None = None,
    pool_settings: PoolSettings | None = None,
) -> AsyncIterator[tuple[HostIdentity, asyncio.Task[None]]]:
    """This machine in the farm at `farm`. Yields its identity, and the task that keeps it there: it ends only by
    raising, when the farm does not want this host.

    Device ids begin with the host's name, so they are unique in the farm.

    Raises:
        ConfigError: an address is bad, or others cannot know where this machine is.
        PrerequisiteError: this machine cannot run one of the backends.
    """
    host, port = listen
    if is_unspecified(host) and not advertise:
        fix = "give --advertise HOST:PORT, the address that clients dial"
        raise ConfigError(f"{host} names no machine", field="--advertise", fix=fix)
    clock = clock or SystemClock()
    agent = HostAgent(templates, clock=clock, prefix=f"{name}.", settings=pool_settings)
    async with AsyncExitStack() as stack:
        bound = await stack.enter_async_context(serving(host, port, agent=agent, security=security))
        identity = HostIdentity(name=name, address=advertise or f"{host}:{bound}")
        channel = open_channel(farm, to_farm, field="--join")
        stack.push_async_callback(channel.close)
        join = FarmJoin(agent, identity, channel, clock=clock, metadata=to_farm.metadata, farm=farm)
        joining = asyncio.create_task(join.run(), name="join")
        stack.push_async_callback(_stop, joining)
        stack.push_async_callback(join.leave, timeout_s=_LEAVE_S)
        # Entered last, so closed first: the farm hears that the devices go before the stream ends.
        await stack.enter_async_context(agent)
        yield identity, joining


async def _stop(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait({task})
