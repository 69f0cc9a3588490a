"""Proofs about the user's emulator, in the order in which one sets it up: SDK, licence, programs, image, AVD, snapshot.

Nothing is started that would touch the virtual device; that a phone boots is proved by `farm check --backend emulator`.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

from device_farm.backends.emulator import fingerprint_of, locate, prepare_command
from device_farm.backends.emulator_config import EmulatorConfig
from device_farm.doctor import machine
from device_farm.doctor.child import ChildResult, run_child
from device_farm.doctor.probe import Probe
from device_farm.emulator.avd import EXAMPLE_IMAGE, avd_names, open_avd, require_image
from device_farm.emulator.fingerprint import check_snapshot
from device_farm.emulator.locks import stale_locks
from device_farm.emulator.ports import fixed_ports, free_ports, require_free
from device_farm.emulator.sdk import GUIDE, open_sdk, require_adb, sdkmanager
from device_farm.emulator.startup_log import LIBRARIES_FIX
from device_farm.errors import BackendError, PrerequisiteError

_VERSION = re.compile(r"Android emulator version (\d+)\.(\d+)\.(\d+)")
_OLDEST = (30, 0)
"""The first with an unfiltered gRPC service on `-grpc`."""
_ADB_VERSION = re.compile(r"Android Debug Bridge version (\S+)")
_WITHOUT_SDK = ("sdk", "ports")
_DEADLINE_S = 30.0


def emulator_probes(config: EmulatorConfig) -> tuple[Probe, ...]:
    """What `farm doctor --backend emulator` proves; all of it is needed."""

    def probe(name: str, prove: Callable[[EmulatorConfig], Awaitable[str]], fix: str) -> Probe:
        proof = partial(prove if name in _WITHOUT_SDK else partial(_after_sdk, prove), config)
        return Probe(name=name, prove=proof, deadline_s=_DEADLINE_S, required=True, fix=fix)

    hint = f"see {GUIDE}"
    return (
        probe("sdk", sdk, hint),
        probe("licence", licence, hint),
        probe("emulator", emulator, "its program hangs: install it again with sdkmanager"),
        probe("adb", adb, hint),
        probe("image", image, hint),
        probe("avd", avd, hint),
        probe("locks", locks, hint),
        probe("kvm", kvm, "use a machine with working (nested) virtualisation"),
        probe("ports", ports, "set base_port = 0 for free ones"),
        probe("snapshot", snapshot, prepare_command(config)),
    )


async def _after_sdk(prove: Callable[[EmulatorConfig], Awaitable[str]], config: EmulatorConfig) -> str:
    """What comes after the SDK does not repeat its complaint."""
    try:
        open_sdk(config.sdk_root)
    except PrerequisiteError as error:
        raise PrerequisiteError("not looked at without an SDK", fix="mend the line sdk first") from error
    return await prove(config)


async def sdk(config: EmulatorConfig) -> str:
    """The SDK's folder, with an emulator in it."""
    found = open_sdk(config.sdk_root)
    return f"{found.root}, emulator package {found.emulator_version or 'of unknown version'}"


async def licence(config: EmulatorConfig) -> str:
    """The SDK's user has accepted its licence; nobody else can."""
    found = open_sdk(config.sdk_root)
    if not found.accepted_licences:
        raise PrerequisiteError(
            f"nobody has accepted the SDK's licence: {found.root / 'licenses'} has none",
            fix=f"{sdkmanager(found)} --licenses",
        )
    return f"accepted: {', '.join(found.accepted_licences)}"


async def emulator(config: EmulatorConfig) -> str:
    """Runs `emulator -version`."""
    found = open_sdk(config.sdk_root)
    ran = await _ran_emulator(config, "-version")
    version = _VERSION.search(ran.stdout)
    if ran.exit_code != 0 or version is None:
        missing = "shared libraries" in ran.stderr
        fix = LIBRARIES_FIX if missing else f"{sdkmanager(found)} emulator"
        raise PrerequisiteError(f"emulator -version: {ran.last_line}", fix=fix)
    if (int(version[1]), int(version[2])) < _OLDEST:
        message = f"{version[0]} is too old: {'.'.join(map(str, _OLDEST))} is the first with the control service"
        raise PrerequisiteError(message, fix=f"{sdkmanager(found)} emulator")
    stand_in = ", a stand-in: no Android runs in it" if "stand-in" in ran.stdout else ""
    return f"{version[0]}{stand_in}"


async def adb(config: EmulatorConfig) -> str:
    """Runs the SDK's `adb version`."""
    found = open_sdk(config.sdk_root)
    program = require_adb(found)
    ran = await _ran(Path(program), "version")
    version = _ADB_VERSION.search(ran.stdout)
    if ran.exit_code != 0 or version is None:
        raise PrerequisiteError(f"adb version: {ran.last_line}", fix=f"{sdkmanager(found)} platform-tools")
    return version[0]


async def image(config: EmulatorConfig) -> str:
    """The system image of the virtual device; without a virtual device, any."""
    found = open_sdk(config.sdk_root)
    images = ", ".join(map(str, found.system_images()))
    if avd_names(_home(config)):
        device = open_avd(config.avd, config.avd_home, found)
        require_image(device, found)
        revision = device.image_properties.get("Pkg.Revision", "?")
        return f"{'/'.join(device.image.parts[-3:])} revision {revision}"
    if not images:
        fix = f"{sdkmanager(found)} '{EXAMPLE_IMAGE}'"
        raise PrerequisiteError(f"no system image is installed in {found.root}", fix=fix)
    return images


async def avd(config: EmulatorConfig) -> str:
    """The virtual device, as this project and the emulator itself find it."""
    _, device = locate(config)
    ran = await _ran_emulator(config, "-list-avds")
    listed = [line.strip() for line in ran.stdout.splitlines()]
    if device.name not in listed:
        message = f"the emulator lists {', '.join(listed) or 'no virtual device'}, and not {device.name}"
        raise PrerequisiteError(message, field="avd_home", fix="set avd_home to the folder with its .ini file")
    values = device.config
    screen = f"{values.get('hw.lcd.width', '?')}x{values.get('hw.lcd.height', '?')}"
    return f"{device.name}: {screen}, {values.get('hw.ramSize', '?')} MB, {values.get('hw.cpu.ncore', '?')} cores"


async def locks(config: EmulatorConfig) -> str:
    """No lock of a dead emulator is in the way; a start of the farm would remove it, any other would be refused."""
    _, device = locate(config)
    stale = stale_locks(device.folder)
    if stale:
        names = " ".join(str(path) for path in stale)
        raise PrerequisiteError(f"a dead emulator left {len(stale)} lock files", fix=f"rm -rf {names}")
    return "none is left over"


async def kvm(config: EmulatorConfig) -> str:
    """Boots a guest of our own, then asks the emulator."""
    if config.acceleration == "off":
        return "not needed: acceleration = 'off', at a tenth of the speed or less"
    # Our own guest knows only the usual device.
    proof = await machine.kvm() if config.kvm_device == "/dev/kvm" else f"{config.kvm_device} is the emulator's matter"
    ran = await _ran_emulator(config, "-accel-check")
    if ran.exit_code != 0:
        said = " ".join(line for line in ran.stdout.split("\n") if line and line != "accel")
        fix = "give this user /dev/kvm (group kvm), enable virtualisation, or set acceleration = 'off'"
        raise PrerequisiteError(f"emulator -accel-check: {said or ran.last_line}", fix=fix)
    return f"{proof}; the emulator agrees"


async def ports(config: EmulatorConfig) -> str:
    """Free ports for every phone."""
    count = config.devices or 1
    if config.base_port:
        for number in range(count):
            require_free(fixed_ports(config.base_port, number))
        return f"{config.base_port} to {config.base_port + 2 * count - 1} are free"
    held: set[int] = set()
    for _ in range(count):
        held.add(free_ports(held).console)
    return f"free consoles: {', '.join(map(str, sorted(held)))}"


async def snapshot(config: EmulatorConfig) -> str:
    """The snapshot that all phones start from, taken of these very parts."""
    if not config.snapshot:
        return "not needed: every start and reset is a cold boot"
    found, device = locate(config)
    now = fingerprint_of(config, found, device)
    check_snapshot(device, config.snapshot, now, prepare=prepare_command(config))
    size = await asyncio.to_thread(_size, device.snapshots / config.snapshot)
    return f"{config.snapshot!r}, {size / 1e6:.0f} MB"


def _home(config: EmulatorConfig) -> Path:
    return Path(config.avd_home).expanduser()


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


async def _ran_emulator(config: EmulatorConfig, argument: str) -> ChildResult:
    variables = (f"ANDROID_AVD_HOME={_home(config)}", f"ANDROID_EMULATOR_KVM_DEVICE={config.kvm_device}")
    program = open_sdk(config.sdk_root).emulator
    return await _ran(Path("/usr/bin/env"), *variables, str(program), argument)


async def _ran(program: Path, *arguments: str) -> ChildResult:
    try:
        return await run_child(str(program), *arguments)
    except OSError as error:
        raise BackendError(
            f"{program} does not run: {error.strerror}", fix="install it again with sdkmanager"
        ) from error
