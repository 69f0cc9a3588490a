"""An SDK folder with the stand-in in it, and emulators and farms on top of that."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from device_farm.android.device import AndroidDevice
from device_farm.backends.emulator import EmulatorBackend, fingerprint_of, instance_for, locate
from device_farm.backends.emulator_config import EmulatorConfig
from device_farm.emulator.ports import PortsTakenError, fixed_ports, require_free
from device_farm.emulator.preparing import Wishes, prepare
from device_farm.emulator.standin.make_sdk import make_sdk

QUICK = {
    "launch_lock_s": 60,
    "control_s": 30,
    "booted_s": 30,
    "adb_s": 30,
    "system_s": 20,
    "packages_s": 20,
    "stable_s": 20,
    "load_s": 15,
    "stop_s": 5,
}


def free_base(phones: int = 1) -> int:
    """An even port from which on `phones` emulators have room; processes side by side look elsewhere first."""
    for base_port in range(20000 + os.getpid() % 200 * 40, 40000, 2):
        try:
            for number in range(phones):
                require_free(fixed_ports(base_port, number))
        except PortsTakenError:
            continue
        return base_port
    raise AssertionError("no port is free")


def need_adb() -> None:
    if shutil.which("adb") is None:
        if "adb" in os.environ.get("FARM_REQUIRE", "").split(","):
            pytest.fail("adb is required and not installed")
        pytest.skip("adb is not installed: apt-get install adb")


@dataclass(frozen=True)
class Rig:
    """`config` makes a section for this SDK; `faults` are those of the next starts."""

    root: Path
    home: Path

    @property
    def avd(self) -> Path:
        return self.root / "avd" / "farm.avd"

    def config(self, **values: Any) -> EmulatorConfig:
        deadlines = {**QUICK, **values.pop("deadlines", {})}
        settings: dict[str, Any] = {
            "sdk_root": str(self.root),
            "avd_home": str(self.root / "avd"),
            "log_dir": str(self.root / "log"),
            "console_token": str(self.home / ".emulator_console_auth_token"),
            "adb_key": str(self.home / ".android" / "adbkey"),
            "deadlines": deadlines,
            **values,
        }
        return EmulatorConfig.model_validate(settings)

    def faults(self, *lines: str) -> None:
        (self.avd / "standin.faults").write_text("".join(f"{line}\n" for line in lines), "utf-8")

    def logs(self) -> str:
        folders = (self.root / "log", self.home / ".cache" / "gui-agent-farm" / "emulator")
        return "\n".join(path.read_text("utf-8") for folder in folders for path in sorted(folder.glob("*.log*")))

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Runs `emulator/emulator` to its end."""
        return subprocess.run(
            [str(self.root / "emulator" / "emulator"), *arguments],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env={**os.environ, "ANDROID_AVD_HOME": str(self.root / "avd"), **environment},
        )


async def save_snapshot(config: EmulatorConfig, *commands: str) -> None:
    """What `farm emulator prepare` does, without its proof."""
    sdk, avd = locate(config)
    writer = partial(instance_for, config, sdk, avd, snapshot="", read_only=False)
    made_of = fingerprint_of(config, sdk, avd)
    wishes = Wishes(commands=commands)
    await prepare(writer, avd, config.snapshot, wishes, made_of=made_of, moves=True, tell=lambda text: None)


@asynccontextmanager
async def started(config: EmulatorConfig, count: int = 1) -> AsyncIterator[list[AndroidDevice]]:
    """Running phones of one backend, started at the same time."""
    backend = EmulatorBackend(config)
    backend.preflight()
    devices = [await backend.create(f"emulator-{number}") for number in range(count)]
    try:
        failures = await asyncio.gather(*(device.start() for device in devices), return_exceptions=True)
        for failure in failures:
            if failure is not None:
                raise failure
        yield devices
    finally:
        for device in devices:
            await device.close()
        await backend.close()


def make_rig(folder: Path, **config: str) -> Rig:
    home = folder / "home"
    home.mkdir()
    make_sdk(folder / "sdk", config=config)
    return Rig(root=folder / "sdk", home=home)


def living(folder: Path, word: str = "") -> list[int]:
    """Process ids whose command line names a path below `folder`, and `word`."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes()
        except OSError:
            continue
        if str(folder).encode() in words and word.encode() in words and int(path.parent.name) != os.getpid():
            found.append(int(path.parent.name))
    return found
