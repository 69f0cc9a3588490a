"""Dates as the app words them: by name within six days of today, else written out without the current year."""

from __future__ import annotations

from datetime import datetime, tzinfo

from device_farm.simulator.apps.tasks.model import has_time, local

_NEAR_DAYS = 6
_NAMES = {-1: ("Yesterday", "Yest"), 0: ("Today", "Today"), 1: ("Tomorrow", "Tmrw")}


def clock(at: datetime, is_24_hour: bool) -> str:
    if is_24_hour:
        return f"{at:%H:%M}"
    hour = at.hour % 12 or 12
    return f"{hour} {at:%p}" if at.minute == 0 else f"{hour}:{at:%M %p}"


def day_name(at: datetime, now: datetime, *, short: bool = False, lower: bool = False) -> str:
    """`Today`, `Tmrw`, `Wed`, `Oct 24`; long: `Tomorrow`, `Wednesday`, `Tuesday, October 24`."""
    away = (at.date() - now.date()).days
    if away in _NAMES:
        text = _NAMES[away][1 if short else 0]
        return text.lower() if lower else text
    if abs(away) <= _NEAR_DAYS:
        return f"{at:%a}" if short else f"{at:%A}"
    text = f"{at:%b} {at.day}" if short else f"{at:%A}, {at:%B} {at.day}"
    return text if at.year == now.year else f"{text}, {at.year}"


def date_time(at_ms: int, now: datetime, zone: tzinfo, *, is_24_hour: bool, short: bool = False) -> str:
    """The day, with the time where the moment has one; a time of today stands alone."""
    at = local(at_ms, zone)
    day = day_name(at, now, short=short)
    if not has_time(at_ms):
        return day
    if at.date() == now.date():
        return clock(at, is_24_hour)
    comma = "," if abs((at.date() - now.date()).days) > _NEAR_DAYS else ""
    return f"{day}{comma} {clock(at, is_24_hour)}"
