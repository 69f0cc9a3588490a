"""OpenTracks: six questions about recorded activities. Decided by the agent's answer."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from datetime import date, timedelta
from random import Random
from typing import ClassVar, Final

from device_farm.device import Device
from device_farm.types.task import JsonValue, Task
from device_farm.types.trajectory import Scored
from gui_agent.benchmarks.androidworld.answer_probes import NumberAnswered, TextsAnswered
from gui_agent.benchmarks.androidworld.screens import read_list, start_app
from gui_agent.benchmarks.androidworld.setting import generator_of, set_clock
from gui_agent.benchmarks.androidworld.spoken_dates import reworded, understood, written
from gui_agent.benchmarks.androidworld.tasks.tracks_hand import (
    LIST,
    Asking,
    SeenTrack,
    track_line,
    tracks_of_type,
    type_of,
)
from gui_agent.benchmarks.androidworld.tasks.tracks_state import (
    MONDAY,
    TODAY,
    Activity,
    clock_time,
    put_activities,
    shown_distance,
    with_noise,
)
from gui_agent.benchmarks.base import Script, TaskTemplate
from gui_agent.benchmarks.basics.phone.common import text_param
from gui_agent.benchmarks.params import ChoiceParam, Param, TextParam
from gui_agent.benchmarks.ui import answer
from verifier.rules.base import Probe, judge

TOLERANCE_M: Final = 10.0
"""Distances are rounded where the screen shows them (AndroidWorld's `tolerance`)."""

CATEGORIES: Final = (
    *("running", "cycling", "swimming", "hiking", "mountain biking", "kayaking"),
    *("skiing", "snow boarding", "skate boarding", "climbing", "inline skating", "sailing"),
)
_MINUTES: Final = (15, 20, 30, 40, 45, 50, 60, 75, 80, 90, 105, 120, 135, 150, 165, 180, 210, 240, 270)
_METRES: Final = (
    *(100, 300, 500, 800, 1000, 1200, 1500, 2000, 2500, 3000),
    *(3500, 4000, 4500, 5000, 6000, 7000, 8000, 9000, 10000, 12000),
)
_TIMES: Final = ("6:15am", "7:30am", "8:00am", "9:45am", "11:00am", "12:00pm", "1:30pm", "2:45pm", "4:00pm", "5:45pm")
_HEIGHTS: Final = (50, 75, 100, 150, 200, 300, 450, 600, 800, 1000, 1200)
_NAMES: Final = ("Felt heavy", "New shoes", "Chasing Ines", "Half asleep", "Perfect day", "Test of the watch")
_DESCRIPTIONS: Final = (
    "Rain all the way, and no jacket.",
    "Met the whole team at the end.",
    "Slower than planned, happier too.",
    "Got lost once, found a café.",
)
_THIS_WEEK: Final = tuple(written(MONDAY + timedelta(days=number)) for number in range(7))


def _last_days(count: int, skip: int = 0) -> ChoiceParam:
    return ChoiceParam(tuple(written(TODAY - timedelta(days=number)) for number in range(skip, skip + count)))


def _params(dates: Mapping[str, Param]) -> dict[str, Param]:
    """The parameters of all six, with their own dates first."""
    return {
        **dates,
        "category": ChoiceParam(CATEGORIES),
        "duration": ChoiceParam(tuple(map(str, _MINUTES))),
        "distance": ChoiceParam(tuple(map(str, _METRES))),
        "start_time": ChoiceParam(_TIMES),
        "elevation": ChoiceParam(tuple(map(str, _HEIGHTS))),
        "activity_name": TextParam(_NAMES),
        "activity_description": TextParam(_DESCRIPTIONS, 120),
    }


def _drawn(task: Task, rng: Random, **fixed: object) -> Activity:
    """An activity with the task's values where `fixed` names them, and drawn ones elsewhere."""
    day, category, minutes, metres = (fixed.get(name) for name in ("day", "category", "minutes", "metres"))
    return Activity(
        name=rng.choice(_NAMES),
        description=rng.choice(_DESCRIPTIONS),
        category=str(category if category is not None else task.params["category"]),
        day=day if isinstance(day, date) else understood(rng.choice(_THIS_WEEK), TODAY),
        at=clock_time(rng.choice(_TIMES)),
        minutes=minutes if isinstance(minutes, int) else rng.choice(_MINUTES),
        distance_m=shown_distance(metres if isinstance(metres, int) else rng.choice(_METRES)),
        gain_m=rng.choice(_HEIGHTS),
        loss_m=rng.choice(_HEIGHTS),
    )


def _day(task: Task, name: str) -> date:
    return understood(text_param(task.params, name), TODAY)


def _number(task: Task, name: str) -> int:
    return int(text_param(task.params, name))


class _Tracks(TaskTemplate):
    tags: ClassVar[tuple[str, ...]] = ("open tracks sports tracker",)
    evaluator = "answer"
    max_steps = 10
    params = _params({"start_date": ChoiceParam(_THIS_WEEK)})
    dates: ClassVar[tuple[str, ...]] = ()
    """Parameters that the goal words anew."""

    def goal_text(self, params: Mapping[str, JsonValue]) -> str:
        rng = Random(f"words {sorted(params.items())}")
        spoken = {name: reworded(understood(text_param(params, name), TODAY), TODAY, rng) for name in self.dates}
        return self.goal.format(**{**params, **spoken})

    @abstractmethod
    def wanted(self, task: Task, rng: Random) -> list[Activity]:
        """The activities that the question is about."""

    @abstractmethod
    def excluded(self, task: Task, row: Activity) -> bool:
        """Whether another activity would change the answer."""

    @abstractmethod
    def probe(self, wanted: list[Activity], answer: str | None) -> Probe:
        """The question whether the answer is right."""

    async def set_up(self, device: Device, task: Task) -> None:
        rng = generator_of(task)
        rows = with_noise(self.wanted(task, rng), lambda row: self.excluded(task, row), rng)
        await set_clock(device)
        await put_activities(device, rows, rng)

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        return await judge(device, self.probe(self.wanted(task, generator_of(task)), answer))


def _in_week(row: Activity) -> bool:
    return MONDAY <= row.day <= TODAY


def _of_type(task: Task, row: Activity) -> bool:
    return text_param(task.params, "category").lower() in row.category


class _OfOneType(_Tracks):
    """The answer follows from the lines of one type."""

    def expert(self, task: Task) -> Script:
        found = yield from self.read(task)
        yield from answer(self.told(found))

    def read(self, task: Task) -> Asking:
        """The activities that the expert finds on the screen."""
        return tracks_of_type(text_param(task.params, "category").lower(), MONDAY, TODAY)

    @abstractmethod
    def told(self, found: list[SeenTrack]) -> str:
        """The answer that follows from them."""


class SportsTrackerActivitiesCountForWeek(_OfOneType):
    name = "SportsTrackerActivitiesCountForWeek"
    goal = "How often did I go {category} this week, Monday to Sunday, by OpenTracks? Answer with a whole number."

    def wanted(self, task: Task, rng: Random) -> list[Activity]:
        return [_drawn(task, rng) for _ in range(2)]

    def excluded(self, task: Task, row: Activity) -> bool:
        return _of_type(task, row) and _in_week(row)

    def probe(self, wanted: list[Activity], answer: str | None) -> Probe:
        return NumberAnswered(answer=answer, expected=len(wanted))

    def told(self, found: list[SeenTrack]) -> str:
        return str(len(found))


class SportsTrackerTotalDurationForCategoryThisWeek(SportsTrackerActivitiesCountForWeek):
    name = "SportsTrackerTotalDurationForCategoryThisWeek"
    goal = (
        "Add up the duration of my {category} activities of this week, Monday to Sunday, in OpenTracks. Answer with "
        "whole minutes, the number alone."
    )

    def probe(self, wanted: list[Activity], answer: str | None) -> Probe:
        return NumberAnswered(answer=answer, expected=sum(row.minutes for row in wanted))

    def told(self, found: list[SeenTrack]) -> str:
        return str(sum(track.minutes for track in found))


class SportsTrackerLongestDistanceActivity(_OfOneType):
    name = "SportsTrackerLongestDistanceActivity"
    goal = (
        "In OpenTracks, which distance had my longest {category} activity of this week, Monday to Sunday? Answer in "
        "metres, rounded to a whole number, the number alone."
    )

    def wanted(self, task: Task, rng: Random) -> list[Activity]:
        return [_drawn(task, rng, day=_day(task, "start_date"), metres=_number(task, "distance"))]

    def excluded(self, task: Task, row: Activity) -> bool:
        longest = shown_distance(_number(task, "distance"))
        return _of_type(task, row) and _in_week(row) and row.distance_m >= longest

    def probe(self, wanted: list[Activity], answer: str | None) -> Probe:
        return NumberAnswered(answer=answer, expected=wanted[0].distance_m, tolerance=TOLERANCE_M)

    def told(self, found: list[SeenTrack]) -> str:
        return str(max((track.whole_metres for track in found), default=0))


class SportsTrackerActivityDuration(_OfOneType):
    name = "SportsTrackerActivityDuration"
    goal = "How many minutes did my {category} activity of {date} take, by OpenTracks? Answer with a whole number."
    params = _params({"date": _last_days(11)})
    dates = ("date",)

    def wanted(self, task: Task, rng: Random) -> list[Activity]:
        return [_drawn(task, rng, day=_day(task, "date"), minutes=_number(task, "duration"))]

    def excluded(self, task: Task, row: Activity) -> bool:
        return _of_type(task, row) and row.day == _day(task, "date")

    def probe(self, wanted: list[Activity], answer: str | None) -> Probe:
        return NumberAnswered(answer=answer, expected=wanted[0].minutes)

    def read(self, task: Task) -> Asking:
        day = _day(task, "date")
        return tracks_of_type(text_param(task.params, "category").lower(), day, day)

    def told(self, found: list[SeenTrack]) -> str:
        return str(found[0].minutes) if found else "0"


class SportsTrackerTotalDistanceForCategoryOverInterval(_OfOneType):
    name = "SportsTrackerTotalDistanceForCategoryOverInterval"
    goal = (
        "How far did I get with {category} from {start_date} to {end_date} altogether, according to OpenTracks? Answer "
        "in metres, rounded to a whole number, the number alone."
    )
    max_steps = 20
    params = _params({"start_date": _last_days(7, 6), "end_date": _last_days(6)})
    dates = ("start_date", "end_date")

    def wanted(self, task: Task, rng: Random) -> list[Activity]:
        return [_drawn(task, rng, day=_day(task, "start_date")) for _ in range(2)]

    def excluded(self, task: Task, row: Activity) -> bool:
        return _of_type(task, row) and _day(task, "start_date") <= row.day <= _day(task, "end_date")

    def probe(self, wanted: list[Activity], answer: str | None) -> Probe:
        total = sum(row.distance_m for row in wanted)
        return NumberAnswered(answer=answer, expected=total, tolerance=TOLERANCE_M)

    def read(self, task: Task) -> Asking:
        category = text_param(task.params, "category").lower()
        return tracks_of_type(category, _day(task, "start_date"), _day(task, "end_date"))

    def told(self, found: list[SeenTrack]) -> str:
        return str(round(sum(track.metres for track in found)))


class SportsTrackerActivitiesOnDate(_Tracks):
    name = "SportsTrackerActivitiesOnDate"
    goal = (
        "Which types of activity does OpenTracks have for {date}? Answer with the types only, with commas between them "
        "where there are several."
    )
    max_steps = 20
    params = _params({"date": _last_days(20, 3)})
    dates = ("date",)

    def wanted(self, task: Task, rng: Random) -> list[Activity]:
        day = _day(task, "date")
        return [_drawn(task, rng, day=day, category=category) for category in rng.sample(CATEGORIES, 2)]

    def excluded(self, task: Task, row: Activity) -> bool:
        return row.day == _day(task, "date")

    def probe(self, wanted: list[Activity], answer: str | None) -> Probe:
        return TextsAnswered(answer=answer, expected=tuple(row.category for row in wanted))

    def expert(self, task: Task) -> Script:
        day = _day(task, "date")
        yield from start_app("OpenTracks")
        seen = yield from read_list(LIST, track_line, until=lambda track: track.day < day)
        types: dict[SeenTrack, str] = {}
        # The last ones are in sight when the reading ends.
        for track in reversed([track for track in seen if track.day == day]):
            types[track] = yield from type_of(track)
        yield from answer(", ".join(dict.fromkeys(types.values())))


TEMPLATES: Final[tuple[TaskTemplate, ...]] = (
    SportsTrackerActivitiesCountForWeek(),
    SportsTrackerActivitiesOnDate(),
    SportsTrackerActivityDuration(),
    SportsTrackerLongestDistanceActivity(),
    SportsTrackerTotalDistanceForCategoryOverInterval(),
    SportsTrackerTotalDurationForCategoryThisWeek(),
)
