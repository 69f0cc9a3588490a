"""The state of the clock's main screen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from device_farm.simulator.apps.clock.timer_store import ClockPreferences
from device_farm.simulator.toolkit.app import AppContext, Context

ALARM_TAB, CLOCK_TAB, TIMER_TAB, STOPWATCH_TAB = range(4)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockState:
    """`expanded` is the alarm whose card is open (0: none); `digits` are typed on the timer's keypad."""

    tab: int = ALARM_TAB
    expanded: int = 0
    digits: str = ""
    adding_timer: bool = False


ClockContext: TypeAlias = Context[ClockState]


def preferences_of(context: AppContext) -> ClockPreferences:
    return ClockPreferences(context.files)


def now_ms(context: AppContext) -> int:
    return int(context.now_s * 1000)
