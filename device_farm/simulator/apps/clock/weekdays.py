"""Repeat days of an alarm and the moment when it next rings.

Android's DeskClock stores days as a bit field: Monday is 0x01, Sunday 0x40.
"""

from __future__ import annotations

from datetime import datetime, timedelta

NAMES: tuple[str, ...] = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
SHORT_NAMES: tuple[str, ...] = tuple(name[:3] for name in NAMES)
# A US calendar starts its week on Sunday.
DISPLAY_ORDER: tuple[int, ...] = (6, 0, 1, 2, 3, 4, 5)
EVERY_DAY = 0x7F


def has_day(days: int, weekday: int) -> bool:
    """Whether `weekday` (0 is Monday) is set in the bit field."""
    return bool(days >> weekday & 1)


def with_day(days: int, weekday: int, on: bool) -> int:
    return days | 1 << weekday if on else days & ~(1 << weekday) & EVERY_DAY


def days_text(days: int) -> str:
    """`Every day`, one full name, or short names in calendar order; empty without repetition."""
    if days & EVERY_DAY == EVERY_DAY:
        return "Every day"
    chosen = [weekday for weekday in DISPLAY_ORDER if has_day(days, weekday)]
    if len(chosen) == 1:
        return NAMES[chosen[0]]
    return ", ".join(SHORT_NAMES[weekday] for weekday in chosen)


def next_ring(now: datetime, hour: int, minute: int, days: int) -> datetime:
    """The first moment after `now` at `hour:minute` on one of `days`, on any day when `days` is empty."""
    today = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    for offset in range(8):
        candidate = today + timedelta(days=offset)
        if candidate > now and (not days or has_day(days, candidate.weekday())):
            return candidate
    raise ValueError(f"days must be a bit field of 1 to {EVERY_DAY}, not {days}")


def until_text(remaining: timedelta) -> str:
    """The sentence of DeskClock's toast after an alarm was set."""
    minutes_total = int(remaining.total_seconds()) // 60
    days, rest = divmod(minutes_total, 24 * 60)
    hours, minutes = divmod(rest, 60)
    parts = [
        f"{count} {unit if count == 1 else unit + 's'}"
        for count, unit in ((days, "day"), (hours, "hour"), (minutes, "minute"))
        if count
    ]
    if not parts:
        return "Alarm set for less than 1 minute from now."
    joined = parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]
    return f"Alarm set for {joined} from now."
