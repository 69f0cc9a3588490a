"""`python -m device_farm.emulator.standin --sdk DIR …`: what `DIR/emulator/emulator` runs with its arguments."""

from __future__ import annotations

import asyncio
import fcntl
import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from device_farm.emulator.avd import Avd, avd_names, open_avd
from device_farm.emulator.sdk import Sdk
from device_farm.emulator.standin.faults import Faults, take_faults
from device_farm.emulator.standin.locking import LockFile
from device_farm.emulator.standin.options import OptionError, Options, parse_options
from device_farm.emulator.standin.words import say
from device_farm.errors import FarmError

_SNAPSHOT_LOCK_S = 10.0
_IN_USE = "Running multiple emulators with the same AVD is an experimental feature."
_MIXED = "Another emulator instance is running. Please close it or run all emulators with -read-only flag."


def main(arguments: Sequence[str]) -> int:
    """Exit codes as the emulator's: 0 after an ordered end, 1 for what it refuses."""
    if list(arguments[:1]) != ["--sdk"] or len(arguments) < 2:
        sys.stderr.write("usage: python -m device_farm.emulator.standin --sdk DIR EMULATOR-ARGUMENTS\n")
        return 2
    sdk = Sdk(root=Path(arguments[1]))
    home = _avd_home()
    try:
        options = parse_options(arguments[2:])
    except OptionError as error:
        sys.stdout.write(f"{error}\n")
        return 1
    if options.has("-version"):
        sys.stdout.write(f"{_version_line(sdk)}\nA stand-in of gui-agent-farm; not the emulator of the Android SDK.\n")
        return 0
    if options.has("-list-avds"):
        sys.stdout.writelines(f"{name}\n" for name in avd_names(home))
        return 0
    if options.has("-accel-check"):
        return _accel_check(home)
    return _run(sdk, home, options)


def _run(sdk: Sdk, home: Path, options: Options) -> int:
    say("INFO", _version_line(sdk))
    say("INFO", "This is the stand-in of gui-agent-farm, not the emulator of the Android SDK")
    name = options.value("-avd")
    if name not in avd_names(home):
        say("ERROR", f"Unknown AVD name [{name}], use -list-avds to see valid list.")
        return 1
    try:
        avd = open_avd(name, str(home), sdk)
        faults = take_faults(avd.folder)
    except (FarmError, ValueError) as error:
        say("FATAL", str(error))
        return 1
    if not avd.image.is_dir():
        say("FATAL", f"Broken AVD system path. Check your ANDROID_SDK_ROOT value [{sdk.root}]!")
        return 1
    if (failure := _fails_at_start(faults)) is not None:
        return failure
    return _locked_run(sdk, avd, options, faults)


def _fails_at_start(faults: Faults) -> int | None:
    if seconds := faults.number("slow-start"):
        time.sleep(seconds)  # noqa: TID251 - before there is an event loop
    if faults.has("crash-at-start"):
        sys.stdout.write("PANIC: Missing emulator engine program for 'x86_64' CPU.\n")
        return 1
    if faults.has("no-kvm"):
        say("FATAL", "x86_64 emulation currently requires hardware acceleration!")
        return 1
    if faults.has("dies-at-start"):
        sys.stdout.flush()
        os.kill(os.getpid(), signal.SIGSEGV)
    return None


def _locked_run(sdk: Sdk, avd: Avd, options: Options, faults: Faults) -> int:
    if not _no_snapshot_pending(avd):
        say("ERROR", f"A snapshot operation for '{avd.name}' is pending and timeout has expired. Exiting...")
        return 1
    read_only = options.has("-read-only")
    writer = LockFile(avd.folder / "hardware-qemu.ini.lock")
    if not read_only and not writer.take():
        say("ERROR", _IN_USE)
        say("ERROR", "Please use -read-only flag to enable this feature.")
        return 1
    with (avd.folder / "multiinstance.lock").open("a", encoding="ascii") as shared:
        try:
            fcntl.flock(shared, (fcntl.LOCK_SH if read_only else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            say("ERROR", _MIXED)
            if not read_only:
                writer.release()
            return 1
        try:
            return asyncio.run(_serve(sdk, avd, options, faults))
        finally:
            if not read_only:
                writer.release()


async def _serve(sdk: Sdk, avd: Avd, options: Options, faults: Faults) -> int:
    # The phone is heavy to import, and `-version` should not wait for it.
    from device_farm.emulator.standin.disk import Builds
    from device_farm.emulator.standin.running import Run

    builds = Builds.of(sdk, avd, memory=options.value("-memory"), cores=options.value("-cores"))
    run = Run(options, avd, builds, faults, version=f"{sdk.emulator_version}.0")
    try:
        await run.serve()
    except OptionError as error:
        sys.stdout.write(f"{error}\n")
        return 1
    except FarmError as error:
        say("INFO", str(error))
        say("ERROR", "It seems too many emulator instances are running on this machine. Aborting.")
        return 1
    return 0


def _no_snapshot_pending(avd: Avd) -> bool:
    lock = LockFile(avd.folder / "snapshot.lock")
    ends = time.monotonic() + _SNAPSHOT_LOCK_S
    while lock.holder is not None:
        if time.monotonic() > ends:
            return False
        time.sleep(0.05)  # noqa: TID251 - before there is an event loop
    return True


def _accel_check(home: Path) -> int:
    folders = [home / f"{name}.avd" for name in avd_names(home)]
    if any("no-kvm" in (folder / "standin.faults").read_text("utf-8") for folder in folders if _has_faults(folder)):
        sys.stdout.write(
            "accel:\n8\n/dev/kvm is not found: VT disabled in BIOS or KVM kernel module not loaded\naccel\n"
        )
        return 8
    sys.stdout.write("accel:\n0\nKVM (version 12) is installed and usable.\naccel\n")
    return 0


def _has_faults(folder: Path) -> bool:
    return (folder / "standin.faults").is_file()


def _version_line(sdk: Sdk) -> str:
    return f"Android emulator version {sdk.emulator_version}.0 (build_id {sdk.emulator_build}) (CL:N/A)"


def _avd_home() -> Path:
    if home := os.environ.get("ANDROID_AVD_HOME"):
        return Path(home)
    return Path(os.environ.get("HOME", "/")) / ".android" / "avd"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
