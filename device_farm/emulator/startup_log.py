"""Why an emulator did not start, read from what it printed.

Lines are of the form `ERROR        | text` (since version 30) or `emulator: ERROR: text`, `PANIC: text` before. The
known ones get a sentence and a fix; of the rest the last that complains is repeated.
"""

from __future__ import annotations

import re
import signal
from collections.abc import Sequence
from dataclasses import dataclass

LIBRARIES_FIX = (
    "apt-get install -y libpulse0 libgl1 libegl1 libnss3 libxcomposite1 libxcursor1 libxi6 libxtst6 libxkbfile1"
)
"""What the emulator links to and a machine without a desktop lacks."""

_COMPLAINT = re.compile(r"^(?:emulator:\s*)?(?:FATAL|PANIC|ERROR)\b\s*[|:]?\s*(?P<text>\S.*)$")
_LONGEST = 300
_TAIL_LINES = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """`kind` is a short name for tests and events; `text` says what happened, `fix` what to do."""

    kind: str
    text: str
    fix: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    kind: str
    pattern: re.Pattern[str]
    text: str
    fix: str


def _known(kind: str, pattern: str, text: str, fix: str) -> _Known:
    return _Known(kind=kind, pattern=re.compile(pattern, re.IGNORECASE), text=text, fix=fix)


_KNOWN = (
    _known(
        "avd_in_use",
        r"Running multiple emulators with the same AVD|Another emulator instance is running",
        "another emulator runs this virtual device without -read-only",
        "end it (adb emu kill), or use a virtual device of the farm's own; a fleet needs read_only = true",
    ),
    _known(
        "snapshot_pending",
        r"A snapshot operation for .* is pending",
        "another emulator is still saving or deleting a snapshot of this virtual device",
        "wait until it has ended; where none runs, remove snapshot.lock in the AVD's folder",
    ),
    _known(
        "unknown_avd",
        r"Unknown AVD name",
        "the emulator does not know this virtual device",
        "look at `emulator -list-avds`; set avd and avd_home",
    ),
    _known(
        "no_system_image",
        r"Cannot find AVD system path|Broken AVD system path|Cannot find (?:your )?system image|"
        r"Could not open .*system\.img",
        "the system image of the virtual device is missing",
        "install it with sdkmanager, and set sdk_root to the SDK that has it",
    ),
    _known(
        "no_acceleration",
        r"requires hardware acceleration|KVM is not installed|/dev/kvm is not found|permissions? to use KVM|"
        r"Could not access KVM kernel module|failed to initialize KVM|KVM requires a CPU",
        "KVM cannot be used",
        "farm doctor --backend emulator says why; acceleration = 'off' boots without it, in many minutes",
    ),
    _known(
        "ports_taken",
        r"too many emulator instances are running|address already in use|Unable to bind|cannot bind|"
        r"(?:console|adb) port .* (?:in use|not available)|Failed to (?:bind|start) .*grpc",
        "its ports are taken",
        "set base_port = 0 for free ports, or another one",
    ),
    _known(
        "disk_full",
        r"Not enough disk space|Not enough space to create userdata|No space left on device",
        "the disk with the virtual device is full",
        "free some gigabytes, or move avd_home",
    ),
    _known(
        "missing_library",
        r"error while loading shared libraries:\s*(?P<detail>\S+?):",
        "a shared library of this machine is missing: {detail}",
        LIBRARIES_FIX,
    ),
    _known(
        "unknown_option",
        r"(?:unknown|invalid) (?:command-line )?(?:option|parameter)[:\s]+(?P<detail>\S+)",
        "this emulator does not know the option {detail}",
        "take it out of extra_args, or install a newer emulator",
    ),
    _known(
        "graphics",
        r"Could not initialize OpenglES emulation|Failed to get EGL display|Could not start rendering",
        "its graphics did not start",
        "use gpu = 'swangle_indirect', which needs no graphics card",
    ),
    _known(
        "engine_missing",
        r"Missing emulator engine program|Could not launch .*qemu-system",
        "the emulator package is incomplete or of another processor",
        "install it again: sdkmanager emulator",
    ),
)
_SNAPSHOT_UNFIT = _known(
    "snapshot_unfit",
    r"snapshot .*(?:is incompatible|not compatible|can ?not be loaded)|Failed to load snapshot|"
    r"Device '.*' does not have the requested snapshot|Snapshot .* does not exist",
    "the snapshot does not load",
    "farm emulator prepare",
)


def explain(log: str, exit_code: int | None, *, gpu: str = "") -> Failure:
    """Why the emulator with this output ended with `exit_code` (negative: the signal), or is stuck (None)."""
    # The first line of our logs is the command itself.
    lines = [line.strip() for line in log.splitlines()[-_TAIL_LINES:] if line.strip() and not line.startswith("$ ")]
    if failure := _first_known(lines, _KNOWN):
        return failure
    if exit_code is not None and exit_code < 0:
        return _killed(-exit_code, gpu)
    # After the rest: an emulator that goes on to boot cold has said so, too.
    if failure := _first_known(lines, (_SNAPSHOT_UNFIT,)):
        return failure
    complaints = [found["text"] for line in lines if (found := _COMPLAINT.match(line))]
    said = complaints[-1] if complaints else (lines[-1] if lines else "")
    return Failure(kind="unknown", text=f"its last words: {said[:_LONGEST]}" if said else "it said nothing")


def _first_known(lines: Sequence[str], known: Sequence[_Known]) -> Failure | None:
    """In the order of the table, which has causes before consequences."""
    for each in known:
        for line in lines:
            if found := each.pattern.search(line):
                return Failure(kind=each.kind, text=_filled(each.text, found, line), fix=each.fix)
    return None


def _filled(text: str, found: re.Match[str], line: str) -> str:
    detail = found.groupdict().get("detail")
    return text.replace("{detail}", detail) if detail else f"{text}: {line[:_LONGEST]}"


def _killed(number: int, gpu: str) -> Failure:
    try:
        name = signal.Signals(number).name
    except ValueError:
        name = f"signal {number}"
    if number == signal.SIGKILL:
        return Failure(kind="killed", text="it was killed", fix="too little memory? lower devices or memory_mb")
    crashed = f"qemu died of {name}"
    if gpu.startswith("swiftshader"):
        fix = "SwiftShader is known for that: use gpu = 'swangle_indirect'"
        return Failure(kind="gpu_crash", text=f"{crashed} with -gpu {gpu}", fix=fix)
    return Failure(kind="crashed", text=crashed, fix="look at its log; try another gpu, or a newer emulator")
