"""How the screens get at events, preferences and each other."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from device_farm.simulator.apps.calendar.config import CURRENT_TIME, NEXT_FULL_HOUR, Config
from device_farm.simulator.apps.calendar.model import Event
from device_farm.simulator.apps.calendar.schema import (
    DATABASE,
    EVENT_CLASS,
    PACKAGE,
    REGULAR_EVENT_COLOUR,
    SCHEMA,
    TASK_CLASS,
)
from device_farm.simulator.apps.calendar.store import EventStore
from device_farm.simulator.apps.preference_store import PreferenceStore
from device_farm.simulator.apps.room import room_database
from device_farm.simulator.intents import SEND, ComponentName, Intent
from device_farm.simulator.toolkit.app import AppContext

EVENT_ID = "event_id"
OCCURRENCE = "event_occurrence_ts"
START = "new_event_start_ts"
DUPLICATE = "is_duplicate_intent"


def zone_of(context: AppContext) -> tzinfo:
    return context.local().tzinfo or UTC


def store_of(context: AppContext) -> EventStore:
    return EventStore(room_database(context, DATABASE, SCHEMA), zone_of(context))


def config_of(context: AppContext) -> Config:
    return Config(PreferenceStore(context.files, PACKAGE, "Prefs"), system_24_hour=context.is_24_hour)


def today(context: AppContext) -> date:
    return context.local().date()


def day_start(context: AppContext, day: date) -> int:
    """Unix seconds of the day's first moment."""
    return int(datetime.combine(day, time(), zone_of(context)).timestamp())


def local_date(context: AppContext, at_s: float) -> date:
    return context.local(at_s).date()


def events_between(context: AppContext, first_s: float, last_s: float, query: str = "") -> list[Event]:
    """What the filter lets through, each with its own or its type's colour in `color`."""
    store = store_of(context)
    colours = {kind.id: kind.colour for kind in store.types()}
    return [
        replace(event, color=event.color or colours.get(event.event_type, REGULAR_EVENT_COLOUR))
        for event in store.between(first_s, last_s, query=query, types=config_of(context).shown_types)
    ]


def events_on(context: AppContext, first: date, last: date) -> list[Event]:
    """What takes place on the days from `first` to `last`. The real app asks until the last day's 23:59."""
    return events_between(context, day_start(context, first), day_start(context, last + timedelta(days=1)) - 60)


def days_of(context: AppContext, event: Event) -> range:
    """Ordinals of the days that an occurrence touches; one that ends at midnight does not touch the next day."""
    first = local_date(context, event.start_ts)
    last = local_date(context, event.end_ts - 1 if event.end_ts > event.start_ts else event.end_ts)
    return range(first.toordinal(), max(first, last).toordinal() + 1)


def is_past(context: AppContext, event: Event) -> bool:
    if event.all_day:
        return local_date(context, event.end_ts) < today(context)
    return event.end_ts < context.now_s


def new_start(context: AppContext, day: date, *, may_change_day: bool) -> int:
    """When a new event on `day` starts: at the next full hour unless the settings say otherwise."""
    now, chosen = context.local(), config_of(context).default_start
    if chosen >= 0:
        return day_start(context, day) + chosen * 60
    at = datetime.combine(day, time(now.hour, now.minute), zone_of(context))
    if chosen == CURRENT_TIME:
        return int(at.timestamp())
    assert chosen == NEXT_FULL_HOUR
    full = at.replace(minute=0) + timedelta(hours=1)
    if full.date() != day and not may_change_day:
        full -= timedelta(days=1)
    return int(full.timestamp())


def open_new(context: AppContext, day: date, *, task: bool, may_change_day: bool) -> None:
    start = new_start(context, day, may_change_day=may_change_day)
    component = ComponentName(PACKAGE, TASK_CLASS if task else EVENT_CLASS)
    context.start(Intent(component=component, extras={START: start}))


def open_event(context: AppContext, event: Event) -> None:
    context.start(event_intent(event))


def event_intent(event: Event, **extras: bool) -> Intent:
    """What opens the editor of an occurrence."""
    component = ComponentName(PACKAGE, TASK_CLASS if event.is_task else EVENT_CLASS)
    return Intent(component=component, extras={EVENT_ID: event.id, OCCURRENCE: event.start_ts, **extras})


def share(context: AppContext, events: list[Event]) -> None:
    """Offers the events as iCalendar text."""
    lines = ["BEGIN:VCALENDAR", "PRODID:-//Simple Mobile Tools//NONSGML Event Calendar//EN", "VERSION:2.0"]
    for event in events:
        start, end = (datetime.fromtimestamp(at, UTC) for at in (event.start_ts, event.end_ts))
        lines += [
            "BEGIN:VEVENT",
            f"SUMMARY:{event.title}",
            f"UID:{event.import_id}",
            f"DTSTART:{start:%Y%m%dT%H%M%SZ}",
            f"DTEND:{end:%Y%m%dT%H%M%SZ}",
            *([f"DESCRIPTION:{event.description}"] if event.description else []),
            *([f"LOCATION:{event.location}"] if event.location else []),
            "END:VEVENT",
        ]
    text = "\r\n".join([*lines, "END:VCALENDAR"])
    context.start(Intent(action=SEND, type="text/calendar", extras={"android.intent.extra.TEXT": text}))
