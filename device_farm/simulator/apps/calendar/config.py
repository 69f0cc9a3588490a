"""The app's preferences, under the keys of the real app."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from device_farm.simulator.apps.calendar.model import REMINDER_OFF
from device_farm.simulator.apps.calendar.schema import REGULAR_EVENT_TYPE
from device_farm.simulator.apps.preference_store import PreferenceStore
from device_farm.simulator.apps.preferences import PreferenceValue

MONTHLY: Final = 1
YEARLY: Final = 2
EVENT_LIST: Final = 3
WEEKLY: Final = 4
DAILY: Final = 5
MONTHLY_DAILY: Final = 7

VIEWS: Final = (
    (DAILY, "Daily view"),
    (WEEKLY, "Weekly view"),
    (MONTHLY, "Monthly view"),
    (MONTHLY_DAILY, "Monthly and daily view"),
    (YEARLY, "Yearly view"),
    (EVENT_LIST, "Simple event list"),
)

NEXT_FULL_HOUR: Final = -1
CURRENT_TIME: Final = -2

Flag: TypeAlias = Literal[
    "week_numbers",
    "show_grid",
    "vibrate",
    "loop_reminders",
    "use_previous_event_reminders",
    "start_week_with_current_day",
    "show_midnight_spanning_events_at_top",
    "allow_customise_day_count",
    "display_description",
    "replace_description",
    "dim_past_events",
    "dim_completed_tasks",
    "allow_changing_time_zones",
    "allow_creating_tasks",
    "highlight_weekends",
    "was_alarm_warning_shown",
]

_ON: Final[frozenset[str]] = frozenset(
    {
        "use_previous_event_reminders",
        "show_midnight_spanning_events_at_top",
        "allow_customise_day_count",
        "display_description",
        "dim_past_events",
        "dim_completed_tasks",
        "allow_creating_tasks",
    }
)
"""Flags that are on where nobody has touched them."""


class Config:
    """`Prefs.xml` of the package. `system_24_hour` is the phone's own time format, the default of the app's."""

    def __init__(self, preferences: PreferenceStore, *, system_24_hour: bool) -> None:
        self._preferences = preferences
        self._system_24_hour = system_24_hour

    def flag(self, name: Flag) -> bool:
        return self._preferences.flag(name, name in _ON)

    def put(self, **changes: PreferenceValue) -> None:
        self._preferences.put(**changes)

    @property
    def view(self) -> int:
        view = self._preferences.number("view", MONTHLY)
        return view if view in dict(VIEWS) else MONTHLY

    @property
    def is_24_hour(self) -> bool:
        return self._preferences.flag("use_24_hour_format", self._system_24_hour)

    @property
    def first_weekday(self) -> int:
        """0 is Monday, 6 Sunday (stored from 1 to 7; Sunday by default, as in the United States)."""
        return (self._preferences.number("first_day_of_week", 7) - 1) % 7

    @property
    def past_minutes(self) -> int:
        """How far the event list looks back."""
        return self._preferences.number("display_past_events", 1440)

    @property
    def start_hour(self) -> int:
        """Where the weekly view is scrolled to at first."""
        return self._preferences.number("start_weekly_at", 7)

    @property
    def default_start(self) -> int:
        """Minutes of the day, or NEXT_FULL_HOUR, or CURRENT_TIME."""
        return self._preferences.number("default_start_time", NEXT_FULL_HOUR)

    @property
    def default_minutes(self) -> int:
        return self._preferences.number("default_duration", 0)

    @property
    def event_type(self) -> int:
        """The type of a new event."""
        chosen = self._preferences.number("default_event_type_id", -1)
        return chosen if chosen > 0 else self._preferences.number("last_used_local_event_type_id", REGULAR_EVENT_TYPE)

    @property
    def reminders(self) -> tuple[int, int, int]:
        """Minutes of a new event's reminders."""
        prefix = "reminder_minutes" if self.flag("use_previous_event_reminders") else "default_reminder"
        names = (prefix, f"{prefix}_2", f"{prefix}_3") if prefix == "reminder_minutes" else tuple(
            f"{prefix}_{number}" for number in (1, 2, 3)
        )  # fmt: skip
        first, second, third = names
        number = self._preferences.number
        return (number(first, 10), number(second, REMINDER_OFF), number(third, REMINDER_OFF))

    @property
    def shown_types(self) -> frozenset[int] | None:
        """Event types that are not filtered out; None: all."""
        stored = self._preferences.load().get("display_event_types")
        if not isinstance(stored, frozenset):
            return None
        return frozenset(int(item) for item in stored if item.isdigit())

    def show_types(self, ids: frozenset[int]) -> None:
        self.put(display_event_types=frozenset(str(item) for item in ids))

    def show_type(self, type_id: int) -> None:
        """A type that is used appears again."""
        shown = self.shown_types
        if shown is not None and type_id not in shown:
            self.show_types(shown | {type_id})
