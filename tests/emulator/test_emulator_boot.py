"""How a phone in an emulator starts, is set back and ends, and what is said when it does not. Against the stand-in."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import device_farm.emulator
from device_farm.backends.emulator import EmulatorBackend, instance_for, locate
from device_farm.conformance.expectations import PIXELS, TREE, digest_of
from device_farm.emulator.instance import EmulatorInstance
from device_farm.emulator.ports import PortsTakenError
from device_farm.errors import BackendError, FarmError, GuestError, PrerequisiteError
from device_farm.simulator.server import SimulatorServer
from device_farm.types.action import OpenApp
from tests.emulator.rig import Rig, free_base, living, save_snapshot, started

SHORT = {"booted_s": 3, "adb_s": 12, "load_s": 6, "stop_s": 2}


async def failing_start(rig: Rig, **config: object) -> BackendError:
    deadlines = config.pop("deadlines", SHORT)
    with pytest.raises(BackendError) as caught:
        async with started(rig.config(deadlines=deadlines, **config)):
            pass
    return caught.value


def test_a_phone_boots_from_the_snapshot_is_seen_and_driven_and_leaves_nothing(rig: Rig) -> None:
    async def scenario() -> None:
        async with started(rig.config()) as (device,):
            before = await device.observe()
            assert before.screenshot is not None and before.ui_tree is not None
            after = await device.act_and_observe(OpenApp(name="Settings"))
            assert after.foreground.app == "com.android.settings"
            info = device.info
            assert info.backend == "emulator" and "/standin/" in info.image
            assert info.endpoints is not None and info.endpoints.adb == info.endpoints.console + 1
            assert info.endpoints.grpc and info.endpoints.adb_server

    asyncio.run(scenario())
    assert living(rig.root) == []
    assert not (rig.avd / "snapshots" / "default_boot").exists()


def test_two_phones_of_one_virtual_device_start_at_once_and_share_nothing(rig: Rig) -> None:
    async def scenario() -> None:
        async with started(rig.config(), 2) as (first, second):
            await first.push("/sdcard/Download/mine.txt", b"1")
            with pytest.raises(GuestError):
                await second.pull("/sdcard/Download/mine.txt")
            assert first.info.endpoints != second.info.endpoints

    asyncio.run(scenario())


def test_reset_loads_the_snapshot(rig: Rig) -> None:
    async def scenario() -> None:
        async with started(rig.config()) as (device,):
            before = digest_of(await device.observe(PIXELS))
            pid = living(rig.root)
            await device.push("/sdcard/Download/left.txt", b"1")
            await device.shell("settings put system screen_brightness 7")
            await device.act(OpenApp(name="Settings"))
            await device.reset()
            with pytest.raises(GuestError):
                await device.pull("/sdcard/Download/left.txt")
            assert (await device.shell("settings get system screen_brightness")).stdout.strip() != b"7"
            seen = await device.observe()
            assert digest_of(seen) == before and seen.ui_tree is not None
            assert living(rig.root) == pid

    asyncio.run(scenario())


def test_the_snapshot_holds_what_was_set_up_before_it_was_taken(bare: Callable[..., Rig]) -> None:
    rig = bare()

    async def scenario() -> None:
        await save_snapshot(rig.config(), "settings put global farm_ready 1", "echo hello > /sdcard/hello.txt")
        async with started(rig.config()) as (device,):
            assert await device.pull("/sdcard/hello.txt") == b"hello\n"
            assert (await device.shell("settings get global farm_ready")).stdout == b"1\n"

    asyncio.run(scenario())


@pytest.mark.slow
def test_without_a_snapshot_a_reset_is_a_new_cold_boot(rig: Rig) -> None:
    async def scenario() -> None:
        async with started(rig.config(snapshot="")) as (device,):
            await device.push("/sdcard/Download/left.txt", b"1")
            await device.reset()
            with pytest.raises(GuestError):
                await device.pull("/sdcard/Download/left.txt")

    asyncio.run(scenario())
    assert rig.logs().count("-no-snapshot") == 2


# Starts that fail


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("crash-at-start", "Missing emulator engine program"),
        ("dies-at-start", "SIGSEGV"),
        ("no-kvm", "KVM cannot be used"),
        ("never-boots", "waiting for its control service to say that it has booted took longer than 3 s"),
        ("adb-refuses", "adb key"),
    ],
)
def test_a_start_that_fails_says_why(rig: Rig, fault: str, words: str) -> None:
    rig.faults(fault)
    error = asyncio.run(failing_start(rig))
    assert words in str(error), error
    assert "log:" in error.fix or "prepare" in error.fix
    assert living(rig.root) == []


def test_swiftshader_that_kills_qemu_is_recognised_and_swangle_does_not(rig: Rig) -> None:
    rig.faults("swiftshader-crash")

    async def scenario() -> None:
        error = await failing_start(rig, gpu="swiftshader_indirect", snapshot="")
        assert "swangle_indirect" in error.fix and "SIGSEGV" in error.message
        async with started(rig.config(snapshot="")) as (device,):
            await device.health()

    asyncio.run(scenario())


@pytest.mark.slow
def test_a_slow_boot_is_waited_for(rig: Rig) -> None:
    rig.faults("slow-boot=3")

    async def scenario() -> None:
        began = time.monotonic()
        async with started(rig.config()) as (device,):
            assert time.monotonic() - began > 3
            await device.health()

    asyncio.run(scenario())


def test_a_writer_beside_readers_is_refused_by_name(rig: Rig) -> None:
    async def scenario() -> None:
        async with started(rig.config()):
            error = await failing_start(rig, read_only=False)
            assert "without -read-only" in error.message

    asyncio.run(scenario())


def test_a_guest_that_powers_itself_off_spoils_the_virtual_device_so_we_never_ask_it_to(rig: Rig) -> None:
    async def scenario() -> None:
        async with started(rig.config()) as (device,):
            with pytest.raises(FarmError):
                await device.shell("reboot -p", timeout_s=5)
                await device.shell("true", timeout_s=5)
        error = await failing_start(rig)
        assert "booted" in error.message

    asyncio.run(scenario())


def test_closing_ends_the_emulator_by_its_console(rig: Rig) -> None:
    async def scenario() -> None:
        async with started(rig.config()):
            pass

    asyncio.run(scenario())
    assert not (rig.avd / "standin.poisoned").exists()
    sources = list(Path(device_farm.emulator.__file__).parent.glob("*.py"))
    assert sources
    code = "\n".join(line for path in sources for line in path.read_text("utf-8").splitlines() if '"""' not in line)
    assert "reboot" not in code.replace("`reboot -p`", "")


@pytest.mark.slow
def test_an_emulator_that_ignores_every_wish_to_end_is_killed_with_its_group(rig: Rig) -> None:
    rig.faults("ignores-stop")

    async def scenario() -> None:
        async with started(rig.config(deadlines={"stop_s": 1})):
            assert living(rig.root)

    asyncio.run(scenario())
    assert living(rig.root) == []


# Snapshots that do not fit


@pytest.mark.parametrize("changed", ["emulator", "image", "hardware"])
def test_a_snapshot_of_other_parts_is_refused_before_anything_starts(rig: Rig, changed: str) -> None:
    match changed:
        case "emulator":
            path = rig.root / "emulator" / "source.properties"
            path.write_text("Pkg.Revision=36.1.9\nPkg.BuildId=13823996\n", "utf-8")
        case "image":
            path = rig.root / "system-images/android-33/google_apis/x86_64/source.properties"
            path.write_text("Pkg.Revision=18\n", "utf-8")
        case _:
            with (rig.avd / "config.ini").open("a", encoding="utf-8") as file:
                file.write("hw.ramSize=8192\n")
    with pytest.raises(PrerequisiteError, match=f"{changed} was .* is ") as caught:
        EmulatorBackend(rig.config()).preflight()
    assert caught.value.fix == "farm emulator prepare"
    assert not (rig.root / "log").exists()


def test_an_emulator_that_boots_cold_instead_is_noticed(rig: Rig) -> None:
    """The emulator only warns; the fleet would run from a state that nobody prepared."""
    (rig.avd / "snapshots" / "farm" / "snapshot.pb").unlink()
    error = asyncio.run(failing_start(rig))
    assert "booted cold" in error.message and error.fix == "farm emulator prepare"


def test_a_copied_snapshot_has_another_adb_key_which_is_not_asked_for(rig: Rig) -> None:
    """`rig` is a copy, and its home has no key at all."""

    async def scenario() -> None:
        error = await failing_start(rig, adb_auth=True)
        assert "adb key" in error.message and "prepare" in error.fix
        async with started(rig.config()) as (device,):
            await device.health()

    asyncio.run(scenario())


# While it runs


def test_a_phone_that_hangs_is_started_anew_by_its_reset(rig: Rig) -> None:
    rig.faults("hang-after=2 x1")

    async def scenario() -> None:
        async with started(rig.config(deadlines=SHORT)) as (device,):
            first = living(rig.root)
            await device.shell("input tap 500 500")
            with pytest.raises(FarmError):
                await device.shell("input tap 500 600", timeout_s=2)
            await device.reset()
            assert set(living(rig.root)).isdisjoint(first[:1])
            assert (await device.observe(TREE)).ui_tree is not None

    asyncio.run(scenario())


def test_a_phone_whose_qemu_dies_says_so_and_comes_back_by_its_reset(rig: Rig) -> None:
    rig.faults("die-after=2 x1")

    async def scenario() -> None:
        async with started(rig.config()) as (device,):
            await device.shell("input tap 500 500")
            with pytest.raises(FarmError):
                await device.shell("input tap 500 600")
            with pytest.raises(FarmError, match="SIGSEGV"):
                await device.health()
            await device.reset()
            await device.health()

    asyncio.run(scenario())


def test_a_writer_that_dies_with_snapshots_of_its_own_is_reset_and_they_go(rig: Rig) -> None:
    rig.faults("die-after=1 x1")

    async def scenario() -> None:
        async with started(rig.config(read_only=False)) as (device,):
            await device.snapshot_save("mine")
            assert (rig.avd / "snapshots" / "mine").is_dir()
            with pytest.raises(FarmError):
                await device.shell("input tap 500 500")
            await device.reset()
            await device.health()
            assert await device.snapshot_list() == ()
            assert not (rig.avd / "snapshots" / "mine").exists()
            assert (rig.avd / "snapshots" / "farm").is_dir()

    asyncio.run(scenario())


@pytest.mark.slow
def test_a_snapshot_that_is_refused_ends_in_a_new_start(rig: Rig) -> None:
    rig.faults("load-refused x1")

    async def scenario() -> None:
        async with started(rig.config()) as (device,):
            await device.push("/sdcard/Download/left.txt", b"1")
            await device.reset()
            with pytest.raises(GuestError):
                await device.pull("/sdcard/Download/left.txt")

    asyncio.run(scenario())


@pytest.mark.slow
def test_a_lost_adb_connection_is_made_anew(rig: Rig) -> None:
    rig.faults("adb-drop=60 x1")

    async def scenario() -> None:
        async with started(rig.config()) as (device,):
            failures = 0
            for _ in range(40):
                try:
                    await device.shell("true", timeout_s=5)
                except FarmError:
                    failures += 1
                    await asyncio.sleep(0.3)
            await device.health()
            assert failures <= 5

    asyncio.run(scenario())


@pytest.mark.slow
def test_an_adb_server_that_another_program_kills_comes_back(rig: Rig) -> None:
    """As android_env does whenever one of its commands fails."""

    async def scenario() -> None:
        async with started(rig.config()) as (device,):
            assert device.info.endpoints is not None
            port = device.info.endpoints.adb_server
            killed = await asyncio.create_subprocess_exec("adb", "-P", str(port), "kill-server")
            await killed.wait()
            assert (await device.shell("echo back")).stdout == b"back\n"
            again = await asyncio.create_subprocess_exec("adb", "-P", str(port), "kill-server")
            await again.wait()
            other = await asyncio.create_subprocess_exec("adb", "-P", str(port), "start-server")
            await other.wait()
            assert (await device.shell("echo again")).stdout == b"again\n"
        with pytest.raises(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            pass

    asyncio.run(scenario())


# Without gRPC


def test_a_control_service_that_never_answers_leaves_adb_and_console(rig: Rig) -> None:
    rig.faults("grpc-silent")

    async def scenario() -> None:
        async with started(rig.config(deadlines={"control_s": 12})) as (device,):
            assert digest_of(await device.observe(PIXELS))
            assert device.info.endpoints is not None and device.info.endpoints.grpc == 0
            await device.push("/sdcard/Download/left.txt", b"1")
            await device.reset()
            with pytest.raises(GuestError):
                await device.pull("/sdcard/Download/left.txt")

    asyncio.run(scenario())


@pytest.mark.slow
def test_screens_come_by_adb_once_grpc_gives_none(rig: Rig) -> None:
    rig.faults("grpc-breaks-after=2")

    async def scenario() -> None:
        async with started(rig.config()) as (device,):
            for _ in range(6):
                digest_of(await device.observe(PIXELS))

    asyncio.run(scenario())


@pytest.mark.slow
def test_an_emulator_without_a_snapshot_service_is_set_back_by_its_console(rig: Rig) -> None:
    rig.faults("no-snapshot-service")

    async def scenario() -> None:
        async with started(rig.config()) as (device,):
            await device.push("/sdcard/Download/left.txt", b"1")
            await device.reset()
            with pytest.raises(GuestError):
                await device.pull("/sdcard/Download/left.txt")

    asyncio.run(scenario())


# Ports and locks


def test_a_taken_port_is_passed_over_or_named(rig: Rig) -> None:
    base_port = free_base()

    async def scenario() -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", base_port + 1))
            taken.listen()
            error = await failing_start(rig, base_port=base_port)
            assert isinstance(error, PortsTakenError)
            assert error.field == "base_port" and str(base_port + 1) in error.message
            async with started(rig.config()) as (device,):
                await device.health()

    asyncio.run(scenario())


def test_another_program_that_takes_a_port_while_the_emulator_starts_is_not_taken_for_it(rig: Rig) -> None:
    """The emulator binds seconds after the ports were seen free; a phone that answers there is not ours."""
    base_port = free_base()
    rig.faults("slow-start=20")

    async def scenario() -> None:
        async with SimulatorServer(base_port=base_port) as simulator:
            starting = asyncio.create_task(failing_start(rig, base_port=base_port))
            while not rig.logs():
                await asyncio.sleep(0.02)
            await simulator.add()
            error = await starting
        assert isinstance(error, PortsTakenError)

    asyncio.run(scenario())


@pytest.mark.slow
def test_ports_that_are_lost_in_between_are_exchanged_for_others(rig: Rig) -> None:
    rig.faults("ports-taken x1")

    async def scenario() -> None:
        async with started(rig.config()) as (device,):
            await device.health()

    asyncio.run(scenario())


def test_a_killed_writer_leaves_a_lock_that_the_next_one_removes(rig: Rig) -> None:
    config, base_port = rig.config(read_only=False), free_base()

    async def scenario() -> None:
        sdk, avd = locate(config)
        writer = instance_for(config, sdk, avd, snapshot="farm", read_only=False)
        try:
            await writer.start()
            os.killpg(writer.process.pid, signal.SIGKILL)
            await writer.process.ended()
        finally:
            await writer.close()
        lock = rig.avd / "hardware-qemu.ini.lock"
        assert lock.exists()
        # In a new container the id belongs to somebody else.
        lock.write_text("1\n", "ascii")
        refused = rig.run("-avd", "farm", "-ports", f"{base_port},{base_port + 1}", "-no-snapshot")
        assert refused.returncode == 1 and "-read-only" in refused.stdout
        async with started(config) as (device,):
            await device.health()

    asyncio.run(scenario())


def test_starts_are_serialised_across_processes(rig: Rig) -> None:
    """Another process that holds the lock delays a start, until its own deadline."""
    holder = (
        "import fcntl, sys, time; f = open(sys.argv[1], 'w'); fcntl.flock(f, fcntl.LOCK_EX);"
        " print('held', flush=True); time.sleep(60)"
    )

    async def scenario() -> None:
        process = await asyncio.create_subprocess_exec(
            "python3", "-c", holder, str(rig.root / "avd" / ".farm-launch.lock"), stdout=asyncio.subprocess.PIPE
        )
        try:
            assert process.stdout is not None
            await process.stdout.readline()
            error = await failing_start(rig, deadlines={"launch_lock_s": 0.5})
            assert "another emulator's start" in error.message
        finally:
            process.kill()
            await process.wait()
        async with started(rig.config()) as (device,):
            await device.health()

    asyncio.run(scenario())


def test_an_emulator_dies_with_the_process_that_started_it(rig: Rig, tmp_path: Path) -> None:
    source = tmp_path / "starter.py"
    source.write_text(
        "import asyncio, sys\n"
        "from device_farm.backends.emulator_config import EmulatorConfig\n"
        "from tests.emulator.rig import started\n"
        "async def main():\n"
        "    async with started(EmulatorConfig.model_validate_json(sys.argv[1])):\n"
        "        print('up', flush=True)\n"
        "        await asyncio.sleep(60)\n"
        "asyncio.run(main())\n",
        "utf-8",
    )

    async def scenario() -> None:
        environment = {**os.environ, "PYTHONPATH": os.getcwd()}
        argv = (sys.executable, str(source), rig.config().model_dump_json())
        process = await asyncio.create_subprocess_exec(*argv, stdout=asyncio.subprocess.PIPE, env=environment)
        assert process.stdout is not None
        assert await process.stdout.readline() == b"up\n"
        assert living(rig.root)
        process.kill()
        await process.wait()
        for _ in range(50):
            if not living(rig.root):
                return
            await asyncio.sleep(0.1)
        raise AssertionError(f"still there: {living(rig.root)}")

    asyncio.run(scenario())


def test_closing_a_phone_that_never_started_is_harmless(rig: Rig) -> None:
    async def scenario() -> None:
        backend = EmulatorBackend(rig.config())
        device = await backend.create("a")
        with pytest.raises(FarmError):
            await device.health()
        await device.close()
        await device.close()

    asyncio.run(scenario())


def test_an_instance_says_that_it_was_not_started(rig: Rig) -> None:
    sdk, avd = locate(rig.config())
    instance: EmulatorInstance = instance_for(rig.config(), sdk, avd, snapshot="farm", read_only=True)
    with pytest.raises(FarmError, match="has not been started"):
        instance.check_alive()
