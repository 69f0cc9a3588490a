"""Questions about events in Simple Calendar Pro, answered from its database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from device_farm.device import Device
from device_farm.errors import VerifierError
from verifier.planner.answer_checks import Moment, Right, Texts
from verifier.planner.app_questions import AppQuestions
from verifier.planner.moments import CLOCK, SPOKEN_DAY, clock_time, next_week, now_of, spoken_day
from verifier.planner.phone_calendar import EVENTS
from verifier.planner.plan import Kind
from verifier.planner.tables import plain
from verifier.planner.wording import TEXT, Values


@dataclass(frozen=True, slots=True, kw_only=True)
class _Event:
    begins: datetime
    ends: datetime
    title: str
    location: str

    def touches(self, day: date) -> bool:
        return self.begins.date() <= day <= self.ends.date()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Calendar:
    """All events, in order of their beginnings, and the time now."""

    now: datetime
    events: tuple[_Event, ...]

    def day(self, values: Values) -> date:
        return spoken_day(values["day"], self.now.date())

    def at(self, values: Values) -> datetime:
        return datetime.combine(self.day(values), clock_time(values["time"]), self.now.tzinfo)


async def _read(device: Device) -> _Calendar:
    """Raises VerifierError where an event repeats: its later times are in no row."""
    now = await now_of(device)
    rows = (await EVENTS.rows(device)).values()
    if any(row["repeat_interval"] != "0" for row in rows):
        raise VerifierError("the calendar holds events that repeat, whose times are in no row")
    events = [
        _Event(
            begins=datetime.fromtimestamp(int(row["start_ts"]), now.tzinfo),
            ends=datetime.fromtimestamp(int(row["end_ts"]), now.tzinfo),
            title=row["title"],
            location=row["location"],
        )
        for row in rows
    ]
    return _Calendar(now=now, events=tuple(sorted(events, key=lambda event: event.begins)))


def _titles(events: Iterable[_Event]) -> Texts:
    """Raises VerifierError where there is none: how an agent says that is not agreed."""
    found = tuple(event.title for event in events)
    if not found:
        raise VerifierError("no event answers the question")
    return Texts(expected=found)


def _first(events: Iterable[_Event]) -> list[_Event]:
    """The first ones, which begin at the same time."""
    found = list(events)
    return [event for event in found if event.begins == found[0].begins]


def _on_day(values: Values, calendar: _Calendar) -> Right:
    day = calendar.day(values)
    if any(event.touches(day) and event.begins.date() != day for event in calendar.events):
        raise VerifierError(f"an event of the day before reaches into {day}: whether it counts is not said")
    return _titles(event for event in calendar.events if event.begins.date() == day)


def _at_time(values: Values, calendar: _Calendar) -> Right:
    moment = calendar.at(values)
    return _titles(event for event in calendar.events if event.begins <= moment <= event.ends)


def _in_range(values: Values, calendar: _Calendar) -> Right:
    first = calendar.at(values)
    last = datetime.combine(first.date(), clock_time(values["end"]), first.tzinfo)
    return _titles(event for event in calendar.events if event.begins <= last and event.ends >= first)


def _after(values: Values, calendar: _Calendar) -> Right:
    # One that begins at the very time counts: the questions are asked so.
    moment = calendar.at(values)
    return _titles(_first(event for event in calendar.events if event.begins >= moment))


def _coming(values: Values, calendar: _Calendar) -> Right:
    return _titles(_first(event for event in calendar.events if event.begins > calendar.now))


def _next_week(values: Values, calendar: _Calendar) -> Right:
    monday, sunday = next_week(calendar.now.date())
    return _titles(event for event in calendar.events if monday <= event.begins.date() <= sunday)


def _place(values: Values, calendar: _Calendar) -> Right:
    places = {event.location for event in calendar.events if plain(event.title) == plain(values["title"])}
    if len(places) != 1 or places == {""}:
        raise VerifierError(f"{len(places)} places are given for events called {values['title']!r}")
    return Texts(expected=tuple(places))


def _meeting(values: Values, calendar: _Calendar) -> Right:
    person = values["person"]
    coming = [event for event in calendar.events if event.begins >= calendar.now and person in event.title.split()]
    if not coming:
        raise VerifierError(f"no event to come names {person}")
    return Moment(expected=coming[0].begins)


_kind: Final = AppQuestions(package=EVENTS.package, read=_read).kind
_IN: Final = "Simple Calendar Pro"
_DAY: Final = rf"(?P<day>{SPOKEN_DAY})"
_TIME: Final = rf"(?P<time>{CLOCK})"
_TITLES: Final = (
    r"Give (?:their|the) titles?(?: of the events)? and nothing else(?:, separated by|; separate several by) commas"
)


KINDS: Final[tuple[Kind, ...]] = (
    _kind(
        "which events on a day",
        _on_day,
        rf"which events does {_IN} list for {_DAY}\? {_TITLES}",
        rf"is anything planned in {_IN} for {_DAY}\? {_TITLES}",
    ),
    _kind("which events at a time", _at_time, rf"what does {_IN} have for {_DAY} at {_TIME}\? {_TITLES}"),
    _kind(
        "which events between times",
        _in_range,
        rf"does {_IN} have events between {_TIME} and (?P<end>{CLOCK}) {_DAY}\? {_TITLES}",
    ),
    _kind("which event first", _after, rf"which event comes first after {_TIME} {_DAY} in {_IN}\? {_TITLES}"),
    _kind("which event next", _coming, rf"what comes next in {_IN}\? {_TITLES}"),
    _kind(
        "which events next week",
        _next_week,
        rf"what is planned in {_IN} for the next week, which begins on Monday\? {_TITLES}",
    ),
    _kind(
        "where an event is",
        _place,
        rf'where does the event "(?P<title>{TEXT})" in {_IN} take place\? Give the location and nothing else',
    ),
    _kind(
        "when a meeting is",
        _meeting,
        rf"when do I meet (?P<person>\S+) next, according to {_IN}\? Answer as <month name> <day> <year> "
        "<hour, 0 to 23>:<minutes>",
    ),
)
