"""What the calendar's nine questions share: events among others, an answer, an expert that reads a day."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from random import Random
from typing import ClassVar, Final, TypeAlias

from device_farm.device import Device
from device_farm.types.action import Action
from device_farm.types.observation import Observation
from device_farm.types.task import JsonValue, Task
from device_farm.types.trajectory import Evidence, Scored
from gui_agent.benchmarks.androidworld import tables
from gui_agent.benchmarks.androidworld.answer_probes import TextsAnswered
from gui_agent.benchmarks.androidworld.spoken_dates import FORMAT, awaited, reworded
from gui_agent.benchmarks.androidworld.tasks import calendar_samples as samples
from gui_agent.benchmarks.androidworld.tasks.calendar_events import (
    TODAY,
    Event,
    around,
    at,
    event,
    put_events,
    rows_param,
)
from gui_agent.benchmarks.androidworld.tasks.calendar_hand import (
    Entry,
    open_calendar,
    open_day,
    read_list,
)
from gui_agent.benchmarks.base import Look, Script, TaskTemplate
from gui_agent.benchmarks.basics.phone.common import text_param
from gui_agent.benchmarks.params import Param, TextParam
from gui_agent.benchmarks.ui import ExpertStuck, answer
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


class Question(TaskTemplate):
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


def declared(*names: str, events: int = 1) -> Mapping[str, Param]:
    return {
        **{name: TextParam((), 200) for name in (*names, "date_words")},
        "row_objects": rows_param(events, events),
        "noise_row_objects": rows_param(0, _NOISE),
    }


def on_day(rng: Random, clock: str, name: str, day: date, *, minutes: int = 60, **values: JsonValue) -> Event:
    moment = samples.read_clock(clock)
    return event(at(day, moment.hour, moment.minute), minutes, name, **values)
