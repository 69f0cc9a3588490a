"""Simple Calendar Pro: events that are to be made or deleted. Decided by the rows of `events`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from random import Random
from typing import ClassVar, Final

from device_farm.device import Device
from device_farm.types.action import Click, LongPress
from device_farm.types.task import JsonValue, Task
from device_farm.types.trajectory import Scored
from gui_agent.benchmarks.androidworld import tables
from gui_agent.benchmarks.androidworld.tasks import calendar_answers
from gui_agent.benchmarks.androidworld.tasks.calendar_events import (
    EVENTS,
    TODAY,
    Event,
    in_october,
    minutes_of,
    noise,
    put_events,
    rows_param,
    start_of,
)
from gui_agent.benchmarks.androidworld.tasks.calendar_hand import (
    Entry,
    new_event,
    open_calendar,
    open_day,
    read_list,
)
from gui_agent.benchmarks.base import Script, TaskTemplate
from gui_agent.benchmarks.basics.phone.common import text_param
from gui_agent.benchmarks.params import ChoiceParam, IntParam, Param, TextParam
from gui_agent.benchmarks.ui import ExpertStuck, tap
from verifier.rules.base import judge

_DAY_S: Final = 86_400
_INTERVALS: Final = {"daily": ("Daily", _DAY_S), "weekly": ("Weekly", 7 * _DAY_S)}
_EXACT: Final = ("start_ts", "end_ts", "repeat_rule", "repeat_interval")
_ALIKE: Final = ("title", "location", "description")
_WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _day(params: Mapping[str, JsonValue]) -> date:
    return date(*(int(str(params[name])) for name in ("year", "month", "day")))


class _Calendar(TaskTemplate):
    tags: ClassVar[tuple[str, ...]] = ("simple calendar pro",)
    date_params: ClassVar[Mapping[str, Param]] = {
        "year": IntParam(TODAY.year, TODAY.year),
        "month": IntParam(TODAY.month, TODAY.month),
        "day": IntParam(1, 31),
    }

    @staticmethod
    def named(event: Event) -> dict[str, JsonValue]:
        """The parameters that name the day of `event`."""
        start = start_of(event)
        return {"year": start.year, "month": start.month, "day": start.day}


class _AddEvent(_Calendar):
    """`first_day` and `last_day` of October between which the event may lie."""

    first_day: ClassVar[int] = 15
    last_day: ClassVar[int] = 31
    when: ClassVar[str]
    max_steps = 34
    complexity = 3
    params: ClassVar[Mapping[str, Param]] = {
        **_Calendar.date_params,
        "hour": IntParam(0, 23),
        "duration_mins": IntParam(15, 60, 15),
        "event_title": TextParam((), 180),
        "event_description": TextParam((), 500),
        "row_objects": rows_param(1, 1),
        "noise_row_objects": rows_param(0, 20),
    }

    def sample(self, rng: Random) -> dict[str, JsonValue]:
        return self.with_event(rng, in_october(rng, first=self.first_day, last=self.last_day))

    def with_event(self, rng: Random, event: Event) -> dict[str, JsonValue]:
        others = noise(rng, rng.randint(0, 20), lambda other: other["title"] != event["title"])
        return {
            **self.named(event),
            "hour": start_of(event).hour,
            "duration_mins": minutes_of(event),
            "event_title": event["title"],
            "event_description": event["description"],
            "row_objects": [event],
            "noise_row_objects": [*others],
        }

    def goal_text(self, params: Mapping[str, JsonValue]) -> str:
        when = self.when.format(**params)
        return (
            f"Put an event into Simple Calendar Pro {when} at {params['hour']}:00. Its title is "
            f'"{params["event_title"]}", its description "{params["event_description"]}", and it takes '
            f"{params['duration_mins']} minutes."
        )

    async def set_up(self, device: Device, task: Task) -> None:
        await put_events(device, task, "noise_row_objects")

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        before = EVENTS.numbered(tables.rows_param(task, "noise_row_objects"))
        wanted = tables.rows_param(task, "row_objects")
        after = await EVENTS.rows(device)
        return await judge(device, also=[tables.added(EVENTS, before, after, wanted, exact=_EXACT, alike=_ALIKE)])

    def expert(self, task: Task) -> Script:
        wanted = tables.rows_param(task, "row_objects")[0]
        repetition = _INTERVALS[text_param(task.params, "repeat_rule")][0] if "repeat_rule" in task.params else ""
        yield from open_calendar()
        yield from new_event(
            text_param(task.params, "event_title"),
            text_param(task.params, "event_description"),
            start_of(wanted),
            minutes_of(wanted),
            repetition,
        )


class SimpleCalendarAddOneEvent(_AddEvent):
    name = "SimpleCalendarAddOneEvent"
    when = "on {year}-{month}-{day}"


class SimpleCalendarAddOneEventInTwoWeeks(_AddEvent):
    name = "SimpleCalendarAddOneEventInTwoWeeks"
    when = "two weeks from today"
    first_day = last_day = TODAY.day + 14


class SimpleCalendarAddOneEventTomorrow(_AddEvent):
    name = "SimpleCalendarAddOneEventTomorrow"
    when = "tomorrow"
    first_day = last_day = TODAY.day + 1


class SimpleCalendarAddOneEventRelativeDay(_AddEvent):
    """The goal names the day of the week; from Monday to Saturday of the coming week."""

    name = "SimpleCalendarAddOneEventRelativeDay"
    when = "this {day_of_week}"
    first_day, last_day = TODAY.day + 1, TODAY.day + 6
    params = {**_AddEvent.params, "day_of_week": ChoiceParam(_WEEKDAYS)}

    def with_event(self, rng: Random, event: Event) -> dict[str, JsonValue]:
        return {**super().with_event(rng, event), "day_of_week": f"{start_of(event):%A}"}


class SimpleCalendarAddRepeatingEvent(_AddEvent):
    """`repeat_rule` is `daily` or `weekly`; the row holds the app's numbers for it."""

    name = "SimpleCalendarAddRepeatingEvent"
    params = {**_AddEvent.params, "repeat_rule": ChoiceParam(tuple(_INTERVALS))}
    when = "that starts on {year}-{month}-{day}"

    def sample(self, rng: Random) -> dict[str, JsonValue]:
        rule = rng.choice(tuple(_INTERVALS))
        event = in_october(rng)
        # The app keeps weekdays as a bit mask that starts with Monday.
        mask = 1 << start_of(event).weekday() if rule == "weekly" else 0
        event |= {"repeat_interval": _INTERVALS[rule][1], "repeat_rule": mask}
        return {**self.with_event(rng, event), "repeat_rule": rule}

    def goal_text(self, params: Mapping[str, JsonValue]) -> str:
        return f"{super().goal_text(params)} It repeats {params['repeat_rule']} without an end."


class _DeleteEvents(_Calendar):
    """The rows to delete come after the others in the database, so they have the highest ids."""

    count: ClassVar[int]
    first_day: ClassVar[int] = 15
    last_day: ClassVar[int] = 31

    def sample(self, rng: Random) -> dict[str, JsonValue]:
        day = rng.randint(self.first_day, self.last_day)
        events = [in_october(rng, first=day, last=day) for _ in range(self.count)]
        others = noise(rng, 20, lambda other: start_of(other).day != day)
        return {**self.named(events[0]), "row_objects": [*events], "noise_row_objects": [*others]}

    async def set_up(self, device: Device, task: Task) -> None:
        await put_events(device, task, "noise_row_objects", "row_objects")

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        others, meant = (tables.rows_param(task, name) for name in ("noise_row_objects", "row_objects"))
        before, after = EVENTS.numbered([*others, *meant]), await EVENTS.rows(device)
        gone = range(len(others) + 1, len(before) + 1)
        return await judge(device, also=[tables.removed(EVENTS, before, after, gone)])

    def is_meant(self, task: Task, entry: Entry) -> bool:
        """Whether this event of the day's list is to go; one that began the day before is not this day's."""
        return not entry.elsewhere

    def expert(self, task: Task) -> Script:
        yield from open_calendar()
        yield from open_day(_day(task.params))
        marked = 0
        while True:
            entries = yield from read_list()
            left = [entry for entry in entries if self.is_meant(task, entry) and not entry.selected]
            if not left:
                break
            # Marking moves nothing, so every entry of a list that fits the screen is still where it was read.
            for entry in left:
                at = entry.bounds.center
                yield LongPress(at=at) if marked == 0 else Click(at=at)
                marked += 1
        if not marked:
            raise ExpertStuck(f"no event to delete on {_day(task.params)}")
        yield from tap(description="Delete")
        yield from tap(text="Yes")


class SimpleCalendarDeleteEvents(_DeleteEvents):
    name = "SimpleCalendarDeleteEvents"
    goal = "Clear {year}-{month}-{day} in Simple Calendar Pro: delete every event of that day."
    count = 3
    max_steps = 14
    params = {**_Calendar.date_params, "row_objects": rows_param(3, 3), "noise_row_objects": rows_param(20, 20)}


class SimpleCalendarDeleteEventsOnRelativeDay(_DeleteEvents):
    name = "SimpleCalendarDeleteEventsOnRelativeDay"
    goal = "In Simple Calendar Pro, delete everything that is planned for this {day_of_week}."
    count = 2
    max_steps = 12
    first_day, last_day = TODAY.day + 1, TODAY.day + 6
    params = {
        **_Calendar.date_params,
        "day_of_week": ChoiceParam(_WEEKDAYS),
        "row_objects": rows_param(2, 2),
        "noise_row_objects": rows_param(20, 20),
    }

    def sample(self, rng: Random) -> dict[str, JsonValue]:
        params = super().sample(rng)
        return {**params, "day_of_week": f"{_day(params):%A}"}


class SimpleCalendarDeleteOneEvent(_DeleteEvents):
    name = "SimpleCalendarDeleteOneEvent"
    goal = (
        'Delete the event "{event_title}" from Simple Calendar Pro. It is on {year}-{month}-{day} and starts at '
        "{hour}:00."
    )
    count = 1
    max_steps = 12
    params = {
        **_Calendar.date_params,
        "hour": IntParam(0, 23),
        "duration_mins": IntParam(15, 60, 15),
        "event_title": TextParam((), 180),
        "event_description": TextParam((), 500),
        "row_objects": rows_param(1, 1),
        "noise_row_objects": rows_param(20, 20),
    }

    def sample(self, rng: Random) -> dict[str, JsonValue]:
        event = in_october(rng)
        start_ts, name = event["start_ts"], event["title"]
        others = noise(rng, 20, lambda other: other["start_ts"] != start_ts and other["title"] != name)
        return {
            **self.named(event),
            "hour": start_of(event).hour,
            "duration_mins": minutes_of(event),
            "event_title": event["title"],
            "event_description": event["description"],
            "row_objects": [event],
            "noise_row_objects": [*others],
        }

    def is_meant(self, task: Task, entry: Entry) -> bool:
        named = entry.title == text_param(task.params, "event_title")
        return named and not entry.elsewhere and str(entry.start.hour) == text_param(task.params, "hour")


TEMPLATES: Final = (
    SimpleCalendarAddOneEvent(),
    SimpleCalendarAddOneEventInTwoWeeks(),
    SimpleCalendarAddOneEventRelativeDay(),
    SimpleCalendarAddOneEventTomorrow(),
    SimpleCalendarAddRepeatingEvent(),
    SimpleCalendarDeleteEvents(),
    SimpleCalendarDeleteEventsOnRelativeDay(),
    SimpleCalendarDeleteOneEvent(),
    *calendar_answers.TEMPLATES,
)
