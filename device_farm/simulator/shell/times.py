"""The phone's local time, for programs that print it."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

if TYPE_CHECKING:
    from device_farm.simulator.phone import SimulatedPhone


@lru_cache(maxsize=64)
def zone(name: str) -> tzinfo:
    """The time zone `name`, UTC where it is unknown, as bionic does."""
    try:
        return UTC if name in ("", "UTC", "GMT") else ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def local_time(phone: SimulatedPhone, at_s: float | None = None, *, utc: bool = False) -> datetime:
    """`at_s` (default: now) in the phone's time zone, to the microsecond."""
    at_s = phone.clock.now_s() if at_s is None else at_s
    name = "UTC" if utc else phone.properties.get("persist.sys.timezone", "UTC")
    try:
        return datetime.fromtimestamp(at_s, zone(name))
    except (OverflowError, ValueError, OSError):
        return datetime.fromtimestamp(0, zone(name))
