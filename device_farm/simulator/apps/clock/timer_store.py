"""Timers, stopwatch and world clock in DeskClock's shared preferences, under the keys of its data access classes."""

from __future__ import annotations

from device_farm.simulator.apps.clock.alarm_store import PACKAGE
from device_farm.simulator.apps.clock.timers import Stopwatch, StopwatchState, Timer, TimerState
from device_farm.simulator.apps.preference_store import PreferenceStore
from device_farm.simulator.filesystem import FileSystem


class ClockPreferences:
    """Reads and writes the preferences file at each call."""

    def __init__(self, files: FileSystem) -> None:
        self._store = PreferenceStore(files, PACKAGE)

    def timers(self) -> tuple[Timer, ...]:
        """Oldest first."""
        values = self._store.load()
        ids = values.get("timers_list", frozenset())
        numbers = sorted(int(text) for text in ids if text.isdigit()) if isinstance(ids, frozenset) else []
        return tuple(self._timer(values, number) for number in numbers)

    @staticmethod
    def _timer(values: dict[str, bool | int | str | frozenset[str]], number: int) -> Timer:
        def integer(key: str) -> int:
            value = values.get(f"{key}{number}", 0)
            return value if isinstance(value, int) else 0

        state = integer("timer_state_")
        label = values.get(f"timer_label_{number}", "")
        return Timer(
            id=number,
            length_ms=integer("timer_setup_timet_"),
            total_ms=integer("timer_original_timet_"),
            left_ms=integer("timer_time_left_"),
            started_ms=integer("timer_wall_clock_time_"),
            state=TimerState(state) if state in TimerState.__members__.values() else TimerState.RESET,
            label=label if isinstance(label, str) else "",
        )

    def save_timer(self, timer: Timer) -> None:
        values = self._store.load()
        ids = values.get("timers_list", frozenset())
        known = ids if isinstance(ids, frozenset) else frozenset()
        self._store.save(
            {
                **values,
                "timers_list": known | {str(timer.id)},
                f"timer_setup_timet_{timer.id}": timer.length_ms,
                f"timer_original_timet_{timer.id}": timer.total_ms,
                f"timer_time_left_{timer.id}": timer.left_ms,
                f"timer_wall_clock_time_{timer.id}": timer.started_ms,
                f"timer_state_{timer.id}": int(timer.state),
                f"timer_label_{timer.id}": timer.label,
            }
        )

    def delete_timer(self, timer_id: int) -> None:
        kept = {
            key: value
            for key, value in self._store.load().items()
            if not (key.startswith("timer_") and key.endswith(f"_{timer_id}"))
        }
        ids = kept.get("timers_list", frozenset())
        if isinstance(ids, frozenset):
            kept["timers_list"] = ids - {str(timer_id)}
        self._store.save(kept)

    def next_timer_id(self) -> int:
        """A number that no timer had before."""
        number = self._store.number("next_timer_id")
        self._store.put(next_timer_id=number + 1)
        return number

    def stopwatch(self) -> Stopwatch:
        state = self._store.number("sw_state")
        count = self._store.number("sw_lap_num")
        return Stopwatch(
            state=StopwatchState(state) if state in (0, 1, 2) else StopwatchState.RESET,
            started_ms=self._store.number("sw_wall_clock_time"),
            accumulated_ms=self._store.number("sw_accum_time"),
            laps_ms=tuple(self._store.number(f"sw_lap_time_{number}") for number in range(1, count + 1)),
        )

    def save_stopwatch(self, stopwatch: Stopwatch) -> None:
        values = {key: value for key, value in self._store.load().items() if not key.startswith("sw_")}
        laps = {f"sw_lap_time_{number}": lap for number, lap in enumerate(stopwatch.laps_ms, start=1)}
        self._store.save(
            {
                **values,
                "sw_state": int(stopwatch.state),
                "sw_wall_clock_time": stopwatch.started_ms,
                "sw_accum_time": stopwatch.accumulated_ms,
                "sw_lap_num": len(stopwatch.laps_ms),
                **laps,
            }
        )

    def city_ids(self) -> tuple[str, ...]:
        count = self._store.number("number_of_cities")
        return tuple(self._store.text(f"city_id_{number}") for number in range(count))

    def save_city_ids(self, ids: tuple[str, ...]) -> None:
        values = {key: value for key, value in self._store.load().items() if not key.startswith("city_id_")}
        cities = {f"city_id_{number}": city for number, city in enumerate(ids)}
        self._store.save({**values, "number_of_cities": len(ids), **cities})
