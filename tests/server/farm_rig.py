"""A farm of fake devices for the tests of server and client."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from device_farm.backends.config import FakeConfig
from device_farm.backends.fake import FakeBackend, FakeFaults
from device_farm.client import FarmClient
from device_farm.embedded import embedded_farm
from device_farm.farm.controller import ControllerSettings
from device_farm.farm.pool import Template
from device_farm.farm.slot import PoolSettings

FAST = PoolSettings(backoff_s=0.001, max_backoff_s=0.01)


@asynccontextmanager
async def fake_farm(
    *, devices: int = 1, faults: FakeFaults | None = None, settings: ControllerSettings | None = None
) -> AsyncIterator[tuple[FarmClient, FakeBackend]]:
    """An embedded farm, its client, and the backend whose devices can be looked at directly."""
    backend = FakeBackend(FakeConfig(devices=devices), faults=faults)
    template = Template(name="fake", backend=backend, devices=devices)
    async with embedded_farm([template], settings=settings, pool_settings=FAST) as client:
        yield client, backend


async def until(done: Callable[[], Awaitable[bool]], *, seconds: float = 20.0) -> None:
    """Returns when `done` holds; fails when it does not within `seconds`."""
    async with asyncio.timeout(seconds):
        while not await done():
            await asyncio.sleep(0.02)
