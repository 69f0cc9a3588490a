"""Config section of the Android Emulator: the user's SDK, the virtual device, its snapshot, ports and deadlines."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal, Self, TypeAlias

from pydantic import Field, model_validator

from device_farm.config import ConfigModel

GpuMode: TypeAlias = Literal[
    "swangle_indirect", "swiftshader_indirect", "host", "auto", "auto-no-window", "guest", "lavapipe", "off"
]


def _sdk_root() -> str:
    return os.environ.get("ANDROID_SDK_ROOT") or os.environ.get("ANDROID_HOME") or ""


def _avd_home() -> str:
    """Where the emulator itself looks, in its order."""
    if home := os.environ.get("ANDROID_AVD_HOME"):
        return home
    if home := os.environ.get("ANDROID_USER_HOME") or os.environ.get("ANDROID_EMULATOR_HOME"):
        return str(Path(home) / "avd")
    return _home(".android", "avd")


def _home(*parts: str) -> str:
    return str(Path(os.environ.get("HOME", "~")).expanduser().joinpath(*parts))


def _log_dir() -> str:
    cache = os.environ.get("XDG_CACHE_HOME") or _home(".cache")
    return str(Path(cache) / "gui-agent-farm" / "emulator")


def _kvm_device() -> str:
    return os.environ.get("ANDROID_EMULATOR_KVM_DEVICE", "/dev/kvm")


class BootDeadlines(ConfigModel):
    """Seconds that each step of a start may take at most; the whole start has `boot_timeout_s`.

    A cold boot takes 25 to 28 s on a fast machine with KVM, a start from a snapshot 2.5 to 3.7 s; a first boot of a
    new virtual device, or one without KVM, minutes.
    """

    launch_lock_s: float = Field(default=180.0, gt=0)
    control_s: float = Field(default=60.0, gt=0)
    booted_s: float = Field(default=240.0, gt=0)
    adb_s: float = Field(default=120.0, gt=0)
    system_s: float = Field(default=120.0, gt=0)
    packages_s: float = Field(default=60.0, gt=0)
    stable_s: float = Field(default=60.0, gt=0)
    load_s: float = Field(default=20.0, gt=0)
    stop_s: float = Field(default=10.0, gt=0)


class EmulatorConfig(ConfigModel):
    """Android Emulators of the user's own SDK.

    `sdk_root` comes from ANDROID_SDK_ROOT or ANDROID_HOME, `avd_home` from ANDROID_AVD_HOME, where they are not given.
    `avd` empty takes the only virtual device that there is. `devices` unset takes as many as the run asks for, or 1.

    With `read_only` every phone starts from the one saved snapshot `snapshot`, and no phone writes to the virtual
    device; without it there is one phone, which may save snapshots. `snapshot` empty boots cold, and a reset is a
    new cold boot. `base_port` 0 takes free ports from 5554 on; otherwise phone n has console port base_port + 2n, adb
    the next one, and gRPC 3000 above. `memory_mb` and `cores` 0 leave what the virtual device says. `extra_args` are
    passed on as they are. `adb_auth` leaves the phone's key check on; `adb_key` is the key that it is to know.
    """

    type: Literal["emulator"] = "emulator"
    devices: int | None = Field(default=None, ge=1, le=64)
    sdk_root: str = Field(default_factory=_sdk_root)
    avd: str = Field(default="", pattern=r"^[A-Za-z0-9._-]*$")
    avd_home: str = Field(default_factory=_avd_home)
    snapshot: str = Field(default="farm", pattern=r"^([A-Za-z0-9_-][A-Za-z0-9._-]{0,63})?$")
    read_only: bool = True
    base_port: int = Field(default=0, ge=0, le=62000)
    gpu: GpuMode = "swangle_indirect"
    memory_mb: int = Field(default=0, ge=0, le=65536)
    cores: int = Field(default=0, ge=0, le=64)
    acceleration: Literal["auto", "on", "off"] = "auto"
    kvm_device: str = Field(default_factory=_kvm_device)
    adb_auth: bool = False
    screenshots: Literal["grpc", "adb"] = "grpc"
    extra_args: tuple[str, ...] = ()
    log_dir: str = Field(default_factory=_log_dir)
    console_token: str = Field(default_factory=lambda: _home(".emulator_console_auth_token"))
    adb_key: str = Field(default_factory=lambda: _home(".android", "adbkey"))
    boot_timeout_s: float = Field(default=300.0, gt=0)
    deadlines: BootDeadlines = BootDeadlines()

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not self.read_only and not self.snapshot:
            raise ValueError("read_only = false needs a snapshot: nothing else could set the phone back")
        if not self.read_only and (self.devices or 1) > 1:
            raise ValueError("read_only = false is one phone: two writers destroy a virtual device")
        if 0 < self.base_port < 1024:
            raise ValueError("base_port is below 1024, where only root may listen: use 5554, or 0 for free ports")
        if self.base_port % 2:
            raise ValueError("base_port is odd: adb servers look for consoles on even ports, such as 5554")
        return self
