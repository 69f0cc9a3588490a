"""Events of the calendar tasks: how they are sampled, put into the app's database, and named in goals."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
_PACKAGE: Final = "com.simplemobiletools.calendar.pro"

Event: TypeAlias = dict[str, JsonValue]

_DEFAULTS: Final[Mapping[str, JsonValue]] = {
    "location": "",
    "description": "",
    "repeat_interval": 0,
    "repeat_rule": 0,
    "reminder_1_minutes": -1,
    "reminder_2_minutes": -1,
    "reminder_3_minutes": -1,
    "reminder_1_type": 0,
    "reminder_2_type": 0,
    "reminder_3_type": 0,
    "repeat_limit": 0,
    "repetition_exceptions": "[]",
    "attendees": "",
    "import_id": "",
    "time_zone": "UTC",
    "flags": 0,
    "event_type": 1,
    "parent_id": 0,
    "last_updated": 0,
    "source": "imported-ics",
    "availability": 0,
    "color": 0,
    "type": 0,
    "id": -1,
}
COLUMNS: Final = ("start_ts", "end_ts", "title", *_DEFAULTS)
"""Of a row in a parameter; `id` is the database's own, -1 there."""

EVENTS: Final = Table(
    package=_PACKAGE,
    path=f"/data/data/{_PACKAGE}/databases/events.db",
    name="events",
    key="id",
    columns=tuple(name for name in COLUMNS if name != "id"),
)

MINUTES: Final = (15, 30, 45, 60)
_KINDS: Final = ("Interview with", "Lunch with", "Demo for", "Planning with", "Check-in with", "Briefing for")
_WHO: Final = ("the board", "Nadia", "Legal", "Mr. Okafor", "the design group", "Finance", "Suppliers", "Ruth")
_AIMS: Final = ("agree on", "draft", "go through", "estimate", "kick off", "wrap up", "compare")
_MATTERS: Final = (
    "the release date",
    "travel costs",
    "open positions",
    "the test results",
    "the new logo",
    "the lease",
)
_NOTES: Final = ("Bring the printed version.", "Tea will be served.", "Reply before noon.", "Don't be late.")


def title(rng: Random) -> str:
    return f"{rng.choice(_KINDS)} {rng.choice(_WHO)}"


def description(rng: Random) -> str:
    text = f"Time to {rng.choice(_AIMS)} {rng.choice(_MATTERS)}."
    return f"{text} {rng.choice(_NOTES)}" if rng.random() < 0.5 else text


def event(start: datetime, minutes: int, name: str, **values: JsonValue) -> Event:
    """A row with AndroidWorld's columns; `start` has a time zone."""
    start_ts = int(start.timestamp())
    return {"start_ts": start_ts, "end_ts": start_ts + minutes * 60, "title": name, **_DEFAULTS, **values}


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), UTC)


def in_october(rng: Random, *, first: int = 15, last: int = 31) -> Event:
    """At a full hour on a day from `first` to `last`."""
    start = at(date(TODAY.year, TODAY.month, rng.randint(first, last)), rng.randint(0, 23))
    return event(start, rng.choice(MINUTES), title(rng), description=description(rng))


def noise(rng: Random, count: int, fits: Callable[[Event], bool]) -> list[Event]:
    """`count` events of October that fit."""
    found: list[Event] = []
    while len(found) < count:
        drawn = in_october(rng, first=1)
        if fits(drawn):
            found.append(drawn)
    return found


def around(rng: Random, count: int, clear: Callable[[datetime, datetime], bool]) -> list[Event]:
    """`count` events at any minute of the 30 days around today whose (start, end) are `clear` of the question."""
    found: list[Event] = []
    while len(found) < count:
        start = at(TODAY, 15, 34) + timedelta(minutes=rng.randrange(30 * 1440) - 15 * 1440)
        minutes = rng.choice(MINUTES)
        if clear(start, start + timedelta(minutes=minutes)):
            found.append(event(start, minutes, title(rng), description=description(rng)))
    return found


def start_of(row: Mapping[str, JsonValue]) -> datetime:
    return datetime.fromtimestamp(int(str(row["start_ts"])), UTC)


def minutes_of(row: Mapping[str, JsonValue]) -> int:
    return (int(str(row["end_ts"])) - int(str(row["start_ts"]))) // 60


def rows_param(low: int, high: int) -> RowsParam:
    return RowsParam(columns=COLUMNS, low=low, high=high)


async def put_events(device: Device, task: Task, *names: str) -> None:
    """The benchmark's date, and the events of these parameters as the only ones, with the ids 1, 2, 3 and so on."""
    await set_clock(device)
    await EVENTS.fill(device, [row for name in names for row in tables.rows_param(task, name)])
