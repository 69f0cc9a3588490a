"""Simulated phones behind a real farm, whose whole state a test can see."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from device_farm.android.device import AndroidDevice
from device_farm.backends.simulator import InProcessPhone
from device_farm.client import FarmClient
from device_farm.embedded import embedded_farm
from device_farm.farm.pool import Template
from device_farm.simulator.digest import state_digests
from device_farm.simulator.phone import SimulatedPhone
from device_farm.simulator.server import SimulatorServer
from device_farm.types.task import Platform


class SeenPhones:
    """A backend of simulated phones that keeps its server in sight."""

    name = "simulator"
    platform: Platform = "android"

    def __init__(self) -> None:
        self.server = SimulatorServer()

    def preflight(self) -> None:
        return

    async def create(self, device_id: str) -> AndroidDevice:
        return AndroidDevice(device_id, backend=self.name, machine=InProcessPhone(self.server), boot_timeout_s=60.0)

    async def close(self) -> None:
        await self.server.close()

    @property
    def phone(self) -> SimulatedPhone:
        (only,) = self.server.phones
        return only.handset.phone

    def digests(self) -> dict[str, str]:
        """Of everything that the one phone is."""
        return state_digests(self.phone.snapshot())


@asynccontextmanager
async def farm_with_phones(count: int = 1) -> AsyncIterator[tuple[FarmClient, SeenPhones]]:
    backend = SeenPhones()
    async with embedded_farm([Template(name="simulator", backend=backend, devices=count)]) as client:
        yield client, backend
