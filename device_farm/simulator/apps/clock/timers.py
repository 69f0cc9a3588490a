"""Timers and the stopwatch as values: pure state machines over the phone's time in milliseconds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum

MINUTE_MS = 60_000
# The keypad holds six digits, and DeskClock lets one add minutes up to 99:59:59.
MAX_LENGTH_MS = (99 * 3600 + 59 * 60 + 59) * 1000


class TimerState(IntEnum):
    """Numbers as DeskClock stores them in its preferences."""

    RUNNING = 1
    PAUSED = 2
    EXPIRED = 3
    RESET = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Timer:
    """`length_ms` is what was entered, `total_ms` that plus added minutes, `left_ms` what was left at `started_ms`."""

    id: int
    length_ms: int
    total_ms: int
    left_ms: int
    state: TimerState = TimerState.RESET
    started_ms: int = 0
    label: str = ""

    def remaining_ms(self, now_ms: int) -> int:
        """Time left; negative once the timer has run out."""
        if self.state in (TimerState.RUNNING, TimerState.EXPIRED):
            return self.left_ms - (now_ms - self.started_ms)
        return self.left_ms

    def start(self, now_ms: int) -> Timer:
        return replace(self, state=TimerState.RUNNING, started_ms=now_ms)

    def pause(self, now_ms: int) -> Timer:
        return replace(self, state=TimerState.PAUSED, left_ms=self.remaining_ms(now_ms))

    def reset(self) -> Timer:
        return replace(self, state=TimerState.RESET, total_ms=self.length_ms, left_ms=self.length_ms)

    def add_minute(self, now_ms: int) -> Timer:
        """One minute more; an expired timer starts over with one minute."""
        if self.state is TimerState.EXPIRED:
            return replace(self, state=TimerState.RUNNING, started_ms=now_ms, total_ms=MINUTE_MS, left_ms=MINUTE_MS)
        if self.remaining_ms(now_ms) + MINUTE_MS > MAX_LENGTH_MS:
            return self
        return replace(self, total_ms=self.total_ms + MINUTE_MS, left_ms=self.left_ms + MINUTE_MS)

    def expire(self, now_ms: int) -> Timer:
        """Expired when it runs and no time is left, otherwise unchanged."""
        if self.state is TimerState.RUNNING and self.remaining_ms(now_ms) <= 0:
            return replace(self, state=TimerState.EXPIRED)
        return self


def new_timer(timer_id: int, length_ms: int) -> Timer:
    return Timer(id=timer_id, length_ms=length_ms, total_ms=length_ms, left_ms=length_ms)


class StopwatchState(IntEnum):
    """Numbers as DeskClock stores them in its preferences."""

    RESET = 0
    RUNNING = 1
    PAUSED = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopwatch:
    """`accumulated_ms` ran before `started_ms`; `laps_ms` are the total times at each lap, oldest first."""

    state: StopwatchState = StopwatchState.RESET
    started_ms: int = 0
    accumulated_ms: int = 0
    laps_ms: tuple[int, ...] = ()

    def total_ms(self, now_ms: int) -> int:
        if self.state is StopwatchState.RUNNING:
            return self.accumulated_ms + max(0, now_ms - self.started_ms)
        return self.accumulated_ms

    def start(self, now_ms: int) -> Stopwatch:
        return replace(self, state=StopwatchState.RUNNING, started_ms=now_ms)

    def pause(self, now_ms: int) -> Stopwatch:
        return replace(self, state=StopwatchState.PAUSED, accumulated_ms=self.total_ms(now_ms))

    def lap(self, now_ms: int) -> Stopwatch:
        """A lap at the current total. Only a running stopwatch takes laps; DeskClock stops at 98."""
        if self.state is not StopwatchState.RUNNING or len(self.laps_ms) >= 98:
            return self
        return replace(self, laps_ms=(*self.laps_ms, self.total_ms(now_ms)))


def keypad_ms(digits: str) -> int:
    """Milliseconds of up to six keypad digits, read as hhmmss; `90` is ninety seconds."""
    padded = digits.rjust(6, "0")[-6:]
    return (int(padded[:2]) * 3600 + int(padded[2:4]) * 60 + int(padded[4:])) * 1000


def keypad_text(digits: str) -> str:
    padded = digits.rjust(6, "0")[-6:]
    return f"{padded[:2]}h {padded[2:4]}m {padded[4:]}s"


def keypad_description(digits: str) -> str:
    padded = digits.rjust(6, "0")[-6:]
    return f"{int(padded[:2])} hours, {int(padded[2:4])} minutes, {int(padded[4:])} seconds"


def countdown_text(remaining_ms: int) -> str:
    """`1:02:03`, `2:03` or `3`, with a minus once the time is over; part seconds round up as they do on the phone."""
    seconds_total = -(-remaining_ms // 1000) if remaining_ms >= 0 else -remaining_ms // 1000
    sign = "-" if remaining_ms < 0 and seconds_total else ""
    hours, rest = divmod(seconds_total, 3600)
    minutes, seconds = divmod(rest, 60)
    if hours:
        return f"{sign}{hours}:{minutes:02d}:{seconds:02d}"
    return f"{sign}{minutes}:{seconds:02d}" if minutes else f"{sign}{seconds}"


def length_text(length_ms: int) -> str:
    """`1h 5m 30s` without the parts that are nought."""
    hours, rest = divmod(length_ms // 1000, 3600)
    minutes, seconds = divmod(rest, 60)
    parts = [f"{value}{unit}" for value, unit in ((hours, "h"), (minutes, "m"), (seconds, "s")) if value]
    return " ".join(parts) or "0s"


def stopwatch_text(total_ms: int) -> str:
    """`1:02:03.45`, without empty hours and minutes, in hundredths of a second."""
    hundredths = total_ms // 10
    hours, rest = divmod(hundredths, 360_000)
    minutes, rest = divmod(rest, 6000)
    seconds, part = divmod(rest, 100)
    if hours:
        return f"{hours}:{minutes:02d}:{seconds:02d}.{part:02d}"
    return f"{minutes}:{seconds:02d}.{part:02d}" if minutes else f"{seconds}.{part:02d}"
