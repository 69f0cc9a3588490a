"""Clock: alarms, a timer, the stopwatch. Decided by the alarm database and the clock's preferences."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import ClassVar

from device_farm.device import Device
from device_farm.types.task import JsonValue, Task
from device_farm.types.trajectory import Scored
from gui_agent.benchmarks.base import Script, TaskTemplate
from gui_agent.benchmarks.basics.phone.common import launch, run
from gui_agent.benchmarks.params import ChoiceParam, IntParam
from gui_agent.benchmarks.ui import Match, scroll_to, tap, toggle, type_into
from verifier.rules.base import judge
from verifier.rules.database import RowExists
from verifier.rules.preferences import PreferenceEquals

PACKAGE = "com.google.android.deskclock"
DATABASE = f"/data/data/{PACKAGE}/databases/alarms.db"
_TIMER_RUNNING = "1"
_STOPWATCH_RUNNING = "1"

HOUR = IntParam(1, 12)
MINUTE = IntParam(0, 59)
HALF = ChoiceParam(("AM", "PM"))


def _hour_24(params: Mapping[str, JsonValue]) -> int:
    return int(str(params["hour"])) % 12 + (12 if params["half"] == "PM" else 0)


def _minute(params: Mapping[str, JsonValue]) -> int:
    return int(str(params["minute"]))


def _shown_time(params: Mapping[str, JsonValue]) -> str:
    return f"{params['hour']}:{_minute(params):02d} {params['half']}"


async def _put_alarm(device: Device, params: Mapping[str, JsonValue], *, enabled: bool) -> None:
    await run(
        device,
        f'sqlite3 {DATABASE} "INSERT INTO alarm_templates (hour, minutes, daysofweek, enabled, vibrate, label) '
        f"VALUES ({_hour_24(params)}, {_minute(params)}, 0, {int(enabled)}, 1, '')\"",
    )


def _alarm_rows(params: Mapping[str, JsonValue], *, enabled: bool | None = None, present: bool = True) -> RowExists:
    """Rows of the template table with the task's time."""
    condition = "" if enabled is None else f" AND enabled = {int(enabled)}"
    return RowExists(
        path=DATABASE,
        sql=f"SELECT hour, minutes, enabled FROM alarm_templates WHERE hour = ? AND minutes = ?{condition}",
        parameters=(_hour_24(params), _minute(params)),
        at_least=1 if present else 0,
        at_most=None if present else 0,
    )


class _AtTime(TaskTemplate):
    """A task about one alarm. The two alarms that the clock comes with are left out of the sampled times."""

    params = {"hour": HOUR, "minute": MINUTE, "half": HALF}
    tags: ClassVar[tuple[str, ...]] = ("clock",)

    def sample(self, rng: Random) -> dict[str, JsonValue]:
        values = super().sample(rng)
        while (_hour_24(values), _minute(values)) in ((8, 30), (9, 0)):
            values = super().sample(rng)
        return values

    def goal_text(self, params: Mapping[str, JsonValue]) -> str:
        return self.goal.format(time=_shown_time(params))


class PhoneAddAlarm(_AtTime):
    name = "PhoneAddAlarm"
    goal = "Set an alarm for {time}."
    tags = ("clock", "picker")
    complexity = 3
    max_steps = 20

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        return await judge(device, _alarm_rows(task.params, enabled=True))

    def expert(self, task: Task) -> Script:
        yield from launch("Clock")
        yield from tap(text="Alarm")
        yield from tap(description="Add alarm")
        yield from tap(resource_id="material_timepicker_mode_button")
        yield from type_into(str(task.params["hour"]), resource_id="material_hour_text_input")
        yield from type_into(f"{_minute(task.params):02d}", resource_id="material_minute_text_input")
        yield from tap(text=str(task.params["half"]))
        yield from tap(text="OK")


class PhoneAlarmOff(_AtTime):
    name = "PhoneAlarmOff"
    goal = "Turn off the {time} alarm without deleting it."

    async def set_up(self, device: Device, task: Task) -> None:
        await _put_alarm(device, task.params, enabled=True)

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        return await judge(
            device,
            _alarm_rows(task.params, enabled=False),
            _alarm_rows(task.params, enabled=True, present=False),
        )

    def expert(self, task: Task) -> Script:
        switch = Match(description=f"{_shown_time(task.params)} alarm")
        yield from launch("Clock")
        yield from tap(text="Alarm")
        yield from scroll_to(match=switch)
        yield from toggle(switch, on=False)


class PhoneDeleteAlarm(_AtTime):
    name = "PhoneDeleteAlarm"
    goal = "Delete the {time} alarm, and no other."
    complexity = 2

    async def set_up(self, device: Device, task: Task) -> None:
        await _put_alarm(device, task.params, enabled=False)

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        others = RowExists(path=DATABASE, sql="SELECT _id FROM alarm_templates", at_least=2, at_most=2)
        return await judge(device, _alarm_rows(task.params, present=False), others)

    def expert(self, task: Task) -> Script:
        yield from launch("Clock")
        yield from tap(text="Alarm")
        card = yield from scroll_to(match=Match(description=_shown_time(task.params)))
        # The time itself opens the time picker; the arrow opens the card.
        yield from tap(Match(description="Expand alarm", within=card.bounds))
        yield from scroll_to(match=Match(text="Delete"))
        yield from tap(text="Delete")


class PhoneTimer(TaskTemplate):
    name = "PhoneTimer"
    goal = "Start a timer of {minutes} minutes and {seconds} seconds."
    params = {"minutes": IntParam(6, 59), "seconds": IntParam(0, 55, 5)}
    tags = ("clock", "keypad")
    complexity = 2
    max_steps = 20

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        length_ms = (int(str(task.params["minutes"])) * 60 + int(str(task.params["seconds"]))) * 1000
        return await judge(
            device,
            PreferenceEquals(package=PACKAGE, key="timer_setup_timet_0", expected=str(length_ms)),
            PreferenceEquals(package=PACKAGE, key="timer_state_0", expected=_TIMER_RUNNING),
        )

    def expert(self, task: Task) -> Script:
        yield from launch("Clock")
        yield from tap(text="Timer")
        for digit in f"{task.params['minutes']}{int(str(task.params['seconds'])):02d}":
            yield from tap(resource_id=f"timer_setup_digit_{digit}")
        yield from tap(description="Start")


class PhoneStopwatchLaps(TaskTemplate):
    name = "PhoneStopwatchLaps"
    goal = "Start the stopwatch and record {laps} laps; leave it running."
    params = {"laps": IntParam(2, 5)}
    tags = ("clock",)
    complexity = 2

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        return await judge(
            device,
            PreferenceEquals(package=PACKAGE, key="sw_lap_num", expected=str(task.params["laps"])),
            PreferenceEquals(package=PACKAGE, key="sw_state", expected=_STOPWATCH_RUNNING),
        )

    def expert(self, task: Task) -> Script:
        yield from launch("Clock")
        yield from tap(text="Stopwatch")
        yield from tap(description="Start")
        for _ in range(int(str(task.params["laps"]))):
            yield from tap(description="Lap")


TEMPLATES: tuple[TaskTemplate, ...] = (
    PhoneAddAlarm(),
    PhoneAlarmOff(),
    PhoneDeleteAlarm(),
    PhoneTimer(),
    PhoneStopwatchLaps(),
)
