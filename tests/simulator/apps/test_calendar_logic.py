"""Repetition, wording and storage of the calendar, without a screen."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device_farm.simulator.apps.calendar.formats import interval_text, rule_options, rule_text, span_text
from device_farm.simulator.apps.calendar.model import (
    DAY_S,
    LAST_DAY,
    MONTH_S,
    ORDER_WEEKDAY,
    ORDER_WEEKDAY_LAST,
    SAME_DAY,
    WEEK_S,
    YEAR_S,
    Event,
    EventType,
)
from device_farm.simulator.apps.calendar.repetition import next_reminder, occurrences
from device_farm.simulator.apps.calendar.schema import DATABASE, SCHEMA
from device_farm.simulator.apps.calendar.store import EventStore
from device_farm.simulator.clock import VirtualClock
from device_farm.simulator.database import Database
from device_farm.simulator.system_image import build_files


def seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def event(start: str, interval: int = 0, rule: int = 0, limit: int = 0, exceptions: str = "[]") -> Event:
    start_ts = seconds(start)
    return Event(
        id=1,
        start_ts=start_ts,
        end_ts=start_ts + 1800,
        title="Event",
        repeat_interval=interval,
        repeat_rule=rule,
        repeat_limit=limit,
        repetition_exceptions=exceptions,
    )


@pytest.mark.parametrize(
    ("repeated", "days"),
    [
        (event("2023-10-15T09:00"), ["2023-10-15"]),
        (event("2023-10-15T09:00", 3 * DAY_S), ["2023-10-15", "2023-10-18", "2023-10-21", "2023-10-24"]),
        (event("2023-10-15T09:00", WEEK_S, 1 << 6), ["2023-10-15", "2023-10-22"]),
        # Monday, Wednesday and Friday are 1, 4 and 16; the Sunday that it was made on is none of them.
        (
            event("2023-10-15T09:00", WEEK_S, 21),
            ["2023-10-16", "2023-10-18", "2023-10-20", "2023-10-23", "2023-10-25"],
        ),
        # Every other week counts weeks from Monday to Sunday.
        (event("2023-10-15T09:00", 2 * WEEK_S, 65), ["2023-10-15", "2023-10-23"]),
        (event("2023-10-15T09:00", DAY_S, limit=-2), ["2023-10-15", "2023-10-16"]),
        (
            event("2023-10-15T09:00", DAY_S, limit=seconds("2023-10-17T23:59:59")),
            ["2023-10-15", "2023-10-16", "2023-10-17"],
        ),
        (event("2023-10-15T09:00", 4 * DAY_S, exceptions="[20231019]"), ["2023-10-15", "2023-10-23"]),
        (event("2023-09-19T09:00", MONTH_S, SAME_DAY), ["2023-10-19"]),
        (event("2023-08-31T09:00", MONTH_S, SAME_DAY), []),
        (event("2023-09-19T09:00", MONTH_S, ORDER_WEEKDAY), ["2023-10-17"]),
        (event("2021-10-20T09:00", YEAR_S, SAME_DAY), ["2023-10-20"]),
        # 2023-10-18 is the third Wednesday of October, as 2021-10-20 was.
        (event("2021-10-20T09:00", YEAR_S, ORDER_WEEKDAY), ["2023-10-18"]),
    ],
)
def test_occurrences_fall_on_days(repeated: Event, days: list[str]) -> None:
    found = occurrences(repeated, seconds("2023-10-15T00:00"), seconds("2023-10-25T23:59"), UTC)
    assert [datetime.fromtimestamp(each.start_ts, UTC).date().isoformat() for each in found] == days


def test_last_days_and_weekdays_of_months() -> None:
    last_day = occurrences(event("2023-01-31T12:00", MONTH_S, LAST_DAY), 0, seconds("2023-04-30T23:00"), UTC)
    assert [datetime.fromtimestamp(each.start_ts, UTC).day for each in last_day] == [31, 28, 31, 30]
    last_friday = occurrences(
        event("2023-01-27T12:00", MONTH_S, ORDER_WEEKDAY_LAST), 0, seconds("2023-04-30T23:00"), UTC
    )
    assert [datetime.fromtimestamp(each.start_ts, UTC).day for each in last_friday] == [27, 24, 31, 28]


def test_wall_clock_time_survives_daylight_saving() -> None:
    zone = ZoneInfo("Europe/Berlin")
    start = datetime(2023, 10, 28, 9, 0, tzinfo=zone)
    repeated = replace(event("2023-10-28T07:00", DAY_S), start_ts=int(start.timestamp()))
    found = list(occurrences(repeated, start.timestamp(), start.timestamp() + 3 * DAY_S, zone))
    assert [datetime.fromtimestamp(each.start_ts, zone).hour for each in found] == [9, 9, 9]
    assert found[1].start_ts - found[0].start_ts == 25 * 3600


@settings(deadline=None)
@given(
    interval=st.sampled_from([60, DAY_S, 5 * DAY_S, WEEK_S, 3 * WEEK_S, MONTH_S, 2 * MONTH_S, YEAR_S, 7 * YEAR_S]),
    rule=st.integers(0, 127),
    limit=st.sampled_from([0, -1, -5, seconds("2023-12-01T00:00")]),
    days=st.integers(-4000, 400),
)
def test_occurrences_are_ordered_and_overlap_the_window(interval: int, rule: int, limit: int, days: int) -> None:
    first, last = seconds("2023-10-01T00:00"), seconds("2023-11-01T00:00")
    start = datetime(2023, 10, 15, 9, tzinfo=UTC) + timedelta(days=days)
    repeated = event(start.replace(tzinfo=None).isoformat(), interval, rule, limit)
    found = [each.start_ts for each in occurrences(repeated, first, last, UTC)]
    assert found == sorted(set(found))
    assert all(first - 1800 <= each <= last for each in found)


def test_next_reminder_is_the_earliest_to_come() -> None:
    reminded = replace(event("2023-10-15T09:00", DAY_S), reminder_1_minutes=10, reminder_2_minutes=60)
    due = next_reminder(reminded, seconds("2023-10-15T08:30"), UTC)
    assert due is not None
    assert due[0] == seconds("2023-10-15T08:50")
    assert next_reminder(event("2023-10-15T09:00"), 0, UTC) is None


@pytest.mark.parametrize(
    ("interval", "text"),
    [(0, "No repetition"), (WEEK_S, "Weekly"), (3 * DAY_S, "3 days"), (2 * MONTH_S, "2 months"), (YEAR_S, "Yearly")],
)
def test_interval_is_worded(interval: int, text: str) -> None:
    assert interval_text(interval) == text


def test_rules_are_worded_for_their_day() -> None:
    last_tuesday = date(2023, 10, 31)
    assert [label for _, label in rule_options(MONTH_S, last_tuesday)] == [
        "Repeat on the same day each month",
        "Repeat every fifth Tuesday",
        "Repeat every last Tuesday",
        "Repeat on the last day of the month",
    ]
    assert rule_text(YEAR_S, ORDER_WEEKDAY, date(2023, 10, 18)) == "Every third Wednesday in October"
    assert rule_text(WEEK_S, 5, last_tuesday) == "Mon, Wed"
    assert span_text(93_784) == "1 day, 2 hours, 3 minutes, 4 seconds"


def fresh_store() -> EventStore:
    files = build_files(VirtualClock())
    return EventStore(Database(files, f"/data/data/x/databases/{DATABASE}", SCHEMA), UTC)


def test_store_ends_a_repetition_before_an_occurrence() -> None:
    store = fresh_store()
    event_id = store.save(replace(event("2023-10-15T09:00", DAY_S), id=0))
    store.end_before(event_id, seconds("2023-10-18T09:00"))
    found = store.between(seconds("2023-10-15T00:00"), seconds("2023-10-25T00:00"))
    assert [datetime.fromtimestamp(each.start_ts, UTC).day for each in found] == [15, 16, 17]


def test_store_deletes_an_event_with_its_exceptions() -> None:
    store = fresh_store()
    event_id = store.save(replace(event("2023-10-15T09:00", DAY_S), id=0))
    moved = replace(event("2023-10-16T11:00"), id=0, parent_id=event_id)
    store.save(moved)
    found = store.between(seconds("2023-10-16T00:00"), seconds("2023-10-16T23:00"))
    assert [datetime.fromtimestamp(each.start_ts, UTC).hour for each in found] == [11]
    store.delete([event_id])
    assert store.between(0, seconds("2030-01-01T00:00")) == []


def test_store_moves_events_of_a_deleted_type() -> None:
    store = fresh_store()
    kind = store.save_type(EventType(id=0, title="Work", colour=0xFFFF0000))
    store.save(replace(event("2023-10-15T09:00"), id=0, event_type=kind))
    store.delete_types([kind, 1], with_events=False)
    assert [each.title for each in store.types()] == ["Regular event"]
    assert [each.event_type for each in store.between(0, seconds("2030-01-01T00:00"))] == [1]


def test_store_reads_what_makes_no_sense_as_nothing() -> None:
    files = build_files(VirtualClock())
    files.mkdir("/data/data/x/databases", parents=True)
    foreign = Database(files, "/data/data/x/databases/events.db", "CREATE TABLE events (id INTEGER, start_ts TEXT);")
    foreign.execute("INSERT INTO events VALUES (1, 'soon')")
    assert EventStore(foreign, UTC).between(0, 10**12) == []
    assert EventStore(foreign, UTC).types() == []
