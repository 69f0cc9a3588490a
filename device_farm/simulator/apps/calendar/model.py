"""Events, tasks and their kinds, with the numbers that the database stores for them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

REMINDER_OFF: Final = -1
ALL_DAY: Final = 1
TASK_COMPLETED: Final = 8
TYPE_EVENT: Final = 0
TYPE_TASK: Final = 1

DAY_S: Final = 86_400
WEEK_S: Final = 604_800
MONTH_S: Final = 2_592_001
"""Stands for "a month"; months are added by the calendar, not by seconds."""
YEAR_S: Final = 31_536_000

SAME_DAY: Final = 1
ORDER_WEEKDAY_LAST: Final = 2
LAST_DAY: Final = 3
ORDER_WEEKDAY: Final = 4
EVERY_DAY_RULE: Final = 127
"""Weekly rules are a bit mask, Monday is 1 and Sunday 64."""

LOCAL_SOURCE: Final = "simple-calendar"
_DAY_CODE = re.compile(r"\d{8}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A row of `events`; times are Unix seconds. `id` 0 is not stored yet. An occurrence has its own times."""

    id: int = 0
    start_ts: int = 0
    end_ts: int = 0
    title: str = ""
    location: str = ""
    description: str = ""
    reminder_1_minutes: int = REMINDER_OFF
    reminder_2_minutes: int = REMINDER_OFF
    reminder_3_minutes: int = REMINDER_OFF
    reminder_1_type: int = 0
    reminder_2_type: int = 0
    reminder_3_type: int = 0
    repeat_interval: int = 0
    repeat_rule: int = 0
    repeat_limit: int = 0
    repetition_exceptions: str = "[]"
    attendees: str = "[]"
    import_id: str = ""
    time_zone: str = ""
    flags: int = 0
    event_type: int = 1
    parent_id: int = 0
    last_updated: int = 0
    source: str = LOCAL_SOURCE
    availability: int = 0
    color: int = 0
    type: int = TYPE_EVENT

    @property
    def all_day(self) -> bool:
        return bool(self.flags & ALL_DAY)

    @property
    def is_task(self) -> bool:
        return self.type == TYPE_TASK

    @property
    def completed(self) -> bool:
        return self.is_task and bool(self.flags & TASK_COMPLETED)

    @property
    def exceptions(self) -> frozenset[str]:
        """Day codes (20231017) on which a repeated event does not take place."""
        return frozenset(_DAY_CODE.findall(self.repetition_exceptions))

    @property
    def reminders(self) -> tuple[int, ...]:
        """Minutes before the start, those that are set."""
        minutes = (self.reminder_1_minutes, self.reminder_2_minutes, self.reminder_3_minutes)
        return tuple(value for value in minutes if value != REMINDER_OFF)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventType:
    """A row of `event_types`; `colour` is 0xAARRGGBB."""

    id: int
    title: str
    colour: int


def argb(stored: int) -> int:
    """A colour as Android stores it (a signed 32-bit number) as 0xAARRGGBB."""
    return stored & 0xFFFFFFFF


def stored_colour(colour: int) -> int:
    """The inverse of `argb`."""
    return colour - (1 << 32) if colour & 0x80000000 else colour


def is_weekly(interval: int) -> bool:
    return interval != 0 and interval % WEEK_S == 0


def is_monthly(interval: int) -> bool:
    return interval != 0 and interval % MONTH_S == 0


def is_yearly(interval: int) -> bool:
    return interval != 0 and interval % YEAR_S == 0
