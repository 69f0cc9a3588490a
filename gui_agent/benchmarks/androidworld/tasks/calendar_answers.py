"""Simple Calendar Pro: nine questions that are answered from what the calendar shows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from random import Random
from typing import Final

from device_farm.types.action import Click
from device_farm.types.task import JsonValue, Task
from gui_agent.benchmarks.androidworld import tables
from gui_agent.benchmarks.androidworld.answer_probes import TextsAnswered
from gui_agent.benchmarks.androidworld.setting import START
from gui_agent.benchmarks.androidworld.spoken_dates import written
from gui_agent.benchmarks.androidworld.tasks import calendar_samples as samples
from gui_agent.benchmarks.androidworld.tasks.calendar_events import (
    TODAY,
    Event,
    at,
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
from gui_agent.benchmarks.androidworld.tasks.calendar_question import (
    Clear,
    MomentAnswered,
    Question,
    Reading,
    apart_from_day,
    declared,
    on_day,
)
from gui_agent.benchmarks.base import Script
from gui_agent.benchmarks.basics.phone.common import text_param
from gui_agent.benchmarks.ui import ExpertStuck, Match, answer, wait_for
from verifier.rules.base import Probe


class SimpleCalendarEventsOnDate(Question):
    name = "SimpleCalendarEventsOnDate"
    goal = (
        "Which events does Simple Calendar Pro list for {date_words}? Give their titles and nothing else, separated by "
        "commas."
    )
    params = declared("date", "time", "duration", "title")

    def draw(self, rng: Random) -> tuple[dict[str, JsonValue], list[Event], Clear]:
        day, clock, name = samples.coming_day(rng), rng.choice(samples.CLOCKS), rng.choice(samples.TITLES)
        words, minutes = rng.choice(samples.DURATIONS)
        values: dict[str, JsonValue] = {"date": written(day), "time": clock, "duration": words, "title": name}
        return values, [on_day(rng, clock, name, day, minutes=minutes)], apart_from_day(day)

    def is_meant(self, params: Mapping[str, JsonValue], entry: Entry) -> bool:
        return not entry.elsewhere


class SimpleCalendarAnyEventsOnDate(Question):
    name = "SimpleCalendarAnyEventsOnDate"
    goal = (
        "Is anything planned in Simple Calendar Pro for {date_words}? Give the titles of the events and nothing else, "
        "separated by commas."
    )
    params = declared("date", "title", "time", events=3)

    def draw(self, rng: Random) -> tuple[dict[str, JsonValue], list[Event], Clear]:
        day = samples.coming_day(rng)
        clocks, names = rng.sample(samples.CLOCKS, 4), rng.sample(samples.TITLES, 4)
        values: dict[str, JsonValue] = {"date": written(day), "title": names[3], "time": clocks[3]}
        events = [on_day(rng, clock, name, day) for clock, name in zip(clocks[:3], names[:3], strict=True)]
        return values, events, apart_from_day(day)

    def is_meant(self, params: Mapping[str, JsonValue], entry: Entry) -> bool:
        return not entry.elsewhere


class SimpleCalendarEventOnDateAtTime(Question):
    name = "SimpleCalendarEventOnDateAtTime"
    goal = (
        "What does Simple Calendar Pro have for {date_words} at {time}? Give the titles and nothing else, separated by "
        "commas."
    )
    params = declared("date", "time", "duration", "title")

    def draw(self, rng: Random) -> tuple[dict[str, JsonValue], list[Event], Clear]:
        day, clock, name = samples.coming_day(rng), rng.choice(samples.CLOCKS), rng.choice(samples.TITLES)
        words, minutes = rng.choice(samples.DURATIONS)
        values: dict[str, JsonValue] = {"date": written(day), "time": clock, "duration": words, "title": name}
        asked = on_day(rng, clock, name, day, minutes=minutes)
        moment = start_of(asked)
        return values, [asked], lambda start, end: not start <= moment <= end

    def is_meant(self, params: Mapping[str, JsonValue], entry: Entry) -> bool:
        asked = samples.read_clock(text_param(params, "time"))
        begun = entry.elsewhere or entry.start <= asked
        # An event that ends before it starts, by the clock, ends on the day after.
        over = not (entry.start > entry.end and not entry.elsewhere) and entry.end < asked
        return begun and not over


class SimpleCalendarFirstEventAfterStartTime(Question):
    name = "SimpleCalendarFirstEventAfterStartTime"
    goal = (
        "Which event comes first after {time} {date_words} in Simple Calendar Pro? Give the title and nothing else; "
        "separate several by commas."
    )
    params = declared("date", "time", "duration", "title")

    def draw(self, rng: Random) -> tuple[dict[str, JsonValue], list[Event], Clear]:
        day, clock, name = samples.coming_day(rng), rng.choice(samples.DAY_CLOCKS), rng.choice(samples.TITLES)
        words, minutes = rng.choice(samples.DURATIONS)
        values: dict[str, JsonValue] = {"date": written(day), "title": name, "time": clock, "duration": words}
        asked = on_day(rng, clock, name, day, minutes=minutes)
        first, same_day = start_of(asked), apart_from_day(day)
        return values, [asked], lambda start, end: same_day(start, end) or end < first

    def read(self, params: Mapping[str, JsonValue]) -> Reading:
        entries = yield from super().read(params)
        return entries[:1]

    def is_meant(self, params: Mapping[str, JsonValue], entry: Entry) -> bool:
        return not entry.elsewhere and entry.start >= samples.read_clock(text_param(params, "time"))


class SimpleCalendarEventsInTimeRange(Question):
    name = "SimpleCalendarEventsInTimeRange"
    goal = (
        "Does Simple Calendar Pro have events between {start_time} and 8pm {date_words}? Give their titles and nothing "
        "else, separated by commas."
    )
    params = declared("date", "start_time", "duration", "title")

    def draw(self, rng: Random) -> tuple[dict[str, JsonValue], list[Event], Clear]:
        day, clock, name = samples.coming_day(rng), rng.choice(samples.EARLY_CLOCKS), rng.choice(samples.TITLES)
        words, minutes = rng.choice(samples.DURATIONS)
        values: dict[str, JsonValue] = {"start_time": clock, "date": written(day), "title": name, "duration": words}
        asked = on_day(rng, clock, name, day, minutes=minutes)
        first, last, same_day = start_of(asked), at(day, 20), apart_from_day(day)
        return values, [asked], lambda start, end: same_day(start, end) or end < first or start > last

    def is_meant(self, params: Mapping[str, JsonValue], entry: Entry) -> bool:
        first = samples.read_clock(text_param(params, "start_time"))
        return not entry.elsewhere and first <= entry.start <= time(20)


class SimpleCalendarNextEvent(Question):
    """The event is later today. AndroidWorld also asks at seeds where its event was at midnight, before "now"; nothing
    on the screen tells that answer, so the expert does not win there."""

    name = "SimpleCalendarNextEvent"
    goal = "What comes next in Simple Calendar Pro? Give the title and nothing else; separate several by commas."
    params = declared("time", "duration", "title")

    def draw(self, rng: Random) -> tuple[dict[str, JsonValue], list[Event], Clear]:
        clock, name = rng.choice(samples.LATE_CLOCKS), rng.choice(samples.TITLES)
        words, minutes = rng.choice(samples.DURATIONS)
        asked = on_day(rng, clock, name, TODAY, minutes=minutes)
        moment = start_of(asked)
        values: dict[str, JsonValue] = {"time": clock, "duration": words, "title": name}
        return values, [asked], lambda start, end: end < at(TODAY, 15, 30) or start > moment

    def read(self, params: Mapping[str, JsonValue]) -> Reading:
        """The first of today that is still to come."""
        yield from open_day(TODAY)
        coming = [entry for entry in (yield from read_list()) if not entry.elsewhere and entry.start > START.time()]
        return [entry for entry in coming if entry.start == coming[0].start]


class SimpleCalendarEventsInNextWeek(Question):
    name = "SimpleCalendarEventsInNextWeek"
    goal = (
        "What is planned in Simple Calendar Pro for the next week, which begins on Monday? Give the titles of the "
        "events and nothing else, separated by commas."
    )
    params = declared("date", "duration", "title", "person", "time", events=2)

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
            on_day(rng, clocks[0], names[0], days[0], minutes=minutes),
            on_day(rng, clocks[1], names[1], days[1], minutes=30),
        ]
        return values, events, lambda start, end: end.date() < TODAY or start.date() > week[-1]

    def read(self, params: Mapping[str, JsonValue]) -> Reading:
        yield from choose_view("Simple event list")
        last = TODAY + timedelta(days=7)
        entries = yield from read_list(until=last)
        return [entry for entry in entries if entry.day is not None and TODAY < entry.day <= last]


class SimpleCalendarNextMeetingWithPerson(Question):
    name = "SimpleCalendarNextMeetingWithPerson"
    goal = (
        "When do I meet {person} next, according to Simple Calendar Pro? Answer as <month name> <day> <year> "
        "<hour, 0 to 23>:<minutes>."
    )
    params = declared("person", "date", "time")

    def draw(self, rng: Random) -> tuple[dict[str, JsonValue], list[Event], Clear]:
        day, clock, person = samples.coming_day(rng), rng.choice(samples.CLOCKS), rng.choice(samples.PEOPLE)
        values: dict[str, JsonValue] = {"person": person, "date": written(day), "time": clock}
        return values, [on_day(rng, clock, f"Drinks with {person}", day, minutes=30)], lambda start, end: True

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


class SimpleCalendarLocationOfEvent(Question):
    name = "SimpleCalendarLocationOfEvent"
    goal = 'Where does the event "{title}" in Simple Calendar Pro take place? Give the location and nothing else.'
    params = declared("title", "location", "date", "time")

    def draw(self, rng: Random) -> tuple[dict[str, JsonValue], list[Event], Clear]:
        day, clock = samples.coming_day(rng), rng.choice(samples.CLOCKS)
        name, place = rng.choice(samples.TITLES), rng.choice(samples.PLACES)
        values: dict[str, JsonValue] = {"title": name, "location": place, "date": written(day), "time": clock}
        asked = on_day(rng, clock, name, day, minutes=30, location=place)
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
