"""Rows of Tasks.org's table: how they are sampled, and put onto a phone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Final, TypeAlias

from device_farm.device import Device
from device_farm.types.task import JsonValue, Task
from gui_agent.benchmarks.androidworld import tables
from gui_agent.benchmarks.androidworld.setting import START, set_clock
from gui_agent.benchmarks.androidworld.tables import Table
from gui_agent.benchmarks.params import RowsParam

TODAY: Final = START.date()
Todo: TypeAlias = dict[str, JsonValue]

HIGH: Final = 0
NOISE: Final = 20
_DEFAULTS: Final[Todo] = {
    "importance": 2,
    "dueDate": 0,
    "hideUntil": 0,
    "created": 0,
    "modified": 0,
    "completed": 0,
    "deleted": 0,
    "notes": None,
    "estimatedSeconds": 0,
    "elapsedSeconds": 0,
    "timerStart": 0,
    "notificationFlags": 0,
    "lastNotified": 0,
    "recurrence": None,
    "repeat_from": 0,
    "calendarUri": None,
    "remoteId": "",
    "collapsed": 0,
    "parent": 0,
    "order": None,
    "read_only": 0,
    "_id": -1,
}
COLUMNS: Final = ("title", *_DEFAULTS)
"""Of a row in a parameter; `_id` is the database's own, -1 there."""

TASKS: Final = Table(
    package="org.tasks",
    path="/data/data/org.tasks/databases/database",
    name="tasks",
    key="_id",
    columns=tuple(name for name in COLUMNS if name != "_id"),
)

TITLES: Final = (
    "Order printer paper", "Renew bus pass", "Prepare tax papers", "Fix kitchen tap", "Return library books",
    "Write birthday card", "Book campsite", "Update the roster", "Check smoke alarms", "Proofread chapter two",
    "Collect parcel", "Sort receipts", "Back up photos", "Plan the offsite", "Call the plumber",
)  # fmt: skip
NOTES: Final = ("Ask Jonas first.", "Before lunch.", "Takes an hour.", "See the shared folder.", "Not urgent.")
_OTHER_TITLES: Final = (
    "Wash the car", "Learn ten words", "Mow the lawn", "Read the manual", "Clean the oven", "Buy stamps",
    "Stretch", "Empty the inbox", "Patch the tent", "Test the new camera", "Sharpen knives", "Repot the fern",
)  # fmt: skip


def in_ms(day: date, at: time = time(0)) -> int:
    return int(datetime.combine(day, at, UTC).timestamp() * 1000)


def todo(rng: Random, name: str, due_ms: int, **values: JsonValue) -> Todo:
    """A row; made a week before it is due, as AndroidWorld has it, with an id of its own for synchronisation."""
    created = due_ms - 7 * 86_400_000
    unique = str(rng.getrandbits(100))
    return {"title": name, **_DEFAULTS, "dueDate": due_ms, "created": created, "modified": created, "remoteId": unique,
            **values}  # fmt: skip


def due_day(row: Todo) -> date:
    return datetime.fromtimestamp(int(str(row["dueDate"])) / 1000, UTC).date()


def noise(rng: Random, fits: Callable[[Todo], bool]) -> list[Todo]:
    """NOISE tasks due within a week of today, half of them done, that fit."""
    found: list[Todo] = []
    while len(found) < NOISE:
        due = datetime.combine(TODAY, time(15, 34), UTC) + timedelta(minutes=rng.randrange(14 * 1440) - 7 * 1440)
        hidden = due - timedelta(days=6, minutes=rng.randrange(5 * 1440) - 3600)
        done = in_ms(TODAY - timedelta(days=rng.randrange(7, 21)), time(rng.randrange(24))) if rng.random() < 0.5 else 0
        drawn = todo(
            rng,
            rng.choice(_OTHER_TITLES),
            int(due.timestamp() * 1000),
            importance=rng.randrange(4),
            hideUntil=int(hidden.timestamp() * 1000),
            completed=done,
            notes=rng.choice(NOTES) if rng.random() < 0.5 else None,
        )
        if fits(drawn):
            found.append(drawn)
    return found


def rows_param(low: int, high: int) -> RowsParam:
    return RowsParam(columns=COLUMNS, low=low, high=high)


async def put_tasks(device: Device, task: Task) -> None:
    """The benchmark's date, and the rows of both parameters, in an order that tells nothing."""
    await set_clock(device)
    rows = [row for name in ("noise_row_objects", "row_objects") for row in tables.rows_param(task, name)]
    Random(task.seed).shuffle(rows)
    await TASKS.fill(device, rows)
