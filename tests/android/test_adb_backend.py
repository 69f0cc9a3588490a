"""The adb backend: a real adb server with simulated phones behind it, driven as if they were phones in the hand."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from device_farm.adb.private_server import PrivateAdbServer
from device_farm.backends.adb import AdbBackend
from device_farm.backends.adb_listing import fix_for
from device_farm.backends.config import AdbConfig
from device_farm.conformance.expectations import PIXELS, TREE, digest_of
from device_farm.errors import BackendError, CapacityError, GuestError, PrerequisiteError
from device_farm.simulator.faults import Faults
from device_farm.simulator.server import SimulatorServer
from device_farm.types.action import OpenApp, SystemButton
from tests.adb.peers import block, smart_server


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


@asynccontextmanager
async def listed_as(state: str, **phone: Any) -> AsyncIterator[AdbBackend]:
    """A backend whose server lists one phone, in `state`."""
    async with SimulatorServer(devices=1, **phone) as simulator, PrivateAdbServer() as server:
        (only,) = simulator.phones
        await server.add_emulator(only.ports.adb)
        async with asyncio.timeout(30):
            while [device.state for device in await server.devices()] != [state]:
                await asyncio.sleep(0.05)
        yield AdbBackend(AdbConfig(server=f"{server.host}:{server.port}", serials=(only.serial,)))


@pytest.mark.parametrize(
    ("state", "phone", "fix"),
    [
        ("unauthorized", {"authorized_keys": ()}, "accept the question"),
        ("offline", {"faults": Faults(boot_hang=True)}, "adb reconnect offline"),
    ],
)
def test_a_phone_that_cannot_be_used_says_why_and_what_to_do(state: str, phone: dict[str, Any], fix: str) -> None:
    async def scenario() -> None:
        async with listed_as(state, **phone) as backend:
            with pytest.raises(PrerequisiteError, match=f"emulator-\\d+ is {state}") as caught:
                await asyncio.to_thread(backend.preflight)
            assert fix in caught.value.fix
            with pytest.raises(BackendError, match=state) as later:
                await backend.create("a")
            assert fix in later.value.fix

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("state", "words"),
    [("no permissions (user in plugdev group)", "udev"), ("recovery", "adb reboot"), ("sunbathing", "adb devices")],
)
def test_every_state_has_a_fix(state: str, words: str) -> None:
    assert words in fix_for(state)


def test_a_phone_on_the_network_is_connected_to_by_its_address() -> None:
    async def scenario() -> None:
        async with SimulatorServer(devices=1) as simulator, PrivateAdbServer() as server:
            address = f"127.0.0.1:{simulator.phones[0].ports.adb}"
            backend = AdbBackend(AdbConfig(server=f"{server.host}:{server.port}", serials=(address,)))
            await asyncio.to_thread(backend.preflight)
            device = await backend.create("a")
            try:
                await device.start()
                assert (await device.shell("echo hi")).stdout == b"hi\n"
                assert device.info.endpoints is None
            finally:
                await device.close()
            # It is connected to again where the server has lost it.
            await server.disconnect(address)
            again = await backend.create("a")
            await again.close()
        async with PrivateAdbServer() as server:
            dead = AdbBackend(AdbConfig(server=f"{server.host}:{server.port}", serials=("127.0.0.1:9",)))
            with pytest.raises(PrerequisiteError, match=r"127\.0\.0\.1:9") as caught:
                await asyncio.to_thread(dead.preflight)
            assert "adb tcpip 9" in caught.value.fix

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("version", "words"), [(0x20, "at least 39"), (0x7F, "its next use would end the server")], ids=["old", "other"]
)
def test_an_adb_server_of_another_version_is_refused(version: int, words: str) -> None:
    async def answer(requests: list[str]) -> list[bytes]:
        match requests[-1]:
            case "host:version":
                return [b"OKAY", block(b"%04x" % version), b""]
            case "host:devices":
                return [b"OKAY", block(b"PHONE1\tdevice\n"), b""]
            case other:
                return [b"FAIL" + block(f"unknown host service {other}".encode())]

    async def scenario() -> None:
        async with smart_server(answer) as port:
            backend = AdbBackend(AdbConfig(server=f"127.0.0.1:{port}"))
            with pytest.raises(PrerequisiteError, match=words) as caught:
                await asyncio.to_thread(backend.preflight)
            assert "adb start-server" in caught.value.fix

    asyncio.run(scenario())


def test_a_server_without_phones_says_how_to_connect_one() -> None:
    async def scenario() -> None:
        async with PrivateAdbServer() as server:
            backend = AdbBackend(AdbConfig(server=f"{server.host}:{server.port}"))
            with pytest.raises(PrerequisiteError, match="lists no phone") as caught:
                await asyncio.to_thread(backend.preflight)
            assert "adb=HOST:PORT" in caught.value.fix

    asyncio.run(scenario())


def test_a_phone_that_was_unplugged_is_named() -> None:
    async def scenario() -> None:
        async with served(1) as (backend, serials):
            wanted = AdbBackend(AdbConfig(server=backend._config.server, serials=(serials[0], "GONE")))
            device = await wanted.create("a")
            with pytest.raises(BackendError, match="no longer lists GONE"):
                await wanted.create("b")
            await device.close()

    asyncio.run(scenario())


def test_reset_clears_third_party_data_and_that_of_named_packages_and_turns_the_radios_back() -> None:
    async def scenario() -> None:
        async with served(1) as (backend, _):
            config = AdbConfig(server=backend._config.server, clear=("com.android.settings",))
            device = await AdbBackend(config).create("phone")
            try:
                await device.start()
                wifi = (await device.shell("settings get global wifi_on")).stdout
                path = "/data/data/com.android.settings/shared_prefs/left.xml"
                await device.shell(f"mkdir -p $(dirname {path}); echo x > {path}; svc wifi disable")
                assert (await device.shell("settings get global wifi_on")).stdout != wifi
                await device.reset()
                assert (await device.shell("settings get global wifi_on")).stdout == wifi
                assert (await device.shell(f"test -e {path}")).exit_code == 1
            finally:
                await device.close()

    asyncio.run(scenario())


def test_a_package_to_clear_that_the_phone_lacks_is_named_at_the_start() -> None:
    async def scenario() -> None:
        async with listed_as("device") as backend:
            config = AdbConfig(server=backend._config.server, clear=("com.android.settings", "com.example.typo"))
            device = await AdbBackend(config).create("a")
            try:
                with pytest.raises(BackendError, match=r"has no com\.example\.typo") as caught:
                    await device.start()
                assert caught.value.field == "clear"
            finally:
                await device.close()

    asyncio.run(scenario())
