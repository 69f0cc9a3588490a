"""Faults on command: lines `NAME[=ARGUMENT] [xTIMES]` in the file `standin.faults` of a virtual device's folder.

`xTIMES` limits a line to so many starts, so that a start can fail and the next one not.
"""

from __future__ import annotations

import fcntl
import re
from pathlib import Path

FILE = "standin.faults"

FAULTS = {
    "slow-start": "nothing is served in the first SECONDS",
    "slow-boot": "the boot takes SECONDS",
    "never-boots": "the process runs and serves its ports, the boot never ends",
    "crash-at-start": "the process prints PANIC and ends with 1 before it serves anything",
    "dies-at-start": "the process dies of SIGSEGV before it serves anything",
    "swiftshader-crash": "with -gpu swiftshader_indirect the process dies of SIGSEGV while it boots",
    "hang-after": "after N actions over adb the process stops: alive, deaf",
    "die-after": "after N actions over adb the process dies of SIGSEGV",
    "adb-drop": "the adb connection breaks after N packets",
    "adb-refuses": "adb asks for a key that nobody has",
    "grpc-silent": "the control port takes connections and never answers",
    "grpc-breaks-after": "after N screenshots the control service gives no more",
    "no-snapshot-service": "an emulator from before there was a snapshot service",
    "load-refused": "no snapshot is loaded while it runs",
    "ignores-stop": "neither the console's kill nor SIGTERM ends the process",
    "ports-taken": "its ports turn out to be taken",
    "no-kvm": "-accel-check and a start say that KVM is missing",
}

_LINE = re.compile(r"^(?P<name>[a-z-]+)(?:=(?P<argument>\S+))?(?:\s+x(?P<times>\d+))?$")


class Faults:
    """The faults of one start."""

    def __init__(self, active: dict[str, str]) -> None:
        self._active = active

    def has(self, name: str) -> bool:
        return name in self._active

    def number(self, name: str, default: float = 0.0) -> float | None:
        """The argument of a fault that is active; None where it is not."""
        return float(self._active[name] or default) if name in self._active else None

    def count(self, name: str) -> int | None:
        number = self.number(name)
        return None if number is None else int(number)


def take_faults(avd_folder: Path) -> Faults:
    """The faults of the start that calls this; counted lines are counted down.

    Raises:
        ValueError: a line is no fault.
    """
    path = avd_folder / FILE
    if not path.exists():
        return Faults({})
    with path.open("r+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        active, left = _counted_down(file.read().splitlines())
        file.seek(0)
        file.truncate()
        file.write("".join(f"{line}\n" for line in left))
    return Faults(active)


def _counted_down(lines: list[str]) -> tuple[dict[str, str], list[str]]:
    active: dict[str, str] = {}
    left: list[str] = []
    for line in (line.strip() for line in lines):
        if not line or line.startswith("#"):
            left.append(line)
            continue
        found = _LINE.match(line)
        if found is None or found["name"] not in FAULTS:
            raise ValueError(f"no fault: {line!r}; there is {', '.join(FAULTS)}")
        active[found["name"]] = found["argument"] or ""
        if found["times"] is None:
            left.append(line)
        elif int(found["times"]) > 1:
            base = line.rpartition(" x")[0]
            left.append(f"{base} x{int(found['times']) - 1}")
    return active, left
