"""Dates, times and repetitions as the app words them."""

from __future__ import annotations

import calendar
from datetime import date

from device_farm.simulator.apps.calendar.model import (
    DAY_S,
    EVERY_DAY_RULE,
    LAST_DAY,
    MONTH_S,
    ORDER_WEEKDAY,
    ORDER_WEEKDAY_LAST,
    REMINDER_OFF,
    SAME_DAY,
    WEEK_S,
    YEAR_S,
    is_monthly,
    is_weekly,
)

_ORDERS = ("first", "second", "third", "fourth", "fifth")


def date_text(day: date, today: date) -> str:
    """`October 17`, with the year where it is not this one."""
    text = f"{day:%B} {day.day}"
    return text if day.year == today.year else f"{text} {day.year}"


def day_title(day: date, today: date) -> str:
    """`October 17 (Tue)`."""
    return f"{date_text(day, today)} ({day:%a})"


def section_title(day: date) -> str:
    """`17 Tuesday`, the heading of a day in a list."""
    return f"{day.day} {day:%A}"


def month_title(day: date, today: date) -> str:
    return f"{day:%B}" if day.year == today.year else f"{day:%B} {day.year}"


def full_date(day: date) -> str:
    return f"{day:%B} {day.day} {day.year}"


def _counted(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def reminder_text(minutes: int) -> str:
    match minutes:
        case -1:
            return "No reminder"
        case 0:
            return "At start"
        case _ if minutes % (7 * 1440) == 0:
            return f"{_counted(minutes // (7 * 1440), 'week')} before"
        case _ if minutes % 1440 == 0:
            return f"{_counted(minutes // 1440, 'day')} before"
        case _ if minutes % 60 == 0:
            return f"{_counted(minutes // 60, 'hour')} before"
        case _:
            return f"{_counted(minutes, 'minute')} before"


def span_text(seconds: int) -> str:
    """`1 day, 2 hours, 5 minutes`: how long until something happens."""
    units = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))
    parts = []
    for unit, size in units:
        number, seconds = divmod(seconds, size)
        if number:
            parts.append(_counted(number, unit))
    return ", ".join(parts) or "0 seconds"


def interval_text(interval: int) -> str:
    match interval:
        case 0:
            return "No repetition"
        case 86_400:
            return "Daily"
        case 604_800:
            return "Weekly"
        case 2_592_001:
            return "Monthly"
        case 31_536_000:
            return "Yearly"
        case _:
            for unit, size in (("year", YEAR_S), ("month", MONTH_S), ("week", WEEK_S)):
                if interval % size == 0:
                    return _counted(interval // size, unit)
            return _counted(interval // DAY_S, "day")


def weekly_text(mask: int) -> str:
    """`Mon, Wed` for the days of the bit mask."""
    if mask == EVERY_DAY_RULE:
        return "Every day"
    return ", ".join(name for bit, name in enumerate(calendar.day_abbr) if mask >> bit & 1)


def weekday_order(day: date, rule: int, *, base: bool) -> str:
    """`Every third Tuesday`, or `Repeat every third Tuesday` with `base`."""
    last = rule == ORDER_WEEKDAY_LAST and is_last_weekday(day)
    order = "last" if last else _ORDERS[(day.day - 1) // 7]
    return f"{'Repeat every' if base else 'Every'} {order} {day:%A}"


def is_last_weekday(day: date) -> bool:
    return day.day + 7 > calendar.monthrange(day.year, day.month)[1]


def is_last_day(day: date) -> bool:
    return day.day == calendar.monthrange(day.year, day.month)[1]


def rule_label(interval: int, rule: int) -> str:
    ordered = not is_weekly(interval) and rule in (ORDER_WEEKDAY, ORDER_WEEKDAY_LAST)
    return "Repeat" if ordered else "Repeat on"


def rule_text(interval: int, rule: int, day: date) -> str:
    """What the line under the repetition says."""
    if is_weekly(interval):
        return weekly_text(rule)
    if rule == LAST_DAY:
        return "The last day"
    if rule == SAME_DAY:
        return "The same day"
    text = weekday_order(day, rule, base=False)
    return text if is_monthly(interval) else f"{text} in {day:%B}"


def rule_options(interval: int, day: date) -> tuple[tuple[int, str], ...]:
    """(rule, label) of a monthly or yearly repetition that starts on `day`."""
    month = is_monthly(interval)
    suffix = "" if month else f" in {day:%B}"
    same = "Repeat on the same day each month" if month else "Repeat on the same day every year"
    options = [(SAME_DAY, same), (ORDER_WEEKDAY, weekday_order(day, ORDER_WEEKDAY, base=True) + suffix)]
    if is_last_weekday(day):
        options.append((ORDER_WEEKDAY_LAST, weekday_order(day, ORDER_WEEKDAY_LAST, base=True) + suffix))
    if month and is_last_day(day):
        options.append((LAST_DAY, "Repeat on the last day of the month"))
    return tuple(options)


def limit_label(limit: int) -> str:
    return "Repeat till" if limit > 0 else "Repeat"


def limit_text(limit: int, until: date | None) -> str:
    """`until` is the limit's date where the limit is a date."""
    if limit > 0 and until is not None:
        return full_date(until)
    return "Forever" if limit == 0 else f"{-limit} times"


REMINDER_CHOICES = (REMINDER_OFF, 0, 1, 5, 10, 30, 60)
"""Minutes; what the reminder dialog offers before `Custom`."""
