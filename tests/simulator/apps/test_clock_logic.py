"""Days, times and state machines of the clock, against values worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_farm.simulator.apps.clock.cities import CITIES, search_cities
from device_farm.simulator.apps.clock.clock_tab import ahead_text, zone_of
from device_farm.simulator.apps.clock.timers import (
    Stopwatch,
    StopwatchState,
    TimerState,
    countdown_text,
    keypad_description,
    keypad_ms,
    keypad_text,
    length_text,
    new_timer,
    stopwatch_text,
)
from device_farm.simulator.apps.clock.weekdays import days_text, has_day, next_ring, until_text, with_day
from device_farm.simulator.apps.times import time_text

# A Sunday.
NOW = datetime(2023, 10, 15, 15, 34, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hour", "minute", "days", "expected"),
    [
        (16, 0, 0, (15, 16, 0)),
        (15, 34, 0, (16, 15, 34)),
        (8, 30, 31, (16, 8, 30)),
        (16, 0, 64, (15, 16, 0)),
        (15, 0, 64, (22, 15, 0)),
        (9, 0, 32, (21, 9, 0)),
    ],
)
def test_next_ring_is_the_first_fitting_moment(
    hour: int, minute: int, days: int, expected: tuple[int, int, int]
) -> None:
    found = next_ring(NOW, hour, minute, days)
    assert (found.day, found.hour, found.minute, found.second) == (*expected, 0)


@given(st.integers(0, 23), st.integers(0, 59), st.integers(0, 127))
def test_next_ring_lies_within_a_week_on_a_chosen_day(hour: int, minute: int, days: int) -> None:
    found = next_ring(NOW, hour, minute, days)
    assert NOW < found <= NOW + timedelta(days=7)
    assert not days or has_day(days, found.weekday())


@given(st.integers(0, 127), st.integers(0, 6))
def test_with_day_sets_and_clears_one_day_only(days: int, weekday: int) -> None:
    assert has_day(with_day(days, weekday, True), weekday)
    assert not has_day(with_day(days, weekday, False), weekday)
    others = [other for other in range(7) if other != weekday]
    assert all(has_day(with_day(days, weekday, True), other) == has_day(days, other) for other in others)


@pytest.mark.parametrize(
    ("days", "text"), [(0, ""), (127, "Every day"), (1, "Monday"), (31, "Mon, Tue, Wed, Thu, Fri"), (96, "Sun, Sat")]
)
def test_days_text_lists_days_from_sunday(days: int, text: str) -> None:
    assert days_text(days) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (30, "Alarm set for less than 1 minute from now."),
        (60, "Alarm set for 1 minute from now."),
        (3600 * 7 + 720, "Alarm set for 7 hours and 12 minutes from now."),
        (86400 + 3600 + 60, "Alarm set for 1 day, 1 hour and 1 minute from now."),
    ],
)
def test_until_text_names_what_is_left(seconds: int, text: str) -> None:
    assert until_text(timedelta(seconds=seconds)) == text


def test_time_text_follows_the_clock_in_use() -> None:
    assert [time_text(0, 5, False), time_text(12, 0, False), time_text(13, 7, True)] == [
        "12:05 AM",
        "12:00 PM",
        "13:07",
    ]


def test_keypad_reads_hours_minutes_seconds() -> None:
    assert keypad_ms("") == 0
    assert keypad_ms("90") == 90_000
    assert keypad_ms("10203") == (3600 + 2 * 60 + 3) * 1000
    assert keypad_text("1234") == "00h 12m 34s"
    assert keypad_description("1234") == "0 hours, 12 minutes, 34 seconds"


def test_timer_counts_pauses_adds_and_runs_out() -> None:
    timer = new_timer(1, 60_000).start(1000)
    assert timer.remaining_ms(11_000) == 50_000
    paused = timer.pause(11_000)
    assert (paused.state, paused.remaining_ms(99_000)) == (TimerState.PAUSED, 50_000)
    longer = paused.add_minute(99_000)
    assert (longer.remaining_ms(99_000), longer.total_ms) == (110_000, 120_000)
    running = longer.start(100_000)
    assert running.expire(209_999).state is TimerState.RUNNING
    expired = running.expire(210_000)
    assert expired.state is TimerState.EXPIRED
    assert expired.add_minute(215_000).remaining_ms(215_000) == 60_000
    assert expired.reset() == new_timer(1, 60_000).__class__(
        id=1, length_ms=60_000, total_ms=60_000, left_ms=60_000, started_ms=100_000
    )


def test_timer_takes_no_minute_beyond_its_six_digits() -> None:
    timer = new_timer(1, keypad_ms("995959"))
    assert timer.add_minute(0) == timer


def test_stopwatch_counts_and_laps_only_while_it_runs() -> None:
    watch = Stopwatch().start(1000)
    watch = watch.lap(3000).pause(6000)
    assert (watch.total_ms(9000), watch.laps_ms) == (5000, (2000,))
    assert watch.lap(9000) == watch
    assert watch.start(10_000).total_ms(10_500) == 5500
    full = replace(watch, state=StopwatchState.RUNNING, laps_ms=tuple(range(98)))
    assert full.lap(99_000) == full


@pytest.mark.parametrize(
    ("milliseconds", "text"), [(0, "0"), (1, "1"), (59_001, "1:00"), (3_600_000, "1:00:00"), (-400, "0"), (-1400, "-1")]
)
def test_countdown_text_rounds_up_to_whole_seconds(milliseconds: int, text: str) -> None:
    assert countdown_text(milliseconds) == text


@pytest.mark.parametrize(("milliseconds", "text"), [(0, "0.00"), (65_430, "1:05.43"), (3_600_010, "1:00:00.01")])
def test_stopwatch_text_shows_hundredths(milliseconds: int, text: str) -> None:
    assert stopwatch_text(milliseconds) == text


def test_length_text_leaves_out_what_is_nought() -> None:
    assert [length_text(value) for value in (0, 5000, 3_630_000)] == ["0s", "5s", "1h 30s"]


def test_city_search_matches_the_start_of_words() -> None:
    assert [city.name for city in search_cities("york")] == ["New York"]
    assert [city.name for city in search_cities("par")] == ["Paris"]
    assert search_cities("") == CITIES and search_cities("zzz") == ()
    assert len({city.id for city in CITIES}) == len(CITIES)


@pytest.mark.parametrize(
    ("zone", "text"),
    [
        ("Europe/Paris", "2 hours ahead"),
        ("Asia/Tokyo", "Tomorrow, 9 hours ahead"),
        ("America/New_York", "4 hours behind"),
        ("Asia/Kolkata", "5 hours 30 minutes ahead"),
        ("Africa/Accra", "Same time"),
    ],
)
def test_ahead_text_compares_with_the_time_here(zone: str, text: str) -> None:
    assert ahead_text(NOW, NOW.astimezone(zone_of(zone))) == text
