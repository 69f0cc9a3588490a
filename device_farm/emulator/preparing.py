"""Takes the snapshot that a fleet starts from: boots once as the only writer, installs, saves, proves."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from device_farm.adb.client import AdbClient
from device_farm.emulator.avd import Avd
from device_farm.emulator.fingerprint import Fingerprint, write_fingerprint
from device_farm.emulator.instance import EmulatorInstance, start_on_free_ports
from device_farm.errors import BackendError, GuestError, TransportError

_SAVE_TIMEOUT_S = 300.0
_APK = "/data/local/tmp/farm-prepare.apk"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What is done on the phone before it is saved: packages installed, then shell lines run, in their order.

    `by_hand` is awaited last; it may let a person work on the phone.
    """

    packages: Sequence[Path] = ()
    commands: Sequence[str] = ()
    by_hand: Callable[[EmulatorInstance], Awaitable[None]] | None = None


async def prepare(
    make: Callable[[], EmulatorInstance],
    avd: Avd,
    snapshot: str,
    wishes: Wishes,
    *,
    made_of: Fingerprint,
    moves: bool,
    tell: Callable[[str], None],
) -> None:
    """Boots the instance that `make` yields (cold, writing) and saves `snapshot` with what it was `made_of` beside it.

    `moves`: each that `make` yields has other ports, so that lost ones can be exchanged.

    Raises:
        BackendError: it does not boot, refuses a wish, or does not save.
    """
    tell(f"booting {avd.name} cold; a first boot takes minutes")
    instance = await start_on_free_ports(make, moves=moves, stage_passed=lambda stage: tell(f"  passed: {stage}"))
    try:
        await _fulfil(instance, wishes, tell)
        await instance.client.shell("input keyevent KEYCODE_WAKEUP; input keyevent KEYCODE_HOME; sync")
        tell(f"saving the snapshot {snapshot!r}")
        await instance.snapshot("save", snapshot, timeout_s=_SAVE_TIMEOUT_S)
        if not (avd.snapshots / snapshot).is_dir():
            raise BackendError(f"the emulator saved {snapshot!r}, but not in {avd.snapshots}", field="avd_home")
        write_fingerprint(avd.snapshots / snapshot, made_of)
    except (GuestError, TransportError) as error:
        raise BackendError(f"{avd.name} was not prepared: {error.message}", field=error.field, fix=error.fix) from error
    finally:
        await instance.close()


async def prove(make: Callable[[], EmulatorInstance], *, moves: bool, tell: Callable[[str], None]) -> None:
    """Starts an instance as the fleet will, and loads its snapshot once more. Raises BackendError."""
    tell("starting from it, read-only")
    instance = await start_on_free_ports(make, moves=moves)
    try:
        await instance.load(instance.launch.snapshot)
    finally:
        await instance.close()


async def _fulfil(instance: EmulatorInstance, wishes: Wishes, tell: Callable[[str], None]) -> None:
    for package in wishes.packages:
        tell(f"installing {package.name}")
        await _install(instance.client, package)
    for command in wishes.commands:
        tell(f"running: {command}")
        await instance.client.run(command, timeout_s=300)
    if wishes.by_hand is not None:
        await wishes.by_hand(instance)


async def _install(client: AdbClient, package: Path) -> None:
    try:
        data = await asyncio.to_thread(package.read_bytes)
    except OSError as error:
        raise BackendError(f"cannot read {package}: {error.strerror}", field="--install") from error
    await client.push(_APK, data)
    await client.install(_APK)
    await client.run(f"rm -f {_APK}")
