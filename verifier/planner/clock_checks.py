"""Checks of the clock: alarms, timers and the stopwatch, as the application stores them."""

from __future__ import annotations

from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmsAt:
    """The alarms at `hour`:`minute` (24 hours) are, by whether they are enabled, exactly `enabled`."""

    hour: int
    minute: int
    enabled: tuple[bool, ...]

    async def check(self, device: Device) -> Evidence:
        found = await _alarms_at(device, self.hour, self.minute)
        return Evidence(
            probe=f"alarms at {self.hour:02}:{self.minute:02}",
            observed=_alarms(found),
            expected=_alarms(self.enabled),
            holds=found == sorted(self.enabled),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmLeft:
    """As `AlarmsAt`, of an alarm that there was. Raises (when bound) VerifierError where the start had none."""

    hour: int
    minute: int
    enabled: tuple[bool, ...]

    async def bind(self, given: Given) -> Probe:
        wanted = AlarmsAt(hour=self.hour, minute=self.minute, enabled=self.enabled)
        if given.start is not None and not await _alarms_at(given.start, self.hour, self.minute):
            raise VerifierError(f"there was no alarm at {self.hour:02}:{self.minute:02}")
        return wanted


async def _alarms_at(device: Device, hour: int, minute: int) -> list[bool]:
    sql = "SELECT enabled FROM alarm_templates WHERE hour = ? AND minutes = ?"
    return sorted(row[0] == "1" for row in await query(device, ALARMS, sql, (hour, minute)))


def _alarms(enabled: list[bool] | tuple[bool, ...]) -> str:
    return ", ".join("on" if on else "off" for on in enabled) or "none"


async def _preferences(device: Device) -> dict[str, str]:
    if not await exists(device, PREFERENCES):
        return {}
    try:
        root = ElementTree.fromstring(await device.pull(PREFERENCES))
    except ElementTree.ParseError as error:
        raise VerifierError(f"{PREFERENCES} is no XML: {error}") from error
    return {entry.get("name", ""): entry.get("value", entry.text or "") for entry in root}


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerRuns:
    """Exactly one timer runs, and it was set to `length_ms`."""

    length_ms: int

    async def check(self, device: Device) -> Evidence:
        stored = await _preferences(device)
        prefix = "timer_state_"
        running = [key.removeprefix(prefix) for key, value in stored.items() if key.startswith(prefix) and value == "1"]
        lengths = [stored.get(f"timer_setup_timet_{number}", "") for number in running]
        return Evidence(
            probe="timers that run, in milliseconds",
            observed=shown(", ".join(lengths) or "none"),
            expected=str(self.length_ms),
            holds=lengths == [str(self.length_ms)],
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
