"""Tasks and how their numbers are to be read. All times are milliseconds of Unix time, 0 means none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from typing import Final

HIGH: Final = 0
MEDIUM: Final = 1
LOW: Final = 2
NO_PRIORITY: Final = 3
PRIORITIES: Final = ("High", "Medium", "Low", "None")
PRIORITY_COLOURS: Final = (0xFFF44336, 0xFFFF9800, 0xFF2196F3, 0xFF9E9E9E)

_NOON: Final = time(12)


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A row of `tasks`; the columns that the screens have no use for are left as they are in the database."""

    id: int = 0
    title: str = ""
    importance: int = LOW
    due: int = 0
    hide_until: int = 0
    created: int = 0
    modified: int = 0
    completed: int = 0
    notes: str = ""
    recurrence: str = ""
    repeat_from: int = 0
    remote_id: str = ""
    collapsed: bool = False
    parent: int = 0
    tags: tuple[str, ...] = ()
    list_name: str = ""

    @property
    def priority(self) -> int:
        """`importance`, with anything unknown as no priority."""
        return self.importance if self.importance in (HIGH, MEDIUM, LOW) else NO_PRIORITY


def has_time(at_ms: int) -> bool:
    """A moment has a time of the day when its seconds are not 0; otherwise only its date counts."""
    return at_ms // 1000 % 60 > 0


def moment(day: date, at: time | None, zone: tzinfo) -> int:
    """How a due date is stored: at noon without a time, at the first second of the minute with one."""
    clock = _NOON if at is None else at.replace(second=1, microsecond=0)
    return int(datetime.combine(day, clock, zone).timestamp() * 1000)


def start_moment(day: date, at: time | None, zone: tzinfo) -> int:
    """How a start date is stored: at midnight without a time."""
    clock = time() if at is None else at.replace(second=1, microsecond=0)
    return int(datetime.combine(day, clock, zone).timestamp() * 1000)


def local(at_ms: int, zone: tzinfo) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, zone)


def is_overdue(task: Task, now: datetime) -> bool:
    """A task with a due date only is overdue from the next day on."""
    if not task.due or task.completed:
        return False
    due = local(task.due, now.tzinfo) if now.tzinfo is not None else datetime.fromtimestamp(task.due / 1000)
    return due < now if has_time(task.due) else due.date() < now.date()


def is_unstarted(task: Task, now_ms: float) -> bool:
    return task.hide_until > now_ms
