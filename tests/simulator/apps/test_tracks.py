"""OpenTracks driven by taps; its database is the truth, whatever adb puts there."""

from __future__ import annotations

from datetime import date

import pytest
from hand import Hand

from device_farm.simulator.apps.tracks.formats import distance, elapsed, relative_date, speed_parts
from device_farm.simulator.apps.tracks.schema import PACKAGE, SCHEMA
from device_farm.simulator.database import Database

PATH = f"/data/data/{PACKAGE}/databases/database.db"
DAY_MS = 86_400_000


def database(hand: Hand) -> Database:
    return Database(hand.phone.files, PATH, SCHEMA)


def put(hand: Hand, name: str, category: str, *, days_ago: int, minutes: int, metres: float, text: str = "") -> None:
    start = int(hand.phone.clock.now_s() * 1000) - days_ago * DAY_MS
    database(hand).execute(
        "INSERT INTO tracks (name, description, category, activity_type, starttime, stoptime, totaldistance, totaltime,"
        " movingtime, maxspeed, uuid, starttime_offset) VALUES (?,?,?,?,?,?,?,?,?,0,?,0)",
        (name, text, category, category, start, start, metres, minutes * 60_000, minutes * 60_000, name.encode()),
    )


def filled() -> Hand:
    hand = Hand()
    put(hand, "Morning lap", "running", days_ago=1, minutes=45, metres=6003)
    put(hand, "Running late", "cycling", days_ago=3, minutes=90, metres=300, text="with a flat tyre")
    put(hand, "Old trip", "cycling", days_ago=40, minutes=20, metres=16093.44)
    hand.open(PACKAGE)
    return hand


def test_list_shows_time_distance_and_day_latest_first() -> None:
    texts = filled().texts()
    assert texts.index("Morning lap") < texts.index("Running late") < texts.index("Old trip")
    for expected in ("45:00 (3.73 mi)", "1:30:00 (984.25 ft)", "20:00 (10.00 mi)", "Yesterday", "with a flat tyre"):
        assert expected in texts


def test_search_looks_at_name_description_and_category() -> None:
    hand = filled()
    hand.tap(description="Search")
    hand.type("running\n")
    assert hand.sees("Morning lap") and hand.sees("Running late") and not hand.sees("Old trip")
    hand.back()
    assert hand.sees("Old trip")


def test_statistics_of_a_selection_name_the_types() -> None:
    hand = filled()
    hand.long_press("Running late")
    hand.tap("Old trip")
    hand.tap(description="Aggregated stats")
    assert hand.sees("cycling") and hand.sees("(2)") and not hand.sees("running")
    assert hand.sees("1:50:00")


def test_filter_keeps_the_week_of_the_person() -> None:
    hand = filled()
    hand.tap(description="Aggregated stats")
    assert hand.sees("(2)")
    hand.tap(description="Filter")
    hand.tap("OK")
    assert hand.sees("There are not activities for the specified filter")
    hand.tap(description="Filter")
    assert hand.sees("(2)")


def test_track_is_edited_from_its_statistics() -> None:
    hand = filled()
    hand.tap("Morning lap")
    assert hand.sees("Total time") and hand.node(resource_id="stats_distance_value").text == "3.73"
    hand.tap(description="More options")
    hand.tap("Edit")
    hand.fill("hiking", resource_id="track_edit_activity_type")
    hand.tap("Save")
    row = database(hand).query("SELECT category, activity_type FROM tracks WHERE name = 'Morning lap'")[0]
    assert tuple(row) == ("hiking", "hiking")


def test_recording_lasts_as_long_as_the_clock_says() -> None:
    hand = Hand()
    hand.open(PACKAGE)
    hand.tap(description="Record")
    hand.pass_time(120)
    hand.long_press(description="Stop")
    hand.tap(description="Finish")
    total = database(hand).query("SELECT totaltime FROM tracks")[0][0]
    assert 120_000 <= total <= 125_000


def test_deleted_track_is_gone_with_its_points() -> None:
    hand = filled()
    database(hand).execute("INSERT INTO trackpoints (trackid, type) VALUES (1, 0)")
    hand.long_press("Morning lap")
    hand.tap(description="Delete")
    hand.tap("OK")
    assert not hand.sees("Morning lap")
    assert database(hand).query("SELECT COUNT(*) FROM trackpoints")[0][0] == 0


@pytest.mark.parametrize("data", [b"", b"no database at all", b"SQLite format 3\0" + bytes(200)])
def test_broken_database_is_an_empty_app(data: bytes) -> None:
    hand = filled()
    hand.phone.activities.force_stop(PACKAGE)
    hand.phone.files.write(PATH, data)
    hand.open(PACKAGE)
    assert hand.sees("Start recording your next adventure here")


def test_rows_with_nothing_in_them_do_not_break_the_list() -> None:
    hand = Hand()
    database(hand).execute("INSERT INTO tracks (name) VALUES (NULL)")
    database(hand).execute("INSERT INTO tracks (name, starttime, totaltime) VALUES ('Odd', 'x', 99999999999999999)")
    hand.open(PACKAGE)
    assert hand.sees("Odd")


def test_permissions_are_asked_for_after_a_clear() -> None:
    hand = Hand()
    hand.phone.packages.clear(PACKAGE)
    hand.open(PACKAGE)
    assert any(text.startswith("Allow OpenTracks to") for text in hand.texts())


@pytest.mark.parametrize(
    ("milliseconds", "expected"), [(0, "00:00"), (59_999, "00:59"), (2_700_000, "45:00"), (8_100_000, "2:15:00")]
)
def test_elapsed_time_is_written_as_in_android(milliseconds: int, expected: str) -> None:
    assert elapsed(milliseconds) == expected


@pytest.mark.parametrize(
    ("metres", "units", "expected"),
    [
        (97.0, "IMPERIAL", "318.24 ft"),
        (12000.0, "IMPERIAL", "7.46 mi"),
        (400.0, "METRIC", "400.00 m"),
        (1234567.0, "METRIC", "1,234.57 km"),
        (500.0, "IMPERIAL_METER", "500.00 m"),
    ],
)
def test_distance_changes_its_unit_at_one_half(metres: float, units: str, expected: str) -> None:
    assert distance(metres, units) == expected  # type: ignore[arg-type]  # table of literals


def test_pace_and_speed_are_of_the_same_motion() -> None:
    assert speed_parts(1609.344 / 600, "IMPERIAL", as_speed=False) == ("10:00", "min/mi")
    assert speed_parts(1609.344 / 600, "IMPERIAL", as_speed=True) == ("6.0", "mph")
    assert speed_parts(0.0, "METRIC", as_speed=False) == ("0:00", "min/km")


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2023, 10, 15), "Today"),
        (date(2023, 10, 14), "Yesterday"),
        (date(2023, 10, 9), "Monday"),
        (date(2023, 10, 8), "8 Oct"),
        (date(2022, 12, 31), "31 Dec 2022"),
    ],
)
def test_days_are_named_from_today(day: date, expected: str) -> None:
    assert relative_date(day, date(2023, 10, 15)) == expected
