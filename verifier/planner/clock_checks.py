"""Checks of the clock: alarms, timers and the stopwatch, as the application stores them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias
from xml.etree import ElementTree

from device_farm.device import Device
from device_farm.errors import VerifierError
from device_farm.types.trajectory import Evidence
from verifier.planner.plan import Given
from verifier.rules.base import Probe, shown
from verifier.rules.database import query
from verifier.rules.files import exists

PACKAGE = "com.google.android.deskclock"
ALARMS = f"/data/data/{PACKAGE}/databases/alarms.db"
PREFERENCES = f"/data/data/{PACKAGE}/shared_prefs/{PACKAGE}_preferences.xml"
_RUNNING = "1"
_TIMER = "timer_state_"
_ALARM = ("enabled", "daysofweek", "vibrate", "label", "ringtone")


Alarm: TypeAlias = Mapping[str, str]
"""Columns of an alarm beside its time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmAt:
    """At `hour`:`minute` (24 hours) is one alarm, whose columns hold `wanted`; with None there is none."""

    hour: int
    minute: int
    wanted: Alarm | None

    async def check(self, device: Device) -> Evidence:
        found = await _alarms_at(device, self.hour, self.minute)
        columns = tuple(self.wanted or ("enabled",))
        holds = not found if self.wanted is None else len(found) == 1 and found[0].items() >= self.wanted.items()
        return Evidence(
            probe=f"alarms at {self.hour:02}:{self.minute:02}",
            observed=shown("; ".join(_told(alarm, columns) for alarm in found) or "none"),
            expected=shown("none" if self.wanted is None else _told(self.wanted, columns)),
            holds=holds,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmSet:
    """One alarm at this time is on. A new one comes once and has no name; one that was there is otherwise as it was."""

    hour: int
    minute: int

    async def bind(self, given: Given) -> Probe:
        before = [] if given.start is None else await _alarms_at(given.start, self.hour, self.minute)
        plain = {} if given.start is None else {"daysofweek": "0", "label": ""}
        wanted = {**(before[0] if before else plain), "enabled": "1"}
        return AlarmAt(hour=self.hour, minute=self.minute, wanted=wanted)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmOff:
    """The alarm at this time is off and otherwise as it was, or with `deleted` gone.

    Raises (when bound) VerifierError where the start had none, or more than one: which is meant is not said then.
    """

    hour: int
    minute: int
    deleted: bool = False

    async def bind(self, given: Given) -> Probe:
        was: Alarm = {}
        if given.start is not None:
            before = await _alarms_at(given.start, self.hour, self.minute)
            if len(before) != 1:
                raise VerifierError(f"there were {len(before)} alarms at {self.hour:02}:{self.minute:02} at the start")
            was = before[0]
        wanted = None if self.deleted else {**was, "enabled": "0"}
        return AlarmAt(hour=self.hour, minute=self.minute, wanted=wanted)


async def _alarms_at(device: Device, hour: int, minute: int) -> list[Alarm]:
    sql = f"SELECT {', '.join(_ALARM)} FROM alarm_templates WHERE hour = ? AND minutes = ? ORDER BY _id"
    return [dict(zip(_ALARM, row, strict=True)) for row in await query(device, ALARMS, sql, (hour, minute))]


def _told(alarm: Alarm, columns: Iterable[str]) -> str:
    """`on` or `off`, and the other columns by name."""
    others = [f"{name} {alarm.get(name, '')!r}" for name in columns if name != "enabled"]
    return ", ".join(("on" if alarm["enabled"] == "1" else "off", *others))


async def _preferences(device: Device) -> dict[str, str]:
    if not await exists(device, PREFERENCES):
        return {}
    try:
        root = ElementTree.fromstring(await device.pull(PREFERENCES))
    except ElementTree.ParseError as error:
        raise VerifierError(f"{PREFERENCES} is no XML: {error}") from error
    return {entry.get("name", ""): entry.get("value", entry.text or "") for entry in root}


async def _timers(device: Device) -> dict[str, tuple[str, str]]:
    """State and set length in ms of every timer, by its number."""
    stored = await _preferences(device)
    numbers = [key.removeprefix(_TIMER) for key in stored if key.startswith(_TIMER)]
    return {number: (stored[_TIMER + number], stored.get(f"timer_setup_timet_{number}", "")) for number in numbers}


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerStarted:
    """Exactly one timer runs, and it was set to `length_ms`; any other is as it was."""

    length_ms: int

    async def bind(self, given: Given) -> Probe:
        before = None if given.start is None else await _timers(given.start)
        return TimerRuns(length_ms=self.length_ms, before=before)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerRuns:
    """See `TimerStarted`; `before` are the timers at the start, None where they are not known."""

    length_ms: int
    before: Mapping[str, tuple[str, str]] | None = None

    async def check(self, device: Device) -> Evidence:
        timers = await _timers(device)
        running = {number for number, (state, _) in timers.items() if state == _RUNNING}
        lengths = [timers[number][1] for number in sorted(running)]
        before = timers if self.before is None else self.before
        touched = {number for number in before.keys() | timers.keys() if before.get(number) != timers.get(number)}
        others = f"; {len(touched - running)} others changed" if touched - running else ""
        return Evidence(
            probe="timers that run, in milliseconds",
            observed=shown((", ".join(lengths) or "none") + others),
            expected=str(self.length_ms),
            holds=lengths == [str(self.length_ms)] and not others,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StopwatchRuns:
    """The stopwatch runs (or stands, with `running` false); `laps` were recorded (None: any number)."""

    laps: int | None = None
    running: bool = True

    async def check(self, device: Device) -> Evidence:
        stored = await _preferences(device)
        state, laps = stored.get("sw_state", "0") == _RUNNING, stored.get("sw_lap_num", "0")
        wanted = "" if self.laps is None else f", {self.laps} laps"
        return Evidence(
            probe="stopwatch",
            observed=f"{'runs' if state else 'stands'}, {laps} laps",
            expected=("runs" if self.running else "stands") + wanted,
            holds=state is self.running and self.laps in (None, _number(laps)),
        )


def _number(text: str) -> int:
    return int(text) if text.isdigit() else -1
