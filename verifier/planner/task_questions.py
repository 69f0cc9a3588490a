"""Questions about tasks in the Tasks app, answered from its database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from device_farm.device import Device
from device_farm.errors import VerifierError
from verifier.planner.answer_checks import Number, Right, Texts
from verifier.planner.app_questions import AppQuestions
from verifier.planner.moments import SPOKEN_DAY, next_week, now_of, spoken_day
from verifier.planner.plan import Kind
from verifier.planner.tables import Row, Table
from verifier.planner.wording import Values

TASKS: Final = Table(
    package="org.tasks",
    database="database",
    name="tasks",
    key="_id",
    columns=("title", "importance", "dueDate", "completed", "deleted", "recurrence"),
)
_HIGH: Final = "0"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Todo:
    title: str
    high: bool
    done: bool
    due: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _List:
    today: date
    todos: tuple[_Todo, ...]

    def due(self, first: date, last: date) -> list[_Todo]:
        return [todo for todo in self.todos if todo.due is not None and first <= todo.due <= last]


async def _read(device: Device) -> _List:
    now = await now_of(device)
    rows = [row for row in (await TASKS.rows(device)).values() if row["deleted"] in ("", "0")]
    if any(row["recurrence"] for row in rows):
        raise VerifierError("the list holds tasks that come again and again")
    return _List(today=now.date(), todos=tuple(_todo(row, now) for row in rows))


def _todo(row: Row, now: datetime) -> _Todo:
    due_ms = int(row["dueDate"] or 0)
    return _Todo(
        title=row["title"],
        high=row["importance"] == _HIGH,
        done=row["completed"] not in ("", "0"),
        due=datetime.fromtimestamp(due_ms / 1000, now.tzinfo).date() if due_ms else None,
    )


def _titles(found: list[_Todo]) -> Texts:
    if not found:
        raise VerifierError("no task answers the question")
    return Texts(expected=tuple(todo.title for todo in found))


def _not_done(found: list[_Todo]) -> list[_Todo]:
    """Raises VerifierError where some are done already: whether they count is not said."""
    if any(todo.done for todo in found):
        raise VerifierError("some of the tasks are done already: whether they count is not said")
    return found


def _due(values: Values, tasks: _List) -> Right:
    day = spoken_day(values["day"], tasks.today)
    return _titles(_not_done(tasks.due(day, day)))


def _open(values: Values, tasks: _List) -> Right:
    day = spoken_day(values["day"], tasks.today)
    return _titles([todo for todo in tasks.due(date.min, day) if not todo.done])


def _completed(values: Values, tasks: _List) -> Right:
    day = spoken_day(values["day"], tasks.today)
    return _titles([todo for todo in tasks.due(day, day) if todo.done])


def _count_next_week(values: Values, tasks: _List) -> Right:
    return Number(expected=len(_not_done(tasks.due(*next_week(tasks.today)))))


def _high(values: Values, tasks: _List) -> Right:
    return _titles(_not_done([todo for todo in tasks.todos if todo.high]))


def _high_due(values: Values, tasks: _List) -> Right:
    day = spoken_day(values["day"], tasks.today)
    return _titles(_not_done([todo for todo in tasks.due(day, day) if todo.high]))


_kind: Final = AppQuestions(package=TASKS.package, read=_read).kind
_DAY: Final = rf"(?P<day>{SPOKEN_DAY})"
# A bare weekday may be the last one or the next one here, and nothing tells which.
_DATE: Final = r"(?P<day>[a-z]+ \d{1,2}(?: \d{4})?|today|yesterday|tomorrow)"
_TITLES: Final = r"Give (?:their|the) titles? and nothing else(?:, separated by|; separate several by) commas"
KINDS: Final[tuple[Kind, ...]] = (
    _kind("which tasks due", _due, rf"which tasks does the Tasks app list as due {_DAY}\? {_TITLES}"),
    _kind("which tasks open", _open, rf"what is still open in the Tasks app and due by {_DAY}\? {_TITLES}"),
    _kind(
        "which tasks completed",
        _completed,
        rf"which of the tasks that were due {_DATE} are completed in the Tasks app\? {_TITLES}",
    ),
    _kind(
        "how many tasks next week",
        _count_next_week,
        r"how many tasks are due next week, from Monday to Sunday, in the Tasks app\? Answer with a whole number",
    ),
    _kind("which tasks urgent", _high, rf"which tasks have high priority in the Tasks app\? {_TITLES}"),
    _kind(
        "which urgent tasks due",
        _high_due,
        rf"which task with high priority is due {_DAY} in the Tasks app\? {_TITLES}",
    ),
)
