"""Goals about events in Simple Calendar Pro."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from functools import partial
from typing import Final

from device_farm.errors import VerifierError
from verifier.planner.moments import DAY, day_meant, is_day, now_of
from verifier.planner.plan import Given, Kind, Plan
from verifier.planner.row_goals import over
from verifier.planner.tables import Row, RowsBecome, Table, plain
from verifier.planner.wording import TEXT, Values, forms
from verifier.rules.base import Probe

EVENTS: Final = Table(
    package="com.simplemobiletools.calendar.pro",
    database="events.db",
    name="events",
    key="id",
    columns=(
        *("start_ts", "end_ts", "title", "location", "description"),
        *("repeat_interval", "repeat_rule", "repeat_limit", "flags"),
    ),
)
_DAY_S: Final = 86_400
_MOST_MINUTES: Final = 7 * 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class EventAdded:
    """One new event, with these words, on `day` at the full `hour`; `repeats` is "", "daily" or "weekly", for ever."""

    day: str
    hour: int
    minutes: int
    title: str
    description: str
    repeats: str = ""

    async def bind(self, given: Given) -> Probe:
        start = given.before()
        now = await now_of(start)
        begins = datetime.combine(day_meant(self.day, now.date()), time(self.hour), now.tzinfo)
        begins_s = int(begins.timestamp())
        row = {
            "start_ts": str(begins_s),
            "end_ts": str(begins_s + self.minutes * 60),
            "title": self.title,
            "location": "",
            "description": self.description,
            **self._repetition(begins),
        }
        return RowsBecome(table=EVENTS, before=await EVENTS.rows(start), new=(row,))

    def _repetition(self, begins: datetime) -> Row:
        """The application keeps weekdays as a bit mask that starts with Monday."""
        match self.repeats:
            case "daily":
                interval, rule = _DAY_S, 0
            case "weekly":
                interval, rule = 7 * _DAY_S, 1 << begins.weekday()
            case _:
                interval, rule = 0, 0
        return {"repeat_interval": str(interval), "repeat_rule": str(rule), "repeat_limit": "0"}


@dataclass(frozen=True, slots=True, kw_only=True)
class EventsDeleted:
    """The events that begin on `day` are gone, and no other; with `title` only the one called so, at `hour`.

    Raises (when bound) VerifierError where there was none, or where an event comes again and again: a goal about one
    day does not say what is to become of the rest of them.
    """

    day: str
    title: str | None = None
    hour: int | None = None

    async def bind(self, given: Given) -> Probe:
        start = given.before()
        now, before = await now_of(start), await EVENTS.rows(start)
        day = day_meant(self.day, now.date())
        if any(row["repeat_interval"] != "0" for row in before.values()):
            raise VerifierError("the calendar holds events that repeat, and the goal is about a single day")
        gone: list[str] = []
        for key, row in before.items():
            begins = datetime.fromtimestamp(int(row["start_ts"]), now.tzinfo)
            named = self.title is None or plain(row["title"]) == plain(self.title)
            if begins.date() == day and named and self.hour in (None, begins.hour):
                gone.append(key)
        if not gone or (self.title is not None and len(gone) > 1):
            raise VerifierError(f"{len(gone)} events of {day} are meant")
        return RowsBecome(table=EVENTS, before=before, gone=frozenset(gone))


def _add(values: Values) -> Plan | None:
    hour, minutes = int(values["hour"]), int(values["minutes"])
    if not is_day(values["day"]) or hour > 23 or not 0 <= minutes <= _MOST_MINUTES:
        return None
    added = EventAdded(
        day=values["day"],
        hour=hour,
        minutes=minutes,
        title=values["title"],
        description=values["description"],
        repeats=values.get("repeats", "").lower(),
    )
    return over(EVENTS, added)


def _clear(values: Values) -> Plan | None:
    return over(EVENTS, EventsDeleted(day=values["day"])) if is_day(values["day"]) else None


def _delete(values: Values) -> Plan | None:
    if not is_day(values["day"]) or int(values["hour"]) > 23:
        return None
    return over(EVENTS, EventsDeleted(day=values["day"], title=values["title"], hour=int(values["hour"])))


_HOUR: Final = r"(?P<hour>\d{1,2}):00"
_phone = partial(Kind, platform="android")
KINDS: Final[tuple[Kind, ...]] = (
    _phone(
        name="add event",
        forms=forms(
            rf"put an event into Simple Calendar Pro (?:on |that starts on )?(?P<day>{DAY}) at {_HOUR}\. Its title is "
            rf'"(?P<title>{TEXT})", its description "(?P<description>{TEXT})", and it takes (?P<minutes>\d{{1,5}}) '
            r"minutes(?:\. It repeats (?P<repeats>daily|weekly) without an end)?"
        ),
        plan=_add,
    ),
    _phone(
        name="delete the events of a day",
        forms=forms(
            rf"clear (?P<day>{DAY}) in Simple Calendar Pro: delete every event of that day",
            rf"in Simple Calendar Pro, delete everything that is planned for (?P<day>{DAY})",
        ),
        plan=_clear,
    ),
    _phone(
        name="delete event",
        forms=forms(
            rf'delete the event "(?P<title>{TEXT})" from Simple Calendar Pro\. It is on (?P<day>{DAY}) and starts at '
            rf"{_HOUR}"
        ),
        plan=_delete,
    ),
)
