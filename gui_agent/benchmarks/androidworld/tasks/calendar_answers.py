"""Simple Calendar Pro: nine questions that are answered from what the calendar shows."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import ClassVar, Final, TypeAlias

from device_farm.device import Device
from device_farm.types.action import Action, Click
from device_farm.types.observation import Observation
from device_farm.types.task import JsonValue, Task
from device_farm.types.trajectory import Evidence, Scored
from gui_agent.benchmarks.androidworld import tables
from gui_agent.benchmarks.androidworld.answer_probes import TextsAnswered
from gui_agent.benchmarks.androidworld.setting import START
from gui_agent.benchmarks.androidworld.spoken_dates import FORMAT, awaited, reworded, written
from gui_agent.benchmarks.androidworld.tasks import calendar_samples as samples
from gui_agent.benchmarks.androidworld.tasks.calendar_events import (
    TODAY,
    Event,
    around,
    at,
    event,
    put_events,
    rows_param,
    start_of,
)
from gui_agent.benchmarks.androidworld.tasks.calendar_hand import (
    Entry,
    choose_view,
    open_calendar,
    open_day,
    read_list,
    search,
)
from gui_agent.benchmarks.base import Look, Script, TaskTemplate
from gui_agent.benchmarks.basics.phone.common import text_param
from gui_agent.benchmarks.params import Param, TextParam
from gui_agent.benchmarks.ui import ExpertStuck, Match, answer, wait_for
from verifier.rules.base import Probe, judge, shown

_NOISE: Final = 75
_MOMENT: Final = f"{FORMAT} %H:%M"
Reading: TypeAlias = Generator[Action | Look, Observation, list[Entry]]
Clear: TypeAlias = Callable[[datetime, datetime], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class MomentAnswered:
    """The answer is this date and time, as `October 24 2023 15:00`."""

    answer: str | None
    expected: datetime

    async def check(self, device: Device) -> Evidence:
        try:
            said = datetime.strptime((self.answer or "").strip(), _MOMENT)
        except ValueError:
            said = None
        return Evidence(
            probe="moment that the agent answered",
            observed="no answer" if self.answer is None else shown(self.answer),
            expected=f"{self.expected:{_MOMENT}}",
            holds=said == self.expected,
        )


def day_of(params: Mapping[str, JsonValue]) -> date:
    return awaited(text_param(params, "date"), TODAY)


def apart_from_day(day: date) -> Clear:
    """Whether an event touches no part of `day`."""
    return lambda start, end: not start.date() <= day <= end.date()


class _Question(TaskTemplate):
    """`events` are the ones that the question is about; they lie among _NOISE others in `noise_row_objects`."""

    tags: ClassVar[tuple[str, ...]] = ("simple calendar pro", "information-retrieval")
    evaluator = "answer"
    max_steps = 10

    def sample(self, rng: Random) -> dict[str, JsonValue]:
        values, events, clear = self.draw(rng)
        day = awaited(str(values["date"]), TODAY) if "date" in values else TODAY
        return {
            **values,
            "date_words": reworded(day, TODAY, rng) if day <= TODAY else _coming_words(day, rng),
            "row_objects": [*events],
            "noise_row_objects": [*around(rng, _NOISE, clear)],
        }

    def draw(self, rng: Random) -> tuple[dict[str, JsonValue], list[Event], Clear]:
        """(parameters, events asked about, what other events must keep clear of)."""
        raise TypeError(f"{self.name} draws nothing")

    async def set_up(self, device: Device, task: Task) -> None:
        await put_events(device, task, "noise_row_objects", "row_objects")

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        return await judge(device, self.probe(task, answer))

    def probe(self, task: Task, answer: str | None) -> Probe:
        titles = tuple(str(row["title"]) for row in tables.rows_param(task, "row_objects"))
        return TextsAnswered(answer=answer, expected=titles)

    def expert(self, task: Task) -> Script:
        yield from open_calendar()
        entries = yield from self.read(task.params)
        if not entries:
            raise ExpertStuck("no event that the question could mean is on the screen")
        yield from answer(", ".join(entry.title for entry in entries))

    def read(self, params: Mapping[str, JsonValue]) -> Reading:
        """The events that answer the question."""
        yield from open_day(day_of(params))
        entries = yield from read_list()
        return [entry for entry in entries if self.is_meant(params, entry)]

    def is_meant(self, params: Mapping[str, JsonValue], entry: Entry) -> bool:
        return True


def _coming_words(day: date, rng: Random) -> str:
    """A day to come also goes by its weekday."""
    options = [reworded(day, TODAY, rng)]
    if (day - TODAY).days <= 7:
        options += [f"{day:%A}", f"this {day:%A}"]
    elif (day - TODAY).days <= 14:
        options.append(f"the {day:%A} after next")
    return rng.choice(options)


def _declared(*names: str, events: int = 1) -> Mapping[str, Param]:
    return {
        **{name: TextParam((), 200) for name in (*names, "date_words")},
        "row_objects": rows_param(events, events),
        "noise_row_objects": rows_param(0, _NOISE),
    }


def _on_day(rng: Random, clock: str, name: str, day: date, *, minutes: int = 60, **values: JsonValue) -> Event:
    moment = samples.read_clock(clock)
    return event(at(day, moment.hour, moment.minute), minutes, name, **values)


class SimpleCalendarEventsOnDate(_Question):
    name = "SimpleCalendarEventsOnDate"
    goal = (
        "Which events does Simple Calendar Pro list for {date_words}? Give their titles and nothing else, separated by "
        "commas."
    )
    params = _declared("date", "time", "duration", "title")

    def draw(self, rng: Random) -> tuple[dict[str, JsonValue], list[Event], Clear]:
        day, clock, name = samples.coming_day(rng), rng.choice(samples.CLOCKS), rng.choice(samples.TITLES)
        words, minutes = rng.choice(samples.DURATIONS)
        values: dict[str, JsonValue] = {"date": written(day), "time": clock, "duration": words, "title": name}
        return values, [_on_day(rng, clock, name, day, minutes=minutes)], apart_from_day(day)

    def is_meant(self, params: Mapping[str, JsonValue], entry: Entry) -> bool:
        return not entry.elsewhere


class SimpleCalendarAnyEventsOnDate(_Question):
    name = "SimpleCalendarAnyEventsOnDate"
    goal = (
        "Is anything planned in Simple Calendar Pro for {date_words}? Give the titles of the events and nothing else, "
        "separated by commas."
    )
    params = _declared("date", "title", "time", events=3)

    def draw(self, rng: Random) -> tuple[dict[str, JsonValue], list[Event], Clear]:
        day = samples.coming_day(rng)
        clocks, names = rng.sample(samples.CLOCKS, 4), rng.sample(samples.TITLES, 4)
        values: dict[str, JsonValue] = {"date": written(day), "title": names[3], "time": clocks[3]}
        events = [_on_day(rng, clock, name, day) for clock, name in zip(clocks[:3], names[:3], strict=True)]
        return values, events, apart_from_day(day)

    def is_meant(self, params: Mapping[str, JsonValue], entry: Entry) -> bool:
        return not entry.elsewhere


class SimpleCalendarEventOnDateAtTime(_Question):
    name = "SimpleCalendarEventOnDateAtTime"
    goal = (
        "What does Simple Calendar Pro have for {date_words} at {time}? Give the titles and nothing else, separated by "
        "commas."
    )
    params = _declared("date", "time", "duration", "title")

    def draw(self, rng: Random) -> tuple[dict[str, JsonValue], list[Event], Clear]:
        day, clock, name = samples.coming_day(rng), rng.choice(samples.CLOCKS), rng.choice(samples.TITLES)
        words, minutes = rng.choice(samples.DURATIONS)
        values: dict[str, JsonValue] = {"date": written(day), "time": clock, "duration": words, "title": name}
        asked = _on_day(rng, clock, name, day, minutes=minutes)
        moment = start_of(asked)
        return values, [asked], lambda start, end: not start <= moment <= end

    def is_meant(self, params: Mapping[str, JsonValue], entry: Entry) -> bool:
        asked = samples.read_clock(text_param(params, "time"))
        begun = entry.elsewhere or entry.start <= asked
        # An event that ends before it starts, by the clock, ends on the day after.
        over = not (entry.start > entry.end and not entry.elsewhere) and entry.end < asked
        return begun and not over


class SimpleCalendarFirstEventAfterStartTime(_Question):
    name = "SimpleCalendarFirstEventAfterStartTime"
    goal = (
        "Which event comes first after {time} {date_words} in Simple Calendar Pro? Give the title and nothing else; "
        "separate several by commas."
    )
    params = _declared("date", "time", "duration", "title")

    def draw(self, rng: Random) -> tuple[dict[str, JsonValue], list[Event], Clear]:
        day, clock, name = samples.coming_day(rng), rng.choice(samples.DAY_CLOCKS), rng.choice(samples.TITLES)
        words, minutes = rng.choice(samples.DURATIONS)
        values: dict[str, JsonValue] = {"date": written(day), "title": name, "time": clock, "duration": words}
        asked = _on_day(rng, clock, name, day, minutes=minutes)
        first, same_day = start_of(asked), apart_from_day(day)
        return values, [asked], lambda start, end: same_day(start, end) or end < first

    def read(self, params: Mapping[str, JsonValue]) -> Reading:
        entries = yield from super().read(params)
        return entries[:1]

    def is_meant(self, params: Mapping[str, JsonValue], entry: Entry) -> bool:
        return not entry.elsewhere and entry.start >= samples.read_clock(text_param(params, "time"))


class SimpleCalendarEventsInTimeRange(_Question):
    name = "SimpleCalendarEventsInTimeRange"
    goal = (
        "Does Simple Calendar Pro have events between {start_time} and 8pm {date_words}? Give their titles and nothing "
        "else, separated by commas."
    )
    params = _declared("date", "start_time", "duration", "title")

    def draw(self, rng: Random) -> tuple[dict[str, JsonValue], list[Event], Clear]:
        day, clock, name = samples.coming_day(rng), rng.choice(samples.EARLY_CLOCKS), rng.choice(samples.TITLES)
        words, minutes = rng.choice(samples.DURATIONS)
        values: dict[str, JsonValue] = {"start_time": clock, "date": written(day), "title": name, "duration": words}
        asked = _on_day(rng, clock, name, day, minutes=minutes)
        first, last, same_day = start_of(asked), at(day, 20), apart_from_day(day)
        return values, [asked], lambda start, end: same_day(start, end) or end < first or start > last

    def is_meant(self, params: Mapping[str, JsonValue], entry: Entry) -> bool:
        first = samples.read_clock(text_param(params, "start_time"))
        return not entry.elsewhere and first <= entry.start <= time(20)


class SimpleCalendarNextEvent(_Question):
    """The event is later today; AndroidWorld also asks at seeds where its event was at midnight, before "now"."""

    name = "SimpleCalendarNextEvent"
    goal = "What comes next in Simple Calendar Pro? Give the title and nothing else; separate several by commas."
    params = _declared("time", "duration", "title")

    def draw(self, rng: Random) -> tuple[dict[str, JsonValue], list[Event], Clear]:
        clock, name = rng.choice(samples.LATE_CLOCKS), rng.choice(samples.TITLES)
        words, minutes = rng.choice(samples.DURATIONS)
        asked = _on_day(rng, clock, name, TODAY, minutes=minutes)
        moment = start_of(asked)
        values: dict[str, JsonValue] = {"time": clock, "duration": words, "title": name}
        return values, [asked], lambda start, end: end < at(TODAY, 15, 30) or start > moment

    def read(self, params: Mapping[str, JsonValue]) -> Reading:
        """The first of today that is still to come; at a seed whose event is over, the one that its time names."""
        yield from open_day(TODAY)
        entries = [entry for entry in (yield from read_list()) if not entry.elsewhere]
        moment = samples.read_clock(text_param(params, "time"))
        if moment < START.time():
            return [entry for entry in entries if entry.start == moment][:1]
        coming = [entry for entry in entries if entry.start > START.time()]
        return [entry for entry in coming if entry.start == coming[0].start]


class SimpleCalendarEventsInNextWeek(_Question):
    name = "SimpleCalendarEventsInNextWeek"
    goal = (
        "What is planned in Simple Calendar Pro for the next week, which begins on Monday? Give the titles of the "
        "events and nothing else, separated by commas."
    )
    params = _declared("date", "duration", "title", "person", "time", events=2)

    def draw(self, rng: Random) -> tuple[dict[str, JsonValue], list[Event], Clear]:
        week = [TODAY + timedelta(days=number) for number in range(1, 8)]
        days, clocks, names = rng.sample(week, 3), rng.sample(samples.CLOCKS, 3), rng.sample(samples.TITLES, 2)
        words, minutes = rng.choice(samples.DURATIONS)
        values: dict[str, JsonValue] = {
            "date": written(days[2]),
            "duration": words,
            "title": names[0],
            "person": rng.choice(samples.PEOPLE),
            "time": clocks[2],
        }
        events = [
            _on_day(rng, clocks[0], names[0], days[0], minutes=minutes),
            _on_day(rng, clocks[1], names[1], days[1], minutes=30),
        ]
        return values, events, lambda start, end: end.date() < TODAY or start.date() > week[-1]

    def read(self, params: Mapping[str, JsonValue]) -> Reading:
        yield from choose_view("Simple event list")
        last = TODAY + timedelta(days=7)
        entries = yield from read_list(until=last)
        return [entry for entry in entries if entry.day is not None and TODAY < entry.day <= last]


class SimpleCalendarNextMeetingWithPerson(_Question):
    name = "SimpleCalendarNextMeetingWithPerson"
    goal = (
        "When do I meet {person} next, according to Simple Calendar Pro? Answer as <month name> <day> <year> "
        "<hour, 0 to 23>:<minutes>."
    )
    params = _declared("person", "date", "time")

    def draw(self, rng: Random) -> tuple[dict[str, JsonValue], list[Event], Clear]:
        day, clock, person = samples.coming_day(rng), rng.choice(samples.CLOCKS), rng.choice(samples.PEOPLE)
        values: dict[str, JsonValue] = {"person": person, "date": written(day), "time": clock}
        return values, [_on_day(rng, clock, f"Drinks with {person}", day, minutes=30)], lambda start, end: True

    def probe(self, task: Task, answer: str | None) -> Probe:
        start = start_of(tables.rows_param(task, "row_objects")[0])
        return MomentAnswered(answer=answer, expected=start.replace(tzinfo=None))

    def expert(self, task: Task) -> Script:
        person = text_param(task.params, "person")
        yield from open_calendar()
        yield from search(person)
        for entry in (yield from read_list()):
            if entry.day is not None and person in entry.title.split():
                moment = datetime.combine(entry.day, entry.start)
                yield from answer(f"{written(entry.day)} {moment:%H:%M}")
                return
        raise ExpertStuck(f"no meeting with {person} on the screen")


class SimpleCalendarLocationOfEvent(_Question):
    name = "SimpleCalendarLocationOfEvent"
    goal = 'Where does the event "{title}" in Simple Calendar Pro take place? Give the location and nothing else.'
    params = _declared("title", "location", "date", "time")

    def draw(self, rng: Random) -> tuple[dict[str, JsonValue], list[Event], Clear]:
        day, clock = samples.coming_day(rng), rng.choice(samples.CLOCKS)
        name, place = rng.choice(samples.TITLES), rng.choice(samples.PLACES)
        values: dict[str, JsonValue] = {"title": name, "location": place, "date": written(day), "time": clock}
        asked = _on_day(rng, clock, name, day, minutes=30, location=place)
        return values, [asked], lambda start, end: True

    def probe(self, task: Task, answer: str | None) -> Probe:
        places = tuple(str(row["location"]) for row in tables.rows_param(task, "row_objects"))
        return TextsAnswered(answer=answer, expected=places)

    def expert(self, task: Task) -> Script:
        name = text_param(task.params, "title")
        yield from open_calendar()
        yield from search(name)
        found = [entry for entry in (yield from read_list()) if entry.title == name]
        if not found:
            raise ExpertStuck(f"no event {name!r} on the screen")
        yield Click(at=found[0].bounds.center)
        field = yield from wait_for(Match(resource_id="event_location"))
        yield from answer(field.text or field.value)


TEMPLATES: Final = (
    SimpleCalendarAnyEventsOnDate(),
    SimpleCalendarEventOnDateAtTime(),
    SimpleCalendarEventsInNextWeek(),
    SimpleCalendarEventsInTimeRange(),
    SimpleCalendarEventsOnDate(),
    SimpleCalendarFirstEventAfterStartTime(),
    SimpleCalendarLocationOfEvent(),
    SimpleCalendarNextEvent(),
    SimpleCalendarNextMeetingWithPerson(),
)
