"""SDK, virtual devices, locks and fingerprints on disk."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_farm.emulator.avd import open_avd, require_image
from device_farm.emulator.fingerprint import (
    FILE,
    Fingerprint,
    check_snapshot,
    fingerprint,
    read_fingerprint,
    write_fingerprint,
)
from device_farm.emulator.ini import parse_ini
from device_farm.emulator.listeners import listens
from device_farm.emulator.locks import launch_lock, lock_owner, remove_stale_locks, stale_locks
from device_farm.emulator.sdk import Sdk, open_sdk, require_adb
from device_farm.emulator.standin.make_sdk import make_avd, make_sdk
from device_farm.errors import BackendError, ConfigError, PrerequisiteError


@pytest.fixture
def sdk(tmp_path: Path) -> Sdk:
    make_sdk(tmp_path / "sdk")
    return open_sdk(str(tmp_path / "sdk"))


def test_an_sdk_says_its_versions(sdk: Sdk) -> None:
    assert (sdk.emulator_version, sdk.emulator_build) == ("35.2.10", "12414864")
    assert sdk.accepted_licences == ("android-sdk-license",)
    assert [str(path) for path in sdk.system_images()] == ["system-images/android-33/google_apis/x86_64"]


def test_a_missing_sdk_names_the_fix(tmp_path: Path, sdk: Sdk) -> None:
    with pytest.raises(PrerequisiteError, match="ANDROID_SDK_ROOT"):
        open_sdk("")
    with pytest.raises(PrerequisiteError, match="no folder"):
        open_sdk(str(tmp_path / "none"))
    (tmp_path / "empty").mkdir()
    with pytest.raises(PrerequisiteError, match="sdkmanager emulator"):
        open_sdk(str(tmp_path / "empty"))
    sdk.emulator.chmod(0o644)
    if os.geteuid() != 0 or not os.access(sdk.emulator, os.X_OK):
        with pytest.raises(PrerequisiteError, match="chmod"):
            open_sdk(str(sdk.root))
    sdk.adb.unlink(missing_ok=True)
    with pytest.raises(PrerequisiteError, match="platform-tools"):
        require_adb(sdk)


def test_an_avd_is_found_by_name_or_alone(sdk: Sdk) -> None:
    home = str(sdk.root / "avd")
    assert open_avd("", home, sdk).name == "farm"
    make_avd(sdk.root / "avd", "other")
    assert open_avd("other", home, sdk).config["hw.ramSize"] == "4096"
    with pytest.raises(ConfigError, match="farm, other"):
        open_avd("", home, sdk)
    with pytest.raises(ConfigError, match="no virtual device 'none'"):
        open_avd("none", home, sdk)


def test_an_avd_whose_folder_was_moved_is_found_beside_its_pointer(sdk: Sdk) -> None:
    (sdk.root / "avd" / "farm.ini").write_text("path=/gone/farm.avd\n", "utf-8")
    assert open_avd("farm", str(sdk.root / "avd"), sdk).folder == sdk.root / "avd" / "farm.avd"


def test_a_broken_avd_names_what_is_missing(sdk: Sdk, tmp_path: Path) -> None:
    home = sdk.root / "avd"
    with pytest.raises(PrerequisiteError, match="avdmanager create avd"):
        open_avd("", str(tmp_path / "none"), sdk)
    make_avd(home, "farm", config={"image.sysdir.1": ""})
    with pytest.raises(PrerequisiteError, match="no system image"):
        open_avd("farm", str(home), sdk)
    make_avd(home, "farm", config={"image.sysdir.1": "system-images/android-35/google_apis/x86_64/"})
    with pytest.raises(PrerequisiteError) as caught:
        require_image(open_avd("farm", str(home), sdk), sdk)
    assert "system-images;android-35;google_apis;x86_64" in caught.value.fix
    (home / "farm.avd" / "config.ini").unlink()
    with pytest.raises(PrerequisiteError, match=r"config\.ini"):
        open_avd("farm", str(home), sdk)


# Fingerprints


def test_a_fingerprint_changes_with_emulator_image_and_hardware_only(sdk: Sdk) -> None:
    avd = open_avd("farm", str(sdk.root / "avd"), sdk)
    first = fingerprint(sdk, avd, gpu="a", memory_mb=0, cores=0)
    assert "35.2.10" in first.emulator and "google_apis" in first.image
    assert fingerprint(sdk, avd, gpu="b", memory_mb=0, cores=0).hardware != first.hardware
    assert fingerprint(sdk, avd, gpu="a", memory_mb=1, cores=0).hardware != first.hardware
    make_avd(sdk.root / "avd", "farm", config={"avd.id": "changed", "fastboot.forceColdBoot": "yes"})
    assert fingerprint(sdk, open_avd("farm", str(sdk.root / "avd"), sdk), gpu="a", memory_mb=0, cores=0) == first


def test_a_snapshot_is_checked_against_what_it_was_taken_of(sdk: Sdk) -> None:
    avd = open_avd("farm", str(sdk.root / "avd"), sdk)
    now = fingerprint(sdk, avd, gpu="a", memory_mb=0, cores=0)
    with pytest.raises(PrerequisiteError, match="no snapshot 'farm'"):
        check_snapshot(avd, "farm", now, prepare="prepare it")
    folder = avd.snapshots / "farm"
    folder.mkdir(parents=True)
    with pytest.raises(PrerequisiteError, match="nobody wrote down"):
        check_snapshot(avd, "farm", now, prepare="prepare it")
    write_fingerprint(folder, now)
    check_snapshot(avd, "farm", now, prepare="prepare it")
    other = Fingerprint(emulator="36", image=now.image, hardware="x")
    with pytest.raises(PrerequisiteError, match=r"emulator was .* is 36; hardware was") as caught:
        check_snapshot(avd, "farm", other, prepare="prepare it")
    assert caught.value.fix == "prepare it"


@pytest.mark.parametrize("text", ["", "{", "[]", "3", '{"emulator": "a"}', "\x00"])
def test_a_fingerprint_that_cannot_be_read_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text, "utf-8")
    assert read_fingerprint(tmp_path) is None


# Locks


def lock(folder: Path, name: str, pid: str, *, as_folder: bool = False) -> Path:
    path = folder / name
    if as_folder:
        path.mkdir()
        (path / "pid").write_text(pid, "ascii")
    else:
        path.write_text(pid, "ascii")
    return path


def process(proc: Path, pid: int, command: str) -> None:
    (proc / str(pid)).mkdir(parents=True)
    (proc / str(pid) / "cmdline").write_bytes(command.replace(" ", "\0").encode())


def test_locks_of_the_living_stay_and_those_of_the_dead_and_of_strangers_go(tmp_path: Path) -> None:
    proc, avd = tmp_path / "proc", tmp_path / "avd"
    avd.mkdir()
    process(proc, 10, "/sdk/emulator/qemu/linux-x86_64/qemu-system-x86_64-headless -avd a")
    process(proc, 11, "/usr/bin/vim /sdk/emulator/emulator notes-on-qemu-system")
    held = lock(avd, "hardware-qemu.ini.lock", "10\n")
    also_held = lock(avd, "userdata-qemu.img.lock", "10", as_folder=True)
    lock(avd, "cache.img.lock", "11\n")
    lock(avd, "snapshot.lock", "12\n")
    lock(avd, "encryptionkey.img.lock", "12", as_folder=True)
    lock(avd, "sdcard.img.lock", "not a number")
    lock(avd, "multiinstance.lock", "")
    stale = {path.name for path in stale_locks(avd, proc=proc)}
    assert stale == {"cache.img.lock", "snapshot.lock", "encryptionkey.img.lock", "sdcard.img.lock"}
    assert lock_owner(held) == lock_owner(also_held) == 10


def test_stale_locks_are_removed_as_files_and_as_folders(tmp_path: Path) -> None:
    lock(tmp_path, "a.lock", "999999999")
    lock(tmp_path, "b.lock", "999999999", as_folder=True)
    lock(tmp_path, "multiinstance.lock", "")
    assert remove_stale_locks(tmp_path) == ("a.lock", "b.lock")
    assert [path.name for path in tmp_path.iterdir()] == ["multiinstance.lock"]


@given(st.binary(max_size=80))
def test_any_lock_file_has_an_owner_or_none(data: bytes) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.lock"
        path.write_bytes(data)
        owner = lock_owner(path)
        assert owner is None or owner >= 0


def test_the_launch_lock_is_taken_in_turn(tmp_path: Path) -> None:
    inside: list[int] = []

    async def one(number: int) -> None:
        async with launch_lock(tmp_path, timeout_s=30):
            inside.append(number)
            assert inside == [number]
            await asyncio.sleep(0.02)
            inside.clear()

    async def scenario() -> None:
        await asyncio.gather(*(one(number) for number in range(5)))
        with pytest.raises(BackendError, match="cannot be written"):
            async with launch_lock(tmp_path / "none", timeout_s=1):
                pass

    asyncio.run(scenario())


@given(st.text(max_size=300))
def test_any_text_is_an_ini_file(text: str) -> None:
    assert all(key and "=" not in key for key in parse_ini(text))


# Who listens


def test_a_listener_is_told_from_another_programs() -> None:
    source = (
        "import socket, time; s = socket.create_server(('127.0.0.1', 0));"
        " print(s.getsockname()[1], flush=True); time.sleep(60)"
    )

    async def scenario() -> None:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", source, stdout=asyncio.subprocess.PIPE, start_new_session=True
        )
        try:
            assert process.stdout is not None
            port = int(await process.stdout.readline())
            assert listens(process.pid, port) is True
            assert listens(os.getpgrp(), port) is False
        finally:
            process.kill()
            await process.wait()
        assert listens(process.pid, port) is None

    asyncio.run(scenario())
