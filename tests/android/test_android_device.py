"""The driver on a simulated phone: what the contract suite does not ask, and what happens when the phone misbehaves."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from device_farm.android.device import AndroidDevice
from device_farm.backends.config import SimulatorConfig
from device_farm.backends.loader import load_backend
from device_farm.backends.simulator import InProcessPhone
from device_farm.conformance.expectations import PIXELS, TREE, digest_of
from device_farm.errors import ActionError, BackendError, DeadlineError, FarmError, GuestError, TransportError
from device_farm.simulator.faults import Faults
from device_farm.simulator.server import RunningPhone, SimulatorServer
from device_farm.types.action import Click, OpenApp, PressKey, SystemButton
from device_farm.types.geometry import Point

Scenario = Callable[[AndroidDevice, RunningPhone], Awaitable[None]]


@asynccontextmanager
async def started() -> AsyncIterator[tuple[AndroidDevice, RunningPhone]]:
    async with SimulatorServer(seed=2) as server:
        device = AndroidDevice("phone", backend="simulator", machine=InProcessPhone(server), boot_timeout_s=20)
        try:
            await device.start()
            yield device, server.phones[0]
        finally:
            await device.close()


def run(scenario: Scenario) -> None:
    async def opened() -> None:
        async with started() as (device, phone):
            await scenario(device, phone)

    asyncio.run(opened())


def test_open_app_takes_label_and_package_and_names_alternatives() -> None:
    async def scenario(device: AndroidDevice, phone: RunningPhone) -> None:
        by_label = await device.act_and_observe(OpenApp(name="settings"), TREE)
        assert by_label.foreground.app == "com.android.settings"
        await device.act(SystemButton(button="home"))
        by_package = await device.act_and_observe(OpenApp(name="com.android.settings"), TREE)
        assert by_package.foreground == by_label.foreground
        with pytest.raises(ActionError, match="Settings"):
            await device.act(OpenApp(name="Setings"))

    run(scenario)


def test_an_off_screen_action_sends_nothing() -> None:
    async def scenario(device: AndroidDevice, phone: RunningPhone) -> None:
        before = (await device.observe(TREE)).device_time_s
        with pytest.raises(ActionError, match=r"\(1080, 10\) is off the screen, which is 1080x2400"):
            await device.act(Click(at=Point(1080, 10)))
        assert (await device.observe(TREE)).device_time_s == before

    run(scenario)


def test_an_empty_key_name_is_refused() -> None:
    async def scenario(device: AndroidDevice, phone: RunningPhone) -> None:
        with pytest.raises(ActionError, match="no key ''"):
            await device.act(PressKey(key=""))

    run(scenario)


def test_a_dropped_connection_is_a_transport_error_then_the_device_is_healthy() -> None:
    async def scenario(device: AndroidDevice, phone: RunningPhone) -> None:
        phone.handset.faults.set(Faults(adb_drop_after=0))
        with pytest.raises(TransportError):
            await device.observe()
        await device.health()
        await device.observe()

    run(scenario)


def test_a_connection_that_drops_in_the_middle_of_an_observation_heals_too() -> None:
    async def scenario(device: AndroidDevice, phone: RunningPhone) -> None:
        for packets in range(1, 12):
            phone.handset.faults.set(Faults(adb_drop_after=packets))
            for _ in range(6):
                try:
                    await device.observe()
                except TransportError:
                    break
            await device.health()
        phone.handset.faults.set(Faults())
        await device.observe()

    run(scenario)


def test_a_lost_accessibility_service_leaves_the_pixels() -> None:
    async def scenario(device: AndroidDevice, phone: RunningPhone) -> None:
        phone.handset.faults.set(Faults(accessibility_lost=True))
        with pytest.raises(GuestError):
            await device.observe(TREE)
        digest_of(await device.observe(PIXELS))
        phone.handset.faults.set(Faults())
        assert (await device.observe(TREE)).ui_tree is not None

    run(scenario)


def test_a_slow_shell_meets_the_callers_deadline() -> None:
    async def scenario(device: AndroidDevice, phone: RunningPhone) -> None:
        phone.handset.faults.set(Faults(slow_shell_s=5))
        with pytest.raises(DeadlineError):
            await device.shell("echo 1", timeout_s=0.2)
        phone.handset.faults.set(Faults())
        assert (await device.shell("echo 1")).stdout == b"1\n"

    run(scenario)


def test_a_full_disk_is_a_guest_error_and_keeps_what_was_there() -> None:
    async def scenario(device: AndroidDevice, phone: RunningPhone) -> None:
        await device.push("/sdcard/kept.txt", b"kept")
        phone.handset.faults.set(Faults(full_disk=True))
        with pytest.raises(GuestError, match=r"kept\.txt|No space"):
            await device.push("/sdcard/kept.txt", b"other")
        phone.handset.faults.set(Faults())
        assert await device.pull("/sdcard/kept.txt") in (b"kept", b"")

    run(scenario)


def test_a_pushed_file_has_the_phones_time_not_this_machines() -> None:
    async def scenario(device: AndroidDevice, phone: RunningPhone) -> None:
        before_s = int((await device.shell("date +%s")).stdout)
        await device.push("/sdcard/Download/menu.txt", b"soup")
        pushed_s = int((await device.shell("stat -c %Y /sdcard/Download/menu.txt")).stdout)
        assert before_s <= pushed_s <= int((await device.shell("date +%s")).stdout)
        # The simulated phone lives in October 2023.
        assert pushed_s < time.time() - 86_400

    run(scenario)


def test_a_phone_that_never_boots_is_a_backend_error_in_time() -> None:
    async def scenario() -> None:
        async with SimulatorServer(faults=Faults(boot_hang=True)) as server:
            device = AndroidDevice("p", backend="simulator", machine=InProcessPhone(server), boot_timeout_s=0.5)
            with pytest.raises(BackendError, match="did not"):
                await device.start()
            await device.close()
            assert server.phones == ()

    asyncio.run(scenario())


def test_a_reboot_is_survived() -> None:
    async def scenario(device: AndroidDevice, phone: RunningPhone) -> None:
        await device.act(OpenApp(name="Settings"))
        with contextlib.suppress(FarmError):  # the phone may take its connection down with it
            await device.shell("reboot", timeout_s=5)
        for _ in range(50):
            try:
                await device.health()
                break
            except FarmError:
                await asyncio.sleep(0.1)
        assert (await device.observe()).foreground.app != "com.android.settings"

    run(scenario)


def test_reset_takes_a_new_seed() -> None:
    async def scenario(device: AndroidDevice, phone: RunningPhone) -> None:
        first = await device.shell("content query --uri content://com.android.contacts/contacts")
        await device.reset(seed=99)
        other = await device.shell("content query --uri content://com.android.contacts/contacts")
        await device.reset(seed=2)
        again = await device.shell("content query --uri content://com.android.contacts/contacts")
        assert again.stdout == first.stdout
        assert other.stdout != first.stdout

    run(scenario)


@pytest.mark.parametrize("isolation", ["in_process", "process"])
def test_both_isolations_start_reset_and_end(isolation: str) -> None:
    async def scenario() -> None:
        backend = load_backend(SimulatorConfig.model_validate({"devices": 2, "isolation": isolation, "seed": 4}))
        devices = [await backend.create(f"d{number}") for number in range(2)]
        try:
            await asyncio.gather(*(device.start() for device in devices))
            first = [digest_of(await device.observe(PIXELS)) for device in devices]
            await devices[0].act(OpenApp(name="Settings"))
            assert digest_of(await devices[0].observe(PIXELS)) != first[0]
            assert digest_of(await devices[1].observe(PIXELS)) == first[1]
            await devices[0].reset()
            assert digest_of(await devices[0].observe(PIXELS)) == first[0]
        finally:
            for device in devices:
                await device.close()
            await backend.close()
        if isolation == "process":
            assert not _children()

    asyncio.run(scenario())


def test_a_killed_phone_process_is_a_transport_error() -> None:
    async def scenario() -> None:
        backend = load_backend(SimulatorConfig(devices=1, isolation="process"))
        device = await backend.create("d")
        try:
            await device.start()
            await device.observe(PIXELS)
            for pid in _children():
                os.kill(pid, signal.SIGKILL)
            with pytest.raises(TransportError):
                await device.observe(PIXELS)
            with pytest.raises(FarmError):
                await device.health()
        finally:
            await device.close()
            await backend.close()

    asyncio.run(scenario())


def _children() -> list[int]:
    """Processes that this one started and that still run."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, parent = path.read_text().rpartition(")")[2].split()[:2]
            if int(parent) == os.getpid() and state not in "ZX":
                found.append(int(path.parent.name))
    return found
