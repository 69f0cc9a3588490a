"""Goals about the clock: alarms, timers, the stopwatch."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from verifier.planner.clock_checks import AlarmOff, AlarmSet, StopwatchRuns, TimerStarted
from verifier.planner.places import alarms_at, clock_preferences
from verifier.planner.plan import Check, Holds, Kind, Plan
from verifier.planner.wording import Values, forms

_TIME = r"(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:\s?(?P<half>[ap])\.?m\.?)?"


def hour_of(values: Values) -> int:
    """The hour from 0 to 23: 12 AM is 0, 12 PM is 12, and without a half of the day the hour is as it stands.

    Any other number stays as it is, beyond the hours of a day.
    """
    hour, half = int(values["hour"]), values.get("half", "").lower()
    return hour if not half or hour > 12 else hour % 12 + (12 if half == "p" else 0)


def _alarms(values: Values, make: Callable[..., Check]) -> Plan | None:
    hour, minute = hour_of(values), int(values["minute"])
    if hour > 23 or minute > 59 or (values.get("half") and not 1 <= int(values["hour"]) <= 12):
        return None
    return Plan(checks=(make(hour=hour, minute=minute),), allowed=alarms_at(hour, minute))


def _timer(values: Values) -> Plan:
    parts = [int(values.get(part) or 0) for part in ("hours", "minutes", "seconds")]
    length_ms = ((parts[0] * 60 + parts[1]) * 60 + parts[2]) * 1000
    return Plan(checks=(TimerStarted(length_ms=length_ms),), allowed=(clock_preferences("timer.*|next_timer_id"),))


def _stopwatch(values: Values, *, running: bool) -> Plan:
    laps = int(values["laps"]) if "laps" in values else None
    checks = (Holds(probe=StopwatchRuns(laps=laps, running=running)),)
    return Plan(checks=checks, allowed=(clock_preferences("sw_.*"),))


_phone = partial(Kind, platform="android")
KINDS: tuple[Kind, ...] = (
    _phone(name="add alarm", forms=forms(rf"set an alarm for {_TIME}"), plan=lambda values: _alarms(values, AlarmSet)),
    _phone(
        name="alarm off",
        forms=forms(rf"turn off the {_TIME} alarm without deleting it"),
        plan=lambda values: _alarms(values, AlarmOff),
    ),
    _phone(
        name="delete alarm",
        forms=forms(rf"delete the {_TIME} alarm(?:, and no other)?"),
        plan=lambda values: _alarms(values, partial(AlarmOff, deleted=True)),
    ),
    _phone(
        name="timer",
        forms=forms(
            r"start a timer of (?:(?P<hours>\d{1,2}) hours?,? (?:and )?)?(?P<minutes>\d{1,4}) minutes? "
            r"and (?P<seconds>\d{1,4}) seconds?"
        ),
        plan=_timer,
    ),
    _phone(
        name="stopwatch laps",
        forms=forms(r"start the stopwatch and record (?P<laps>\d{1,4}) laps?; leave it running"),
        plan=partial(_stopwatch, running=True),
    ),
    _phone(
        name="stopwatch runs",
        forms=forms(r"start the stopwatch and let it run", r"run the stopwatch"),
        plan=partial(_stopwatch, running=True),
    ),
    _phone(
        name="stopwatch stands",
        forms=forms(r"make sure that the stopwatch is paused", r"pause the stopwatch"),
        plan=partial(_stopwatch, running=False),
    ),
)
