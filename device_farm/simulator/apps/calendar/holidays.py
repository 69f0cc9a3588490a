"""National holidays that the app can add: yearly events that last all day, of the type Holidays."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

from device_farm.simulator.apps.calendar.access import config_of, day_start, store_of, today
from device_farm.simulator.apps.calendar.model import (
    ALL_DAY,
    ORDER_WEEKDAY,
    ORDER_WEEKDAY_LAST,
    SAME_DAY,
    YEAR_S,
    Event,
    EventType,
)
from device_farm.simulator.toolkit.app import AppContext

_COLOUR = 0xFF2E7D32

# (name, month, day): a fixed date; (name, month, weekday from Monday = 0, n-th in the month, -1 the last).
_HOLIDAYS: dict[str, tuple[tuple[str, int, int] | tuple[str, int, int, int], ...]] = {
    "Deutschland": (
        ("Neujahr", 1, 1),
        ("Tag der Arbeit", 5, 1),
        ("Tag der Deutschen Einheit", 10, 3),
        ("Erster Weihnachtstag", 12, 25),
        ("Zweiter Weihnachtstag", 12, 26),
    ),
    "France": (
        ("Jour de l'an", 1, 1),
        ("Fête du travail", 5, 1),
        ("Victoire 1945", 5, 8),
        ("Fête nationale", 7, 14),
        ("Assomption", 8, 15),
        ("Toussaint", 11, 1),
        ("Armistice 1918", 11, 11),
        ("Noël", 12, 25),
    ),
    "United Kingdom": (
        ("New Year's Day", 1, 1),
        ("Early May bank holiday", 5, 0, 1),
        ("Spring bank holiday", 5, 0, -1),
        ("Summer bank holiday", 8, 0, -1),
        ("Christmas Day", 12, 25),
        ("Boxing Day", 12, 26),
    ),
    "United States": (
        ("New Year's Day", 1, 1),
        ("Martin Luther King Jr. Day", 1, 0, 3),
        ("Presidents' Day", 2, 0, 3),
        ("Memorial Day", 5, 0, -1),
        ("Juneteenth", 6, 19),
        ("Independence Day", 7, 4),
        ("Labor Day", 9, 0, 1),
        ("Columbus Day", 10, 0, 2),
        ("Veterans Day", 11, 11),
        ("Thanksgiving Day", 11, 3, 4),
        ("Christmas Day", 12, 25),
    ),
}

COUNTRIES = tuple(_HOLIDAYS)


def _day(year: int, entry: tuple[str, int, int] | tuple[str, int, int, int]) -> tuple[date, int]:
    """(date in `year`, rule of the yearly repetition)."""
    match entry:
        case (_, month, day):
            return date(year, month, day), SAME_DAY
        case (_, month, weekday, order):
            earliest = date(year, month, 1)
            earliest += timedelta(days=(weekday - earliest.weekday()) % 7)
            if order > 0:
                return earliest + timedelta(weeks=order - 1), ORDER_WEEKDAY
            days = calendar.monthrange(year, month)[1]
            return earliest + timedelta(weeks=(days - earliest.day) // 7), ORDER_WEEKDAY_LAST


def add_holidays(context: AppContext, country: int) -> None:
    """Adds the holidays of COUNTRIES[country], from this year on, that are not there yet."""
    store = store_of(context)
    kind = next((each.id for each in store.types() if each.title == "Holidays"), 0)
    kind = kind or store.save_type(EventType(id=0, title="Holidays", colour=_COLOUR))
    config_of(context).show_type(kind)
    year = today(context).year
    for entry in _HOLIDAYS[COUNTRIES[country]]:
        day, rule = _day(year, entry)
        start = day_start(context, day)
        there = store.between(start, start + 1, query=entry[0])
        if any(event.event_type == kind for event in there):
            continue
        store.save(
            Event(
                start_ts=start,
                end_ts=start + 12 * 3600,
                title=entry[0],
                flags=ALL_DAY,
                repeat_interval=YEAR_S,
                repeat_rule=rule,
                event_type=kind,
                source="holidays",
                time_zone="UTC",
            )
        )
    context.toast('Holidays have been successfully imported into the "Holidays" event type')
