"""The emulator's command line and environment. Pure, so that every choice is a row of a table test.

Sources: https://developer.android.com/studio/run/emulator-commandline and the emulator's `-help-all`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

SNAPSHOT_FEATURES = "AllowSnapshotMigration,MigratableSnapshotSave"
"""A snapshot taken on one machine loads on another with the same image and emulator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmulatorPorts:
    """TCP ports on the loopback; `adb` is `console` + 1, from which adb servers make the serial."""

    console: int
    adb: int
    grpc: int

    @property
    def serial(self) -> str:
        return f"emulator-{self.adb - 1}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """One start of the emulator. `snapshot` empty boots cold; `memory_mb` and `cores` 0 leave it to the AVD."""

    emulator: Path
    avd: str
    ports: EmulatorPorts
    snapshot: str
    read_only: bool
    gpu: str
    memory_mb: int
    cores: int
    acceleration: Literal["auto", "on", "off"]
    skip_adb_auth: bool
    extra_args: tuple[str, ...]


def command_line(launch: Launch) -> tuple[str, ...]:
    """The argument vector."""
    ports = launch.ports
    return (
        str(launch.emulator),
        *("-avd", launch.avd),
        *("-ports", f"{ports.console},{ports.adb}"),
        *("-grpc", str(ports.grpc)),
        *("-no-window", "-no-audio", "-no-boot-anim", "-no-metrics"),
        *("-gpu", launch.gpu),
        *(("-skip-adb-auth",) if launch.skip_adb_auth else ()),
        *(("-read-only",) if launch.read_only else ()),
        *snapshot_arguments(launch.snapshot, writes=not launch.read_only),
        *(("-memory", str(launch.memory_mb)) if launch.memory_mb else ()),
        *(("-cores", str(launch.cores)) if launch.cores else ()),
        *(("-accel", launch.acceleration) if launch.acceleration != "auto" else ()),
        *launch.extra_args,
    )


def snapshot_arguments(snapshot: str, *, writes: bool) -> tuple[str, ...]:
    """`-no-snapshot-load` alone would still write a snapshot at exit, so saving there is switched off by name.

    Whoever boots cold and `writes` is about to save the fleet's snapshot, which is to load on other machines, too.
    """
    features = ("-feature", SNAPSHOT_FEATURES)
    if not snapshot:
        return ("-no-snapshot", *features) if writes else ("-no-snapshot",)
    return ("-snapshot", snapshot, "-no-snapshot-save", *features)


def environment(
    inherited: Mapping[str, str], *, sdk_root: Path, avd_home: Path, adb_server_port: int, kvm_device: str
) -> dict[str, str]:
    """The emulator's environment; ANDROID_HOME would win over ANDROID_SDK_ROOT, so both say the same."""
    return {
        **inherited,
        "ANDROID_SDK_ROOT": str(sdk_root),
        "ANDROID_HOME": str(sdk_root),
        "ANDROID_AVD_HOME": str(avd_home),
        "ANDROID_ADB_SERVER_PORT": str(adb_server_port),
        "ANDROID_EMULATOR_KVM_DEVICE": kvm_device,
    }
