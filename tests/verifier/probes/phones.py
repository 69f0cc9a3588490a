"""One simulated phone in this process, whose whole state a test can see."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from device_farm.android.device import AndroidDevice
from device_farm.backends.simulator import InProcessPhone
from device_farm.simulator.digest import state_digest
from device_farm.simulator.server import SimulatorServer
from device_farm.types.task import Platform
from gui_agent.verification.scene import SnapshotScene, keep_start
from verifier.case import Case
from verifier.probes.toolbox import Toolbox, toolbox_for
from verifier.probes.tools import Limits


@asynccontextmanager
async def seen_phone() -> AsyncIterator[tuple[AndroidDevice, Callable[[], str]]]:
    """A phone over adb, and what gives the digest of everything that it is."""
    server = SimulatorServer()
    device = AndroidDevice("phone", backend="simulator", machine=InProcessPhone(server), boot_timeout_s=60.0)
    try:
        await device.start()
        phone = server.phones[0].handset.phone
        yield device, lambda: state_digest(phone.snapshot())
    finally:
        await device.close()
        await server.close()


def empty_case(platform: Platform = "android") -> Case:
    return Case(goal="any", platform=platform, steps=(), final=None, answer=None, claimed=None, stop="terminated")


@asynccontextmanager
async def phone_tools(
    *, shell: bool = True, gui: bool = True, limits: Limits | None = None
) -> AsyncIterator[tuple[Toolbox, AndroidDevice, Callable[[], str]]]:
    """The tools of a phone whose task began as it was booted; the device itself; the digest."""
    async with seen_phone() as (device, digest):
        assert await keep_start(device)
        scene = SnapshotScene(device)
        tools = toolbox_for(empty_case(), scene, shell=shell, gui=gui, limits=limits or Limits())
        yield tools, device, digest
