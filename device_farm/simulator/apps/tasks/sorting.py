"""How a list of tasks is filtered, grouped and put in order. Pure.

The modes and their numbers are those of the app's preferences.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Final, TypeAlias

from device_farm.simulator.apps.tasks.formats import day_name
from device_farm.simulator.apps.tasks.model import NO_PRIORITY, Task, has_time, is_unstarted, local

NONE: Final = -1
SMART: Final = 0
TITLE: Final = 1
DUE: Final = 2
PRIORITY: Final = 3
MODIFIED: Final = 4
CREATED: Final = 5
START: Final = 8
LIST: Final = 9

SORTS: Final = (
    (DUE, "By due date"),
    (START, "By start date"),
    (PRIORITY, "By priority"),
    (TITLE, "By title"),
    (MODIFIED, "By last modified"),
    (SMART, "Smart sort"),
    (CREATED, "By creation time"),
)
GROUPS: Final = (
    (NONE, "None"),
    (DUE, "By due date"),
    (START, "By start date"),
    (PRIORITY, "By priority"),
    (MODIFIED, "By last modified"),
    (CREATED, "By creation time"),
    (LIST, "By list"),
)

MY_TASKS: Final = "my_tasks"
TODAY: Final = "today"
RECENT: Final = "recent"
_PRIORITY_HEADINGS: Final = ("High priority", "Medium priority", "Low priority", "No priority")
_DAY_MS: Final = 86_400_000
_NEVER: Final = 1 << 62
# Nearly two days a level: what is due sooner by more than that comes first in spite of its priority.
_SMART_MS: Final = 172_799_999
# A date without a time counts as the end of its day, 11 h 59 min after the noon that it is stored at.
_REST_OF_DAY_MS: Final = 43_140_000
_REST_OF_START_MS: Final = 86_399_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What the sort sheet says."""

    group: int = DUE
    sort: int = DUE
    group_ascending: bool = True
    sort_ascending: bool = True
    show_completed: bool = True
    show_unstarted: bool = True
    completed_at_bottom: bool = True


@dataclass(frozen=True, slots=True)
class Heading:
    """Above a group; `key` names it while it is folded."""

    text: str
    key: str


@dataclass(frozen=True, slots=True)
class Line:
    """A task in the list, `depth` levels below the first, with `children` below it."""

    task: Task
    depth: int
    children: int
    heading: str


Item: TypeAlias = Heading | Line


def belongs(task: Task, chosen: str, now: datetime) -> bool:
    """Whether the list called `chosen` holds the task, whatever is shown of it."""
    kind, _, name = chosen.partition(":")
    match kind:
        case "today":
            return bool(task.due) and local(task.due, _zone(now)).date() <= now.date()
        case "recent":
            return task.modified >= now.timestamp() * 1000 - _DAY_MS
        case "tag":
            return name in task.tags
        case "list":
            return task.list_name == name
        case "search":
            return any(name.casefold() in text.casefold() for text in (task.title, task.notes, *task.tags))
        case _:
            return True


def _zone(now: datetime) -> tzinfo:
    return now.tzinfo or UTC


def arranged(
    tasks: Sequence[Task], chosen: str, order: Order, now: datetime, folded: frozenset[str] = frozenset()
) -> list[Item]:
    """Headings and tasks from top to bottom. Tasks of a folded group, and those below a folded task, are left out."""
    now_ms = now.timestamp() * 1000
    searching = chosen.startswith("search:")
    shown = [
        task
        for task in tasks
        if belongs(task, chosen, now)
        and (searching or order.show_completed or not task.completed)
        and (searching or order.show_unstarted or not is_unstarted(task, now_ms))
    ]
    ids = {task.id for task in shown}
    roots = [task for task in shown if task.parent not in ids or task.parent == task.id]
    below: dict[int, list[Task]] = {}
    for task in shown:
        if task not in roots:
            below.setdefault(task.parent, []).append(task)
    items: list[Item] = []
    heading = Heading("", "")
    for task in _in_order(roots, order, now):
        above = _heading(task, order, now)
        if above is not None and above != heading:
            heading = above
            items.append(above)
        if heading.key not in folded or not heading.key:
            items.extend(_lines(task, below, heading.text, 0))
    return items


def _lines(task: Task, below: dict[int, list[Task]], heading: str, depth: int) -> Iterator[Line]:
    children = sorted(below.get(task.id, ()), key=lambda child: (bool(child.completed), child.created, child.id))
    yield Line(task, depth, len(children), heading)
    if not task.collapsed:
        for child in children:
            yield from _lines(child, below, heading, depth + 1)


def _in_order(tasks: Sequence[Task], order: Order, now: datetime) -> list[Task]:
    """Stable sorts, the last one first."""
    found = sorted(tasks, key=lambda task: (task.title.upper(), task.id))
    descending = order.sort in (MODIFIED, CREATED)
    found.sort(key=lambda task: _sort_key(task, order.sort), reverse=order.sort_ascending is descending)
    if order.group != NONE:
        newest = order.group in (MODIFIED, CREATED)
        found.sort(key=lambda task: _group_key(task, order.group, now), reverse=order.group_ascending is newest)
    if order.completed_at_bottom:
        found.sort(key=lambda task: -task.completed if task.completed else 0)
        found.sort(key=lambda task: bool(task.completed))
    return found


def _sort_key(task: Task, mode: int) -> tuple[int, str]:
    due = task.due + (0 if has_time(task.due) else _REST_OF_DAY_MS) if task.due else _NEVER
    start = task.hide_until + (0 if has_time(task.hide_until) else _REST_OF_START_MS) if task.hide_until else _NEVER
    keys = {
        PRIORITY: task.priority,
        MODIFIED: task.modified,
        CREATED: task.created,
        START: start + task.priority * 1000,
        SMART: due + _SMART_MS * task.priority,
    }
    if mode == TITLE:
        return (0, task.title.upper())
    return (keys.get(mode, due + task.priority * 1000), "")


def _group_key(task: Task, mode: int, now: datetime) -> tuple[int, str]:
    moments = {DUE: task.due, START: task.hide_until, MODIFIED: task.modified}
    if mode == PRIORITY:
        return (task.priority, "")
    if mode == LIST:
        return (0, task.list_name)
    at = moments.get(mode, task.created)
    return (local(at, _zone(now)).date().toordinal() if at else _NEVER, "")


def _heading(task: Task, order: Order, now: datetime) -> Heading | None:
    if task.completed and order.completed_at_bottom:
        return Heading("Completed", "completed")
    if order.group == NONE:
        return None
    if order.group == PRIORITY:
        text = _PRIORITY_HEADINGS[min(task.priority, NO_PRIORITY)]
    elif order.group == LIST:
        text = task.list_name or "Default list"
    elif order.group == DUE:
        text = _dated(task.due, now, "Due", "No due date", overdue=True)
    elif order.group == START:
        text = _dated(task.hide_until, now, "Start", "No start date")
    elif order.group == MODIFIED:
        text = _dated(task.modified, now, "Modified", "No date")
    else:
        text = _dated(task.created, now, "Created", "No date")
    return Heading(text, text)


def _dated(at_ms: int, now: datetime, verb: str, none: str, *, overdue: bool = False) -> str:
    if not at_ms:
        return none
    at = local(at_ms, _zone(now))
    if overdue and at.date() < now.date():
        return "Overdue"
    return f"{verb} {day_name(at, now, lower=True)}"


def due_text_is_in_heading(line: Line, order: Order, now: datetime) -> bool:
    """Whether the heading above already says the day of the due date."""
    if order.group != DUE or not line.task.due or line.heading in ("Completed", "Overdue", ""):
        return False
    return local(line.task.due, _zone(now)).date() >= now.date()
