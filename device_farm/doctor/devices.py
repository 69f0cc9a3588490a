"""Proofs about devices: a simulated phone, a real adb server in front of it, a desktop and its applications."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from device_farm.adb.client import AdbClient
from device_farm.adb.private_server import ADB_FIX, PrivateAdbServer, find_adb
from device_farm.adb.smart_socket import ServerConnection
from device_farm.backends.config import BackendConfig, SimulatorConfig, XvfbConfig
from device_farm.backends.loader import load_backend
from device_farm.conformance.expectations import TREE, digest_of, until
from device_farm.device import ManagedDevice
from device_farm.doctor.child import run_child
from device_farm.errors import BackendError, PrerequisiteError
from device_farm.types.action import OpenApp
from device_farm.types.observation import Foreground, Observation


@asynccontextmanager
async def running_device(config: BackendConfig) -> AsyncIterator[ManagedDevice]:
    """A started device of a backend of its own; both are gone afterwards."""
    backend = load_backend(config)
    backend.preflight()
    try:
        device = await backend.create("farm-doctor")
        try:
            await device.start()
            yield device
        finally:
            await device.close()
    finally:
        await backend.close()


async def simulator() -> str:
    """Boots a simulated phone, looks at it and taps it."""
    started = time.perf_counter()
    async with running_device(SimulatorConfig(devices=1)) as device:
        before = await device.observe()
        booted_ms = (time.perf_counter() - started) * 1000
        after = await device.act_and_observe(OpenApp(name="Settings"))
        if digest_of(after) == digest_of(before):
            raise BackendError("the screen of a simulated phone did not change when an application was opened")
        return f"a phone booted and showed its screen after {booted_ms:.0f} ms, and opened an application"


async def adb() -> str:
    """Runs `adb version`, then a real adb server of our own with a simulated phone behind it."""
    from device_farm.simulator.server import SimulatorServer

    program = find_adb()
    version = await run_child(program, "version")
    if version.exit_code != 0:
        raise PrerequisiteError(f"adb version: {version.last_line}", fix=ADB_FIX)
    async with SimulatorServer(devices=1) as simulator_server, PrivateAdbServer() as server:
        phone = simulator_server.phones[0]
        await server.add_emulator(phone.ports.adb)
        await server.wait_for(phone.serial)
        result = await AdbClient(ServerConnection(server, phone.serial)).shell("echo through")
        if result.stdout != b"through\n":
            raise BackendError(f"a shell command through the adb server answered {result}")
    return f"{version.stdout.splitlines()[0]}; its server drives a simulated phone"


async def desktop() -> str:
    """Starts a virtual X server with its session and sees an application draw a window."""
    started = time.perf_counter()
    async with running_device(XvfbConfig(devices=1)) as device:
        before = await device.observe()
        started_ms = (time.perf_counter() - started) * 1000
        after = await device.act_and_observe(OpenApp(name="text editor"))
        if digest_of(after) == digest_of(before):
            raise BackendError("the desktop did not change when an application was opened")
        return f"a desktop was up after {started_ms:.0f} ms, and a window drew"


async def applications() -> str:
    """Opens each application of the desktop."""
    from device_farm.desktop.applications import APPLICATIONS

    opened = []
    async with running_device(XvfbConfig(devices=1)) as device:
        shown = (await device.observe(TREE)).foreground
        for application in APPLICATIONS:
            name = application.names[0]
            await device.act(OpenApp(name=name))
            shown = (await until(device, TREE, partial(_shows_other, shown), f"a window of {name}")).foreground
            opened.append(name)
    return f"opened {', '.join(opened)}"


def _shows_other(shown: Foreground, seen: Observation) -> bool:
    return bool(seen.foreground.app) and seen.foreground != shown
