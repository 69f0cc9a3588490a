"""Each line of `farm doctor --backend emulator`, on SDK folders that lack one thing each."""

from __future__ import annotations

import asyncio
import shutil
import socket
from collections.abc import Callable

import pytest

from device_farm.doctor.emulator import emulator_probes
from device_farm.doctor.examination import probes
from device_farm.doctor.probe import ProbeResult, run_probe
from device_farm.emulator.standin.make_sdk import make_avd
from device_farm.errors import ConfigError
from tests.emulator.rig import Rig, free_base

LINES = ("sdk", "licence", "emulator", "adb", "image", "avd", "locks", "kvm", "ports", "snapshot")


def line(rig: Rig, name: str, **config: object) -> ProbeResult:
    (probe,) = [probe for probe in emulator_probes(rig.config(**config)) if probe.name == name]
    return asyncio.run(run_probe(probe))


def fails(rig: Rig, name: str, detail: str, fix: str, **config: object) -> None:
    result = line(rig, name, **config)
    assert result.status == "failed", result
    assert detail in result.detail and fix in result.fix, result


def test_a_whole_sdk_passes_every_line(rig: Rig) -> None:
    for name in LINES:
        if name == "kvm":
            continue
        result = line(rig, name)
        assert result.status == "ok" and not result.fix, result
    assert "stand-in" in line(rig, "emulator").detail
    assert line(rig, "kvm", acceleration="off").status == "ok"


def test_the_lines_are_those_of_the_command_and_all_required() -> None:
    chosen = probes(backend="emulator=base_port=5700")
    assert [probe.name for probe in chosen] == ["python", *LINES]
    assert all(probe.required for probe in chosen)
    with pytest.raises(ConfigError, match="gpu"):
        probes(backend="emulator=gpu=fast")


def test_without_an_sdk_the_rest_waits_for_it(rig: Rig) -> None:
    fails(rig, "sdk", "no Android SDK is named", "ANDROID_SDK_ROOT", sdk_root="")
    fails(rig, "sdk", "is no folder", "name the folder", sdk_root="/none")
    for name in LINES[1:]:
        if name != "ports":
            fails(rig, name, "not looked at", "mend the line sdk", sdk_root="")


def test_a_licence_that_nobody_accepted(rig: Rig) -> None:
    shutil.rmtree(rig.root / "licenses")
    fails(rig, "licence", "nobody has accepted", "sdkmanager --licenses")


@pytest.mark.parametrize(
    ("script", "detail", "fix"),
    [
        ("echo 'error while loading shared libraries: libpulse.so.0: no' >&2; exit 127", "libpulse", "apt-get install"),
        ("echo 'Android emulator version 29.3.4.0'", "too old", "sdkmanager emulator"),
        ("exit 1", "exit code 1", "sdkmanager emulator"),
        ("echo hello", "hello", "sdkmanager emulator"),
    ],
)
def test_an_emulator_that_does_not_run(rig: Rig, script: str, detail: str, fix: str) -> None:
    (rig.root / "emulator" / "emulator").write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    fails(rig, "emulator", detail, fix)


def test_an_adb_that_is_missing_or_broken(rig: Rig) -> None:
    adb = rig.root / "platform-tools" / "adb"
    adb.unlink()
    fails(rig, "adb", "no adb", "platform-tools")
    adb.write_text("#!/bin/sh\nexit 1\n", "utf-8")
    adb.chmod(0o755)
    fails(rig, "adb", "adb version", "platform-tools")


def test_an_image_that_is_not_installed(rig: Rig) -> None:
    shutil.rmtree(rig.root / "system-images")
    fails(rig, "image", "system image of farm", "system-images;android-33;google_apis;x86_64")
    shutil.rmtree(rig.root / "avd")
    fails(rig, "image", "no system image is installed", "sdkmanager")


def test_an_avd_that_is_missing_ambiguous_or_not_the_emulators(rig: Rig) -> None:
    fails(rig, "avd", "no virtual device 'none'", "there is farm", avd="none")
    make_avd(rig.root / "avd", "other")
    fails(rig, "avd", "several", "name one")
    (rig.root / "emulator" / "emulator").write_text("#!/bin/sh\necho something\n", "utf-8")
    fails(rig, "avd", "lists something, and not farm", "avd_home", avd="farm")
    shutil.rmtree(rig.root / "avd")
    fails(rig, "avd", "no virtual device in", "avdmanager create avd")


def test_locks_that_a_dead_emulator_left(rig: Rig) -> None:
    (rig.avd / "hardware-qemu.ini.lock").write_text("999999999\n", "ascii")
    fails(rig, "locks", "1 lock files", "rm -rf")


def test_an_emulator_that_sees_no_kvm(rig: Rig) -> None:
    rig.faults("no-kvm")
    fails(rig, "kvm", "/dev/kvm is not found", "acceleration = 'off'", kvm_device="/dev/other")


def test_ports_that_are_taken(rig: Rig) -> None:
    base_port = free_base(2)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", base_port + 3))
        taken.listen()
        fails(rig, "ports", f"port {base_port + 3}", "base_port = 0", base_port=base_port, devices=2)
    assert line(rig, "ports", base_port=base_port, devices=2).status == "ok"


def test_a_snapshot_that_is_missing_or_no_longer_fits(rig: Rig, bare: Callable[..., Rig]) -> None:
    assert line(rig, "snapshot", snapshot="").status == "ok"
    fails(rig, "snapshot", "no snapshot 'x'", "farm emulator prepare --set snapshot=x", snapshot="x")
    fails(rig, "snapshot", "hardware was", "farm emulator prepare --set cores=2", cores=2)
