"""The phone's local time, for programs that print it."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from device_farm.simulator.shell.process import Machine


@lru_cache(maxsize=64)
def zone(name: str) -> tzinfo:
    """The time zone `name`, UTC where it is unknown, as bionic does."""
    try:
        return UTC if name in ("", "UTC", "GMT") else ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def local_time(machine: Machine, at_s: float | None = None, *, utc: bool = False) -> datetime:
    """`at_s` (default: now) in the phone's time zone, to the microsecond."""
    at_s = machine.clock.now_s() if at_s is None else at_s
    name = "UTC" if utc else machine.properties.get("persist.sys.timezone", "UTC")
    try:
        return datetime.fromtimestamp(at_s, zone(name))
    except (OverflowError, ValueError, OSError):
        return datetime.fromtimestamp(0, zone(name))
