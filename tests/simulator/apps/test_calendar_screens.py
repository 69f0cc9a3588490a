"""Simple Calendar Pro as a person uses it."""

from __future__ import annotations

import pytest
from hand import Hand

from device_farm.simulator.database import Database
from device_farm.simulator.notifications import Notification
from device_farm.simulator.phone import SimulatedPhone

PACKAGE = "com.simplemobiletools.calendar.pro"
PATH = f"/data/data/{PACKAGE}/databases/events.db"
SUNDAY_AFTERNOON = 1697384040.0
"""2023-10-15 15:34 UTC."""
MIDNIGHT = 1697328000


def opened(*events: tuple[str, int, int]) -> Hand:
    """The app on a phone of that Sunday; `events` are (title, hours after its midnight, minutes)."""
    hand = Hand()
    hand.phone.clock.set(SUNDAY_AFTERNOON)
    hand.phone.settings.put("system", "time_12_24", "24")
    for title, hours, minutes in events:
        put(hand.phone, title, hours, minutes)
    hand.open(PACKAGE)
    return hand


def database(phone: SimulatedPhone) -> Database:
    return Database(phone.files, PATH)


def put(phone: SimulatedPhone, title: str, hours: int, minutes: int, *, interval: int = 0, rule: int = 0) -> None:
    start = MIDNIGHT + hours * 3600
    database(phone).execute(
        "INSERT INTO events (start_ts, end_ts, title, location, description, reminder_1_minutes, reminder_2_minutes,"
        " reminder_3_minutes, reminder_1_type, reminder_2_type, reminder_3_type, repeat_interval, repeat_rule,"
        " repeat_limit, repetition_exceptions, attendees, import_id, time_zone, flags, event_type, parent_id,"
        " last_updated, source, availability, color, type)"
        " VALUES (?, ?, ?, '', '', -1, -1, -1, 0, 0, 0, ?, ?, 0, '[]', '', '', 'UTC', 0, 1, 0, 0, 'ics', 0, 0, 0)",
        (start, start + minutes * 60, title, interval, rule),
    )


def rows(phone: SimulatedPhone, columns: str) -> list[tuple[object, ...]]:
    return [tuple(row) for row in database(phone).query(f"SELECT {columns} FROM events ORDER BY id")]


def open_day(hand: Hand, day: int) -> None:
    """A day of October 2023, whose first is the table's first cell."""
    cells = hand.nodes(lambda node: node.resource_id.endswith("month_view_background"))
    assert len(cells) == 42
    hand.press(cells[day - 1])


def new_event(hand: Hand, title: str) -> None:
    hand.tap(description="New Event")
    hand.tap(resource_id="fab_event_label")
    hand.type(title)


def save(hand: Hand) -> None:
    hand.tap(description="Save")
    if hand.sees("Disclaimer"):
        hand.tap("OK")


def said(hand: Hand) -> str:
    """The message that is shown for a moment."""
    toast = hand.phone.state.toast
    return toast.text if toast is not None else ""


def posted(hand: Hand) -> list[Notification]:
    return [entry for entry in hand.phone.notifications.list() if entry.package == PACKAGE]


def test_new_weekly_event_has_the_apps_own_numbers() -> None:
    hand = opened()
    open_day(hand, 17)
    new_event(hand, "Rehearsal")
    hand.tap(resource_id="event_repetition")
    hand.tap("Weekly")
    assert hand.sees("Tue") and hand.sees("Forever")
    save(hand)
    start = MIDNIGHT + 2 * 86400 + 16 * 3600
    assert rows(
        hand.phone, "start_ts, end_ts, title, repeat_interval, repeat_rule, repeat_limit, source, event_type"
    ) == [(start, start, "Rehearsal", 604800, 2, 0, "simple-calendar", 1)]


def test_new_start_takes_the_end_and_the_weekday_along() -> None:
    hand = opened()
    open_day(hand, 17)
    new_event(hand, "Rehearsal")
    hand.tap(resource_id="event_repetition")
    hand.tap("Weekly")
    hand.tap(resource_id="event_start_date")
    hand.tap(description="Thursday, October 19")
    hand.tap("OK")
    hand.tap(resource_id="event_end_time")
    hand.tap(description="18 o'clock")
    hand.tap("OK")
    save(hand)
    start = MIDNIGHT + 4 * 86400 + 16 * 3600
    assert rows(hand.phone, "start_ts, end_ts, repeat_rule") == [(start, start + 7200, 8)]


def test_event_that_ends_before_it_starts_is_refused() -> None:
    hand = opened()
    new_event(hand, "Backwards")
    hand.tap(resource_id="event_end_time")
    hand.tap(description="3 o'clock")
    hand.tap("OK")
    save(hand)
    assert said(hand) == "The event cannot end earlier than it starts"
    assert rows(hand.phone, "id") == []


def test_event_without_a_title_is_refused_and_leaving_asks() -> None:
    hand = opened()
    new_event(hand, "")
    save(hand)
    assert said(hand) == "Title cannot be empty"
    assert rows(hand.phone, "id") == []
    hand.fill("Named", resource_id="event_title")
    hand.back()
    hand.back()
    hand.tap("Save")
    if hand.sees("Disclaimer"):
        hand.tap("OK")
    assert rows(hand.phone, "title") == [("Named",)]


def test_marked_events_of_a_day_are_deleted() -> None:
    hand = opened(("First", 33, 60), ("Second", 35, 30), ("Other day", 60, 30), ("Over midnight", 22, 120))
    open_day(hand, 16)
    assert hand.sees("22:00 (October 15) - 00:00")
    hand.long_press("First")
    hand.tap("Second")
    assert hand.sees("2 / 3")
    hand.tap(description="Delete")
    hand.tap("Yes")
    assert rows(hand.phone, "title") == [("Other day",), ("Over midnight",)]


@pytest.mark.parametrize(
    ("choice", "days"),
    [
        ("Delete the selected occurrence only", [15, 17, 18]),
        ("Delete this and all future occurrences", [15]),
        ("Delete all occurrences", []),
    ],
)
def test_repeated_event_asks_how_far_a_deletion_reaches(choice: str, days: list[int]) -> None:
    hand = opened()
    put(hand.phone, "Daily", 9, 15, interval=86400)
    open_day(hand, 16)
    hand.tap("Daily")
    hand.tap(description="Delete")
    hand.tap(choice)
    hand.tap("Yes")
    found = []
    for day in (15, 16, 17, 18):
        while hand.sees("Back") and hand.nodes(lambda node: node.resource_id.endswith("day_events")):
            hand.back()
        open_day(hand, day)
        found += [day] if hand.sees("Daily") else []
    assert found == days


def test_one_occurrence_is_changed_apart_from_the_others() -> None:
    hand = opened()
    put(hand.phone, "Daily", 9, 15, interval=86400)
    open_day(hand, 16)
    hand.tap("Daily")
    hand.fill("Moved", resource_id="event_title")
    hand.tap(description="Save")
    hand.tap("Update the selected occurrence only")
    assert rows(hand.phone, "title, repeat_interval, parent_id, repetition_exceptions") == [
        ("Daily", 86400, 0, "[20231016]"),
        ("Moved", 0, 1, "[]"),
    ]


def test_every_view_shows_an_event_and_its_day() -> None:
    hand = opened(("Dentist", 40, 60))
    for view, label in (
        ("Daily view", "October 15 (Sun)"),
        ("Weekly view", "Dentist"),
        ("Monthly and daily view", "No items found."),
        ("Yearly view", "2023"),
        ("Simple event list", "Dentist"),
    ):
        hand.tap(description="Change view")
        hand.tap(view)
        assert hand.sees(label), (view, hand.texts())
    assert hand.sees("16:00 - 17:00") and hand.sees("16 Monday")
    hand.tap(description="Change view")
    hand.tap("Monthly view")
    assert hand.sees("October")


def test_pages_turn_by_arrow_and_swipe_and_come_back_to_today() -> None:
    hand = opened()
    hand.tap(resource_id="top_right_arrow")
    assert hand.sees("November")
    hand.phone.input.swipe(200, 1200, 900, 1200, 200)
    hand.phone.input.swipe(200, 1200, 900, 1200, 200)
    assert hand.sees("September")
    hand.tap(description="Go to today")
    assert hand.sees("October")
    open_day(hand, 20)
    hand.phone.input.swipe(900, 1500, 200, 1500, 200)
    assert hand.sees("October 21 (Sat)")
    hand.back()
    assert hand.sees("October")


def test_search_finds_titles_places_and_nothing() -> None:
    hand = opened(("Dentist", 40, 60), ("Concert", 90, 60))
    hand.tap(resource_id="top_toolbar_search")
    hand.type("d")
    assert hand.sees("Please type in at least 2 characters.")
    hand.type("en")
    assert hand.sees("Dentist") and not hand.sees("Concert")
    hand.type("zzz")
    assert hand.sees("No items found.")


def test_reminder_notifies_ten_minutes_before_and_snoozes() -> None:
    hand = opened()
    new_event(hand, "Train")
    save(hand)
    hand.pass_time(10 * 60)
    assert not posted(hand)
    hand.pass_time(7 * 60)
    (shown,) = posted(hand)
    assert (shown.title, shown.text) == ("Train", "16:00")
    hand.phone.notifications.act(shown.key, shown.actions[0])
    assert not posted(hand)
    hand.pass_time(10 * 60 + 1)
    assert [entry.title for entry in posted(hand)] == ["Train"]
    hand.phone.notifications.open(shown.key)
    assert hand.sees("Edit Event")


def test_task_is_made_and_marked_completed() -> None:
    hand = opened()
    hand.tap(description="New Event")
    hand.tap("Task")
    hand.type("Water plants")
    save(hand)
    assert rows(hand.phone, "title, type") == [("Water plants", 1)]
    open_day(hand, 15)
    hand.tap("Water plants")
    hand.tap("Mark completed")
    hand.tap("Water plants")
    assert hand.sees("Mark incomplete")


@pytest.mark.parametrize("content", [b"", b"no database at all", b"SQLite format 3\0" + bytes(200)])
def test_broken_database_is_made_anew(content: bytes) -> None:
    hand = opened(("Dentist", 40, 60))
    hand.phone.activities.force_stop(PACKAGE)
    hand.phone.files.write(PATH, content)
    hand.open(PACKAGE)
    assert hand.sees("October")
    new_event(hand, "After all")
    save(hand)
    assert rows(hand.phone, "title") == [("After all",)]


def test_missing_database_is_made_at_the_next_start() -> None:
    hand = opened()
    hand.phone.activities.force_stop(PACKAGE)
    hand.phone.files.remove(PATH)
    hand.open(PACKAGE)
    assert rows(hand.phone, "id") == []
    assert database(hand.phone).query("SELECT title FROM event_types")[0][0] == "Regular event"
