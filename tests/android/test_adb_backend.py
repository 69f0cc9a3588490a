"""The adb backend: a real adb server with simulated phones behind it, driven as if they were phones in the hand."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from device_farm.adb.private_server import PrivateAdbServer
from device_farm.backends.adb import AdbBackend
from device_farm.backends.config import AdbConfig
from device_farm.conformance.expectations import PIXELS, TREE, digest_of
from device_farm.errors import CapacityError, GuestError, PrerequisiteError
from device_farm.simulator.server import SimulatorServer
from device_farm.types.action import OpenApp, SystemButton


@pytest.fixture(autouse=True)
def needs_adb() -> None:
    if shutil.which("adb") is None:
        if "adb" in os.environ.get("FARM_REQUIRE", "").split(","):
            pytest.fail("adb is required and not installed")
        pytest.skip("adb is not installed: apt-get install adb")


@asynccontextmanager
async def served(phones: int) -> AsyncIterator[tuple[AdbBackend, list[str]]]:
    async with SimulatorServer(devices=phones) as simulator, PrivateAdbServer() as server:
        for phone in simulator.phones:
            await server.add_emulator(phone.ports.adb)
        for phone in simulator.phones:
            await server.wait_for(phone.serial)
        backend = AdbBackend(AdbConfig(server=f"{server.host}:{server.port}"))
        yield backend, [phone.serial for phone in simulator.phones]
        await backend.close()


def test_each_device_takes_a_phone_of_its_own_and_gives_it_back() -> None:
    async def scenario() -> None:
        async with served(2) as (backend, serials):
            assert set(await backend.serials()) == set(serials)
            first, second = await backend.create("a"), await backend.create("b")
            with pytest.raises(CapacityError, match="all 2 phones"):
                await backend.create("c")
            await first.close()
            third = await backend.create("c")
            await third.close()
            await second.close()

    asyncio.run(scenario())


def test_preflight_names_a_phone_that_is_not_listed() -> None:
    async def scenario() -> None:
        async with served(1) as (backend, _):
            await asyncio.to_thread(backend.preflight)
            missing = AdbBackend(AdbConfig(serials=("NOSUCH",), server=backend._config.server))
            with pytest.raises(PrerequisiteError, match="NOSUCH"):
                await asyncio.to_thread(missing.preflight)
        with pytest.raises(PrerequisiteError, match="adb start-server"):
            await asyncio.to_thread(missing.preflight)

    asyncio.run(scenario())


def test_the_driver_acts_through_the_server_and_reset_restores_settings_and_files() -> None:
    async def scenario() -> None:
        async with served(1) as (backend, _):
            device = await backend.create("phone")
            try:
                await device.start()
                before = await device.observe()
                after = await device.act_and_observe(OpenApp(name="Settings"))
                assert after.foreground.app == "com.android.settings"
                assert digest_of(after) != digest_of(before)
                assert after.ui_tree is not None and after.ui_tree.roots
                brightness = (await device.shell("settings get system screen_brightness")).stdout
                await device.shell("settings put system screen_brightness 7; settings put system farm_new 1")
                await device.push("/sdcard/Download/left.txt", b"x")
                await device.reset()
                assert (await device.shell("settings get system screen_brightness")).stdout == brightness
                assert (await device.shell("settings get system farm_new")).stdout.strip() == b"null"
                with pytest.raises(GuestError):
                    await device.pull("/sdcard/Download/left.txt")
                assert (await device.observe(TREE)).foreground == before.foreground
                await device.health()
            finally:
                await device.close()

    asyncio.run(scenario())


def test_a_phone_in_the_hand_has_no_snapshots() -> None:
    async def scenario() -> None:
        async with served(1) as (backend, _):
            device = await backend.create("phone")
            try:
                await device.start()
                assert list(await device.snapshot_list()) == []
                for call in (device.snapshot_save("a"), device.snapshot_load("a"), device.snapshot_delete("a")):
                    with pytest.raises(GuestError, match="no snapshots"):
                        await call
                await device.act(SystemButton(button="home"))
                digest_of(await device.observe(PIXELS))
            finally:
                await device.close()

    asyncio.run(scenario())
