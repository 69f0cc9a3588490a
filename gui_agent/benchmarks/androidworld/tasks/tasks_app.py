"""Tasks.org: six questions that are answered from what its list shows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from random import Random
from typing import ClassVar, Final

from device_farm.device import Device
from device_farm.types.task import JsonValue, Task
from device_farm.types.trajectory import Scored
from gui_agent.benchmarks.androidworld import tables
from gui_agent.benchmarks.androidworld.answer_probes import NumberAnswered, TextsAnswered
from gui_agent.benchmarks.androidworld.spoken_dates import awaited, reworded, understood, written
from gui_agent.benchmarks.androidworld.tasks.tasks_hand import (
    COMPLETED,
    HIGH_PRIORITY,
    OVERDUE,
    Entries,
    Entry,
    group_by,
    heading_day,
    mix_completed,
    open_tasks,
    past,
    read_tasks,
    says,
)
from gui_agent.benchmarks.androidworld.tasks.tasks_rows import (
    HIGH,
    NOISE,
    NOTES,
    TITLES,
    TODAY,
    Todo,
    due_day,
    in_ms,
    noise,
    put_tasks,
    rows_param,
    todo,
)
from gui_agent.benchmarks.base import Script, TaskTemplate
from gui_agent.benchmarks.basics.phone.common import text_param
from gui_agent.benchmarks.params import Param, TextParam
from gui_agent.benchmarks.ui import ExpertStuck, answer
from verifier.rules.base import Probe, judge

_CLOCKS: Final = ("8:00am", "9:45am", "12pm", "2:30pm", "16:15", "7pm")
_SUNDAY: Final = TODAY + timedelta(days=7)


def day_of(params: Mapping[str, JsonValue]) -> date:
    return awaited(text_param(params, "date"), TODAY)


def _coming_day(rng: Random) -> date:
    return TODAY + timedelta(days=rng.randrange(15))


def _declared(*names: str, rows: int) -> Mapping[str, Param]:
    return {
        **{name: TextParam((), 200) for name in names},
        "row_objects": rows_param(rows, rows),
        "noise_row_objects": rows_param(0, NOISE),
    }


class _Question(TaskTemplate):
    """`row_objects` are the tasks asked about; they lie among NOISE others in `noise_row_objects`."""

    tags: ClassVar[tuple[str, ...]] = ("tasks", "information-retrieval")
    evaluator = "answer"
    max_steps = 10

    async def set_up(self, device: Device, task: Task) -> None:
        await put_tasks(device, task)

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        return await judge(device, self.probe(task, answer))

    def probe(self, task: Task, answer: str | None) -> Probe:
        titles = tuple(str(row["title"]) for row in tables.rows_param(task, "row_objects"))
        return TextsAnswered(answer=answer, expected=titles)

    def expert(self, task: Task) -> Script:
        yield from open_tasks()
        entries = yield from self.read(task.params)
        if not entries:
            raise ExpertStuck("no task that the question could mean is on the screen")
        yield from answer(self.said(entries))

    def said(self, entries: list[Entry]) -> str:
        return ", ".join(entry.title for entry in entries)

    def read(self, params: Mapping[str, JsonValue]) -> Entries:
        """The tasks that answer the question."""
        raise TypeError(f"{self.name} reads nothing")

    @staticmethod
    def three(rng: Random, day: date, **values: JsonValue) -> list[Todo]:
        """Three tasks due on `day`, which have begun."""
        begun = [in_ms(TODAY - timedelta(days=away)) for away in (5, 6, 4)]
        return [
            todo(rng, name, in_ms(day), hideUntil=start, notes=rng.choice(NOTES), importance=rng.randrange(4), **values)
            for name, start in zip(rng.sample(TITLES, 3), begun, strict=True)
        ]


class TasksDueOnDate(_Question):
    name = "TasksDueOnDate"
    goal = (
        "Which tasks does the Tasks app list as due {date_words}? Give their titles and nothing else, separated by "
        "commas."
    )
    params = _declared("date", "date_words", "importance", "title", "notes", rows=3)

    def sample(self, rng: Random) -> dict[str, JsonValue]:
        day = _coming_day(rng)
        return {
            "date": written(day),
            "date_words": reworded(day, TODAY, rng),
            "importance": str(rng.randrange(4)),
            "title": rng.choice(TITLES),
            "notes": rng.choice(NOTES),
            "row_objects": [*self.three(rng, day)],
            "noise_row_objects": [*noise(rng, lambda row: due_day(row) != day)],
        }

    def read(self, params: Mapping[str, JsonValue]) -> Entries:
        day = day_of(params)
        entries = yield from read_tasks(past(day))
        return [entry for entry in entries if heading_day(entry.heading) == day]


class TasksIncompleteTasksOnDate(_Question):
    name = "TasksIncompleteTasksOnDate"
    goal = (
        "What is still open in the Tasks app and due by {date_words}? Give the titles and nothing else, separated by "
        "commas."
    )
    params = _declared("date", "date_words", "title", "importance", "notes", "time", rows=3)

    def sample(self, rng: Random) -> dict[str, JsonValue]:
        day = _coming_day(rng)
        return {
            "date": written(day),
            "date_words": reworded(day, TODAY, rng),
            "title": rng.choice(TITLES),
            "importance": str(rng.randrange(4)),
            "notes": rng.choice(NOTES),
            "time": rng.choice(_CLOCKS),
            "row_objects": [*self.three(rng, day)],
            "noise_row_objects": [*noise(rng, lambda row: row["completed"] != 0 or due_day(row) > day)],
        }

    def read(self, params: Mapping[str, JsonValue]) -> Entries:
        day = day_of(params)
        entries = yield from read_tasks(past(day))
        return [entry for entry in entries if not entry.done and self._is_by(entry, day)]

    @staticmethod
    def _is_by(entry: Entry, day: date) -> bool:
        found = heading_day(entry.heading)
        return entry.heading == OVERDUE or (found is not None and found <= day)


class TasksCompletedTasksForDate(_Question):
    """The date is the one that the tasks were due on."""

    name = "TasksCompletedTasksForDate"
    goal = (
        "Which of the tasks that were due {date_words} are completed in the Tasks app? Give their titles and nothing "
        "else, separated by commas."
    )
    params = _declared("date", "date_words", "completed_date", "title", "notes", "time", rows=3)

    def sample(self, rng: Random) -> dict[str, JsonValue]:
        day = TODAY + timedelta(days=rng.randrange(11) - 5)
        done = TODAY - timedelta(days=rng.randrange(6))
        return {
            "date": written(day),
            "date_words": f"{day:%B} {day.day}",
            "completed_date": written(done),
            "title": rng.choice(TITLES),
            "notes": rng.choice(NOTES),
            "time": rng.choice(_CLOCKS),
            "row_objects": [*self.three(rng, day, completed=in_ms(done))],
            "noise_row_objects": [*noise(rng, lambda row: due_day(row) != day)],
        }

    def read(self, params: Mapping[str, JsonValue]) -> Entries:
        """Under their dates: at the bottom, a row's `Tue` may be the last Tuesday or the next.

        So may the question's: of the two days that a bare weekday can be, the one with more completed tasks is meant.
        """
        words = text_param(params, "date")
        days = sorted({understood(words, TODAY), awaited(words, TODAY)})
        yield from mix_completed()
        entries = yield from read_tasks(past(days[-1]))
        found = [[entry for entry in entries if entry.done and self._is_due(entry, day)] for day in days]
        return max(found, key=len)

    @staticmethod
    def _is_due(entry: Entry, day: date) -> bool:
        if entry.heading == OVERDUE:
            return day < TODAY and says(entry, day)
        return heading_day(entry.heading) == day


class TasksDueNextWeek(_Question):
    name = "TasksDueNextWeek"
    goal = "How many tasks are due next week, from Monday to Sunday, in the Tasks app? Answer with a whole number."
    params = _declared("title", "notes", "due_date", rows=6)

    def sample(self, rng: Random) -> dict[str, JsonValue]:
        week = [TODAY + timedelta(days=away) for away in range(1, 8)]
        rows = [
            todo(rng, name, in_ms(day), hideUntil=in_ms(TODAY - timedelta(days=4)), notes=rng.choice(NOTES))
            for name, day in zip(rng.sample(TITLES, 6), rng.sample(week, 6), strict=True)
        ]
        return {
            "title": rng.choice(TITLES),
            "notes": rng.choice(NOTES),
            "due_date": written(rng.choice(week)),
            "row_objects": [*rows],
            "noise_row_objects": [*noise(rng, lambda row: due_day(row) not in week)],
        }

    def probe(self, task: Task, answer: str | None) -> Probe:
        return NumberAnswered(answer=answer, expected=len(tables.rows_param(task, "row_objects")))

    def said(self, entries: list[Entry]) -> str:
        return str(len(entries))

    def read(self, params: Mapping[str, JsonValue]) -> Entries:
        entries = yield from read_tasks(past(_SUNDAY))
        days = [(entry, heading_day(entry.heading)) for entry in entries]
        return [entry for entry, day in days if day is not None and TODAY < day <= _SUNDAY]


class TasksHighPriorityTasks(_Question):
    name = "TasksHighPriorityTasks"
    goal = "Which tasks have high priority in the Tasks app? Give their titles and nothing else, separated by commas."
    params = _declared("task_title", "notes", "due_date", "time", "hide_until_date", rows=1)

    def sample(self, rng: Random) -> dict[str, JsonValue]:
        name, note = rng.choice(TITLES), rng.choice(NOTES)
        day, begun = TODAY + timedelta(days=rng.randrange(1, 8)), TODAY - timedelta(days=rng.randrange(6))
        row = todo(rng, name, in_ms(day), importance=HIGH, hideUntil=in_ms(begun), notes=note)
        return {
            "task_title": name,
            "notes": note,
            "due_date": written(day),
            "time": rng.choice(_CLOCKS),
            "hide_until_date": written(begun),
            "row_objects": [row],
            "noise_row_objects": [*noise(rng, lambda other: other["importance"] != HIGH)],
        }

    def read(self, params: Mapping[str, JsonValue]) -> Entries:
        yield from group_by("By priority")
        entries = yield from read_tasks(lambda heading: heading != HIGH_PRIORITY)
        return [entry for entry in entries if entry.heading == HIGH_PRIORITY]


class TasksHighPriorityTasksDueOnDate(_Question):
    name = "TasksHighPriorityTasksDueOnDate"
    goal = (
        "Which task with high priority is due {date_words} in the Tasks app? Give the title and nothing else; separate "
        "several by commas."
    )
    params = _declared("date", "date_words", "time", "title", rows=1)

    def sample(self, rng: Random) -> dict[str, JsonValue]:
        day, name = _coming_day(rng), rng.choice(TITLES)
        row = todo(rng, name, in_ms(day), importance=HIGH)
        return {
            "date": written(day),
            "date_words": reworded(day, TODAY, rng),
            "time": rng.choice(_CLOCKS),
            "title": name,
            "row_objects": [row],
            "noise_row_objects": [*noise(rng, lambda other: other["importance"] != HIGH or due_day(other) != day)],
        }

    def read(self, params: Mapping[str, JsonValue]) -> Entries:
        """Of the rows that say the same weekday, the one to come stands last: they are in order of their due dates."""
        day = day_of(params)
        yield from group_by("By priority")
        entries = yield from read_tasks(lambda heading: heading not in (HIGH_PRIORITY, COMPLETED))
        return [entry for entry in entries if entry.heading == HIGH_PRIORITY and says(entry, day)][-1:]


TEMPLATES: Final = (
    TasksCompletedTasksForDate(),
    TasksDueNextWeek(),
    TasksDueOnDate(),
    TasksHighPriorityTasks(),
    TasksHighPriorityTasksDueOnDate(),
    TasksIncompleteTasksOnDate(),
)
