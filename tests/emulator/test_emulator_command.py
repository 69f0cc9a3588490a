"""The command line that is built: every trap of the emulator's that a flag avoids is a row here."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from device_farm.backends.config import BackendConfig
from device_farm.backends.emulator_config import BootDeadlines, EmulatorConfig
from device_farm.backends.loader import parse_backend
from device_farm.config import load_config
from device_farm.emulator.command import EmulatorPorts, Launch, command_line, environment
from device_farm.emulator.ports import fixed_ports, free_ports
from device_farm.emulator.standin.faults import FAULTS
from device_farm.emulator.standin.options import parse_options
from device_farm.errors import BackendError, ConfigError

PORTS = EmulatorPorts(console=5554, adb=5555, grpc=8554)
FLEET = Launch(
    emulator=Path("/sdk/emulator/emulator"),
    avd="Pixel_6",
    ports=PORTS,
    snapshot="farm",
    read_only=True,
    gpu="swangle_indirect",
    memory_mb=0,
    cores=0,
    acceleration="auto",
    skip_adb_auth=True,
    extra_args=(),
)


def test_a_phone_of_a_fleet_starts_as_the_facts_say() -> None:
    line = (
        "/sdk/emulator/emulator -avd Pixel_6 -ports 5554,5555 -grpc 8554 -no-window -no-audio -no-boot-anim"
        " -no-metrics -gpu swangle_indirect -skip-adb-auth -read-only -snapshot farm -no-snapshot-save"
        " -feature AllowSnapshotMigration,MigratableSnapshotSave"
    )
    assert " ".join(command_line(FLEET)) == line
    assert PORTS.serial == "emulator-5554"


@pytest.mark.parametrize(
    ("change", "there", "not_there"),
    [
        ({"read_only": False}, (), ("-read-only",)),
        ({"snapshot": ""}, ("-no-snapshot",), ("-snapshot", "-no-snapshot-load", "-feature")),
        ({"snapshot": "", "read_only": False}, ("-no-snapshot", "-feature"), ("-snapshot", "-read-only")),
        ({"skip_adb_auth": False}, (), ("-skip-adb-auth",)),
        ({"memory_mb": 4096, "cores": 2}, ("-memory", "4096", "-cores", "2"), ()),
        ({"acceleration": "off"}, ("-accel", "off"), ()),
        ({"gpu": "host"}, ("-gpu", "host"), ("swangle_indirect",)),
        ({"extra_args": ("-timezone", "UTC")}, ("-timezone", "UTC"), ()),
    ],
)
def test_each_choice_is_in_the_command_line(
    change: dict[str, object], there: tuple[str, ...], not_there: tuple[str, ...]
) -> None:
    words = command_line(replace(FLEET, **change))  # type: ignore[arg-type]
    assert set(there) <= set(words) and not set(not_there) & set(words)
    parse_options(words[1:])


@pytest.mark.parametrize("snapshot", ["", "farm"])
@pytest.mark.parametrize("read_only", [True, False])
def test_no_start_writes_a_snapshot_at_its_exit(snapshot: str, read_only: bool) -> None:
    """`-no-snapshot-load` would: it only skips the loading."""
    words = command_line(replace(FLEET, snapshot=snapshot, read_only=read_only))
    assert not parse_options(words[1:]).saves_at_exit
    assert parse_options(["-avd", "x", "-no-snapshot-load"]).saves_at_exit


def test_the_environment_names_sdk_avd_home_adb_server_and_kvm() -> None:
    made = environment(
        {"ANDROID_HOME": "/other", "PATH": "/bin"},
        sdk_root=Path("/sdk"),
        avd_home=Path("/avd"),
        adb_server_port=5100,
        kvm_device="/dev/kvm",
    )
    assert made == {
        "PATH": "/bin",
        "ANDROID_SDK_ROOT": "/sdk",
        "ANDROID_HOME": "/sdk",
        "ANDROID_AVD_HOME": "/avd",
        "ANDROID_ADB_SERVER_PORT": "5100",
        "ANDROID_EMULATOR_KVM_DEVICE": "/dev/kvm",
    }


# Ports


def test_free_ports_pass_over_what_is_held_or_taken() -> None:
    taken = {5555, 8556}
    assert free_ports({5558}, free=lambda port: port not in taken).console == 5560
    with pytest.raises(BackendError, match="all taken") as caught:
        free_ports((), free=lambda port: False)
    assert caught.value.field == "base_port"


def test_fixed_ports_go_up_in_twos() -> None:
    assert fixed_ports(5700, 2) == EmulatorPorts(console=5704, adb=5705, grpc=8704)
    with pytest.raises(ConfigError, match="odd"):
        fixed_ports(5701, 0)


# Config


def test_the_sdk_and_the_avd_home_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANDROID_SDK_ROOT", "/sdk")
    monkeypatch.setenv("ANDROID_HOME", "/old")
    monkeypatch.setenv("ANDROID_AVD_HOME", "/avds")
    config = EmulatorConfig()
    assert (config.sdk_root, config.avd_home) == ("/sdk", "/avds")
    monkeypatch.delenv("ANDROID_SDK_ROOT")
    monkeypatch.delenv("ANDROID_AVD_HOME")
    monkeypatch.setenv("HOME", "/home/a")
    assert (EmulatorConfig().sdk_root, EmulatorConfig().avd_home) == ("/old", "/home/a/.android/avd")
    monkeypatch.setenv("ANDROID_EMULATOR_HOME", "/emu")
    assert EmulatorConfig().avd_home == "/emu/avd"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("emulator", {"avd": "", "devices": None}),
        ("emulator=3", {"devices": 3}),
        ("emulator=Pixel_6", {"avd": "Pixel_6", "devices": None}),
        ("emulator=Pixel_6,2,snapshot=clean", {"avd": "Pixel_6", "devices": 2, "snapshot": "clean"}),
        ("emulator=read_only=false", {"read_only": False}),
        ("emulator=base_port=5700,gpu=host", {"base_port": 5700, "gpu": "host"}),
    ],
)
def test_a_command_line_names_an_emulator_fleet(text: str, expected: dict[str, object]) -> None:
    config: BackendConfig = parse_backend(text)
    assert isinstance(config, EmulatorConfig)
    assert {key: getattr(config, key) for key in expected} == expected


def test_a_deadline_can_be_set_from_the_command_line() -> None:
    config = parse_backend("emulator=deadlines.control_s=5")
    assert isinstance(config, EmulatorConfig) and config.deadlines.control_s == 5


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("emulator=0", "devices"),
        ("emulator=snapshots=x", "snapshots"),
        ("emulator=gpu=fast", "gpu"),
        ("emulator=base_port=5701", "odd"),
        ("emulator=base_port=22", "below 1024"),
        ("emulator=snapshot=..", "snapshot"),
        ("emulator=2,read_only=false", "one phone"),
        ("emulator=read_only=false,snapshot=", "needs a snapshot"),
        ("emulator=../evil", "avd"),
        ("emulator=", "nothing follows"),
        ("emulator=one,other", "avd is given twice"),
        ("emulator=one,avd=other", "avd is given twice"),
        ("emulator=deadlines=5,deadlines.control_s=3", "deadlines.control_s is given twice"),
        ("emulator=deadlines.control_s=3,deadlines=5", "deadlines is given twice"),
    ],
)
def test_a_bad_emulator_section_is_refused_by_name(text: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        parse_backend(text)


def test_a_config_file_may_hold_every_key(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text('avd = "x"\ndevices = 2\nextra_args = ["-timezone", "UTC"]\n[deadlines]\nbooted_s = 9\n', "utf-8")
    config = load_config(EmulatorConfig, paths=[path])
    assert (config.devices, config.extra_args, config.deadlines.booted_s) == (2, ("-timezone", "UTC"), 9)


def test_the_guide_names_every_setting_and_every_fault() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "emulator.md").read_text("utf-8")
    documented = set(re.findall(r"`([a-z_]+)`", guide))
    hidden = {"type", "deadlines", "kvm_device", "console_token", "adb_key"}
    assert set(EmulatorConfig.model_fields) - hidden <= documented
    assert all(f"`{name}`" in guide for name in FAULTS)
    assert all(f"`{name}`" in guide or f"{name}`" in guide for name in BootDeadlines.model_fields)
