"""Clock: a timer that is entered but not started, the stopwatch. Decided by what the clock's screen shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Final

from device_farm.device import Device
from device_farm.errors import VerifierError
from device_farm.types.observation import ObserveRequest
from device_farm.types.task import Task
from device_farm.types.trajectory import Evidence, Scored
from device_farm.types.ui_tree import UiNode
from gui_agent.benchmarks.androidworld.setting import set_clock
from gui_agent.benchmarks.base import Script, TaskTemplate
from gui_agent.benchmarks.basics.phone.common import launch, run
from gui_agent.benchmarks.params import IntParam
from gui_agent.benchmarks.ui import Match, present, tap, wait_for
from verifier.rules.base import judge, shown

PACKAGE: Final = "com.google.android.deskclock"
_ACTIVITY: Final = "DeskClock"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockShows:
    """The clock's main activity is in front, and `holds` is true of the elements on the screen."""

    what: str
    holds: Callable[[list[UiNode]], bool]

    async def check(self, device: Device) -> Evidence:
        observation = await device.observe(ObserveRequest(screenshot=False))
        if observation.ui_tree is None:
            raise VerifierError("the device gave no UI tree")
        nodes = [node for node in observation.ui_tree.walk() if "visible" in node.states]
        in_front = _ACTIVITY in observation.foreground.window
        labels = [label for node in nodes for label in (node.text, node.description) if label]
        return Evidence(
            probe="screen of the clock",
            observed=shown(f"{observation.foreground.window}: {' | '.join(labels)}"),
            expected=self.what,
            holds=in_front and self.holds(nodes),
        )


def _described(nodes: list[UiNode], description: str) -> bool:
    return any(node.description == description for node in nodes)


def _stopwatch_runs(nodes: list[UiNode]) -> bool:
    return _described(nodes, "Pause") and _described(nodes, "Lap")


def _stopwatch_stands(nodes: list[UiNode]) -> bool:
    """Both the title and the tab say Stopwatch when that tab is open."""
    named = sum("Stopwatch" in (node.text, node.description) for node in nodes)
    return _described(nodes, "Start") and named >= 2


class _Clock(TaskTemplate):
    tags: ClassVar[tuple[str, ...]] = ("clock",)
    max_steps = 10

    async def set_up(self, device: Device, task: Task) -> None:
        await set_clock(device)
        await run(device, f"pm clear {PACKAGE}")


class ClockTimerEntry(_Clock):
    name = "ClockTimerEntry"
    goal = (
        "Enter a timer of {hours} hours, {minutes} minutes and {seconds} seconds in the clock, but leave it unstarted."
    )
    params = {"hours": IntParam(0, 23), "minutes": IntParam(0, 59), "seconds": IntParam(0, 59)}

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        hours, minutes, seconds = _time(task)
        text = f"{hours:02d}h {minutes:02d}m {seconds:02d}s"
        spoken = f"{hours} hours, {minutes} minutes, {seconds} seconds"

        def shows(nodes: list[UiNode]) -> bool:
            return any(node.text == text or node.description == spoken for node in nodes)

        return await judge(device, ClockShows(what=text, holds=shows))

    def expert(self, task: Task) -> Script:
        hours, minutes, seconds = _time(task)
        yield from launch("Clock")
        yield from tap(text="Timer")
        digits = f"{hours:02d}{minutes:02d}{seconds:02d}".lstrip("0")
        # The key for two zeros saves a touch, and the budget is narrow.
        while digits:
            key = "00" if digits.startswith("00") else digits[0]
            yield from tap(resource_id=f"timer_setup_digit_{key}")
            digits = digits.removeprefix(key)


def _time(task: Task) -> tuple[int, int, int]:
    hours, minutes, seconds = (int(str(task.params[name])) for name in ("hours", "minutes", "seconds"))
    return hours, minutes, seconds


class ClockStopWatchRunning(_Clock):
    name = "ClockStopWatchRunning"
    goal = "Start the stopwatch and let it run."

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        return await judge(device, ClockShows(what="a running stopwatch: Pause and Lap", holds=_stopwatch_runs))

    def expert(self, task: Task) -> Script:
        yield from launch("Clock")
        yield from tap(text="Stopwatch")
        yield from tap(description="Start")


class ClockStopWatchPausedVerify(_Clock):
    name = "ClockStopWatchPausedVerify"
    goal = "Make sure that the stopwatch is paused."

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        return await judge(device, ClockShows(what="a stopwatch that stands: Start", holds=_stopwatch_stands))

    def expert(self, task: Task) -> Script:
        yield from launch("Clock")
        yield from tap(text="Stopwatch")
        yield from wait_for(Match(resource_id="stopwatch_time_text"))
        if (yield from present(Match(description="Pause"))):
            yield from tap(description="Pause")


TEMPLATES: Final[tuple[TaskTemplate, ...]] = (
    ClockStopWatchPausedVerify(),
    ClockStopWatchRunning(),
    ClockTimerEntry(),
)
