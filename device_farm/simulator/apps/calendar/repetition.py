"""When a repeated event takes place. Pure; wall-clock times stay the same across changes of daylight saving.

A weekly event steps through its days and takes those of its bit mask in every n-th week, Monday to Sunday. A monthly or
yearly event repeats on the same date (months and years without it are left out), on the n-th or last weekday, or on the
last day of the month.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo

from device_farm.simulator.apps.calendar.model import (
    DAY_S,
    LAST_DAY,
    MONTH_S,
    ORDER_WEEKDAY,
    ORDER_WEEKDAY_LAST,
    WEEK_S,
    YEAR_S,
    Event,
    is_monthly,
    is_weekly,
    is_yearly,
)

STEPS_MAX = 20_000
FOUND_MAX = 1_000
"""Both bound the work for an event that somebody repeats every second."""


def day_code(at: datetime) -> str:
    return f"{at:%Y%m%d}"


def occurrences(event: Event, first_s: float, last_s: float, zone: tzinfo) -> Iterator[Event]:
    """What of `event` overlaps [first_s, last_s], in order, without its exceptions."""
    if event.repeat_interval <= 0:
        if event.start_ts <= last_s and event.end_ts >= first_s:
            yield event
        return
    length, left, found = event.end_ts - event.start_ts, -event.repeat_limit, 0
    for start in _starts(event, zone):
        start_s = int(start.timestamp())
        if start_s > last_s or (event.repeat_limit > 0 and start_s > event.repeat_limit) or found >= FOUND_MAX:
            return
        if event.repeat_limit < 0:
            if left <= 0:
                return
            left -= 1
        if start_s + length >= first_s and day_code(start) not in event.exceptions:
            found += 1
            yield replace(event, start_ts=start_s, end_ts=start_s + length)


def _starts(event: Event, zone: tzinfo) -> Iterator[datetime]:
    """Every start from the first on, exceptions included."""
    first = datetime.fromtimestamp(event.start_ts, zone)
    interval = event.repeat_interval
    for step in range(STEPS_MAX):
        if is_yearly(interval):
            start = _by_months(first, step * 12 * (interval // YEAR_S), event.repeat_rule)
        elif is_monthly(interval):
            start = _by_months(first, step * (interval // MONTH_S), event.repeat_rule)
        elif is_weekly(interval):
            start = _in_week(first, step, event)
        elif interval % DAY_S == 0:
            start = first + timedelta(days=step * (interval // DAY_S))
        else:
            start = datetime.fromtimestamp(event.start_ts + step * interval, zone)
        if start is not None:
            yield start


def _in_week(first: datetime, days: int, event: Event) -> datetime | None:
    day = first + timedelta(days=days)
    if not event.repeat_rule >> day.weekday() & 1:
        return None
    weeks = (day.toordinal() - day.weekday() - first.toordinal() + first.weekday()) // 7
    return day if weeks % (event.repeat_interval // WEEK_S) == 0 else None


def _by_months(first: datetime, months: int, rule: int) -> datetime | None:
    number = first.year * 12 + first.month - 1 + months
    year, month = divmod(number, 12)
    month += 1
    if year > datetime.max.year:
        return None
    days = calendar.monthrange(year, month)[1]
    wanted = _month_day(first, year, month, days, rule)
    return first.replace(year=year, month=month, day=wanted) if wanted <= days else None


def _month_day(first: datetime, year: int, month: int, days: int, rule: int) -> int:
    """The day of the month; beyond `days` where the month has none such."""
    if rule == LAST_DAY:
        return days
    if rule not in (ORDER_WEEKDAY, ORDER_WEEKDAY_LAST):
        return first.day
    earliest = 1 + (first.weekday() - calendar.weekday(year, month, 1)) % 7
    if rule == ORDER_WEEKDAY_LAST and first.day + 7 > calendar.monthrange(first.year, first.month)[1]:
        return earliest + (days - earliest) // 7 * 7
    return earliest + (first.day - 1) // 7 * 7


def next_reminder(event: Event, after_s: float, zone: tzinfo) -> tuple[float, Event] | None:
    """(when, occurrence) of the first reminder after `after_s` within a year, or None."""
    horizon = after_s + YEAR_S
    due = [
        (occurrence.start_ts - minutes * 60, occurrence)
        for occurrence in occurrences(event, after_s, horizon, zone)
        for minutes in event.reminders
        if occurrence.start_ts - minutes * 60 > after_s
    ]
    return min(due, key=lambda entry: entry[0]) if due else None
