"""Faults that can be injected into a simulated phone, at start or while it runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from device_farm.errors import ConfigError

FAULT_HELP = {
    "boot-hang": "the boot never finishes: hosts see the phone offline",
    "adb-drop": "the adb connection breaks at the next packet, or after N more packets",
    "stale-frame": "screenshots keep showing what was on the screen when the fault began",
    "accessibility-lost": "no accessibility tree can be read",
    "slow-shell": "every shell command starts after SECONDS more (default 5)",
    "full-disk": "the phone's storage is full: what would take more of it fails with ENOSPC",
}
"""Name of each fault → what it does."""

_DEFAULT_SLOW_SHELL_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """What is broken. `adb_drop_after` counts packets from hosts that are still taken; None: no drop."""

    boot_hang: bool = False
    adb_drop_after: int | None = None
    stale_frame: bool = False
    accessibility_lost: bool = False
    slow_shell_s: float = 0.0
    full_disk: bool = False

    def plus(self, name: str, argument: str = "") -> Faults:
        """These faults and the named one; underscores count as hyphens.

        Raises:
            ConfigError: no such fault, or a bad argument.
        """
        name = name.replace("_", "-").lower()
        if argument and name not in ("adb-drop", "slow-shell"):
            raise ConfigError(f"fault {name} takes no argument, got {argument!r}", field="fault")
        match name:
            case "boot-hang":
                return replace(self, boot_hang=True)
            case "adb-drop":
                return replace(self, adb_drop_after=_count(argument or "0"))
            case "stale-frame":
                return replace(self, stale_frame=True)
            case "accessibility-lost":
                return replace(self, accessibility_lost=True)
            case "slow-shell":
                return replace(self, slow_shell_s=_seconds(argument) if argument else _DEFAULT_SLOW_SHELL_S)
            case "full-disk":
                return replace(self, full_disk=True)
            case _:
                raise ConfigError(f"unknown fault {name!r}", field="fault", fix=f"one of {', '.join(FAULT_HELP)}")

    def names(self) -> tuple[str, ...]:
        """The faults that are in force, as the console takes them."""
        active = (
            ("boot-hang", self.boot_hang),
            (f"adb-drop {self.adb_drop_after}", self.adb_drop_after is not None),
            ("stale-frame", self.stale_frame),
            ("accessibility-lost", self.accessibility_lost),
            (f"slow-shell {self.slow_shell_s:g}", self.slow_shell_s > 0),
            ("full-disk", self.full_disk),
        )
        return tuple(name for name, on in active if on)


def parse_faults(texts: Iterable[str]) -> Faults:
    """Faults from command line or config words: `NAME` or `NAME=ARGUMENT`.

    Raises:
        ConfigError: as `Faults.plus`.
    """
    faults = Faults()
    for text in texts:
        name, _, argument = text.partition("=")
        faults = faults.plus(name, argument)
    return faults


NO_FAULTS = Faults()


class FaultSwitch:
    """The faults of one phone now; those who must react to a change are told of it."""

    def __init__(self, faults: Faults = NO_FAULTS) -> None:
        self._current = faults
        self._observers: list[Callable[[Faults], None]] = []

    @property
    def current(self) -> Faults:
        return self._current

    def set(self, faults: Faults) -> None:
        self._current = faults
        for observer in self._observers:
            observer(faults)

    def observe(self, observer: Callable[[Faults], None]) -> None:
        """Calls `observer` now and after every change."""
        self._observers.append(observer)
        observer(self._current)

    def drops_packet(self) -> bool:
        """Counts one adb packet; True when the connection breaks at it, once for each injection."""
        left = self._current.adb_drop_after
        if left is None:
            return False
        self._current = replace(self._current, adb_drop_after=None if left == 0 else left - 1)
        return left == 0


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ConfigError(f"a number of packets is needed, got {text!r}", field="fault adb-drop")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 < seconds <= 3600:
        raise ConfigError(f"seconds above 0, at most 3600, are needed, got {text!r}", field="fault slow-shell")
    return seconds
