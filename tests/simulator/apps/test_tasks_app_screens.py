"""Tasks.org as a person uses it."""

from __future__ import annotations

import pytest
from hand import Hand

from device_farm.simulator.apps.tasks.formats import day_name
from device_farm.simulator.apps.tasks.recurrence import recurrence_text
from device_farm.simulator.database import Database
from device_farm.simulator.notifications import Notification
from device_farm.simulator.phone import SimulatedPhone

PACKAGE = "org.tasks"
PATH = f"/data/data/{PACKAGE}/databases/database"
NOW_MS = 1697384040000
"""2023-10-15 15:34 UTC, a Sunday."""
DAY_MS = 86_400_000
HIGH, MEDIUM, LOW, NONE = range(4)


def opened(*tasks: tuple[str, int, int | None], done: tuple[str, ...] = ()) -> Hand:
    """The app with tasks (title, priority, days until due or None); those called `done` are completed."""
    hand = Hand()
    hand.phone.clock.set(NOW_MS / 1000)
    hand.phone.settings.put("system", "time_12_24", "24")
    for title, priority, days in tasks:
        put(hand.phone, title, priority, 0 if days is None else NOW_MS + days * DAY_MS, title in done)
    hand.open(PACKAGE)
    return hand


def database(phone: SimulatedPhone) -> Database:
    return Database(phone.files, PATH)


def put(phone: SimulatedPhone, title: str, priority: int, due_ms: int, done: bool = False) -> None:
    database(phone).execute(
        "INSERT INTO tasks (title, importance, dueDate, hideUntil, created, modified, completed, deleted,"
        " estimatedSeconds, elapsedSeconds, timerStart, notificationFlags, lastNotified, remoteId, collapsed, parent)"
        " VALUES (?, ?, ?, 0, 0, 0, ?, 0, 0, 0, 0, 0, 0, ?, 0, 0)",
        (title, priority, due_ms, NOW_MS - DAY_MS if done else 0, f"remote {title}"),
    )


def rows(phone: SimulatedPhone, columns: str, condition: str = "deleted = 0") -> list[tuple[object, ...]]:
    found = database(phone).query(f"SELECT {columns} FROM tasks WHERE {condition} ORDER BY _id")
    return [tuple(row) for row in found]


def listed(hand: Hand) -> list[str]:
    """Headings and titles from top to bottom."""
    return [node.text for node in hand.nodes(lambda node: node.resource_id.endswith((":id/header", ":id/title")))]


def posted(hand: Hand) -> list[Notification]:
    return [entry for entry in hand.phone.notifications.list() if entry.package == PACKAGE]


def test_tasks_stand_under_their_due_dates() -> None:
    hand = opened(
        ("Later", LOW, 9),
        ("Gone", LOW, -2),
        ("Now", LOW, 0),
        ("Wednesday", LOW, 3),
        ("Some day", LOW, None),
        ("Over", HIGH, 3),
        done=("Over",),
    )
    assert listed(hand) == [
        "Overdue", "Gone", "Due today", "Now", "Due Wednesday", "Wednesday", "Due Tuesday, October 24", "Later",
        "No due date", "Some day", "Completed", "Over",
    ]  # fmt: skip
    hand.tap("Overdue")
    assert listed(hand)[:2] == ["Overdue", "Due today"]


def test_grouping_by_priority_and_mixing_in_completed_tasks() -> None:
    hand = opened(("Low", LOW, 1), ("High", HIGH, 2), ("Done", HIGH, 1), ("Nothing", NONE, None), done=("Done",))
    hand.tap(description="Sort")
    hand.tap("Grouping")
    hand.tap("By priority")
    hand.press(hand.switch_of("Move completed tasks to bottom"))
    hand.back()
    assert listed(hand) == ["High priority", "Done", "High", "Low priority", "Low", "No priority", "Nothing"]


def test_completed_tasks_can_be_hidden_by_the_menu() -> None:
    hand = opened(("Open", LOW, 1), ("Done", LOW, 1), done=("Done",))
    hand.tap(description="More options")
    hand.tap("Show completed")
    assert listed(hand) == ["Due tomorrow", "Open"]


def test_box_completes_a_task_and_undo_takes_it_back() -> None:
    hand = opened(("Water plants", LOW, 1))
    hand.tap(resource_id="completeBox")
    assert listed(hand) == ["Completed", "Water plants"]
    assert rows(hand.phone, "completed > 0") == [(1,)]
    hand.tap("Undo")
    assert rows(hand.phone, "completed") == [(0,)]


def test_new_task_is_stored_with_date_priority_tag_and_list() -> None:
    hand = opened()
    hand.tap(description="Create new task")
    hand.type("Call the plumber")
    hand.back()
    hand.tap("No due date")
    hand.tap("Tomorrow")
    hand.tap("Evening")
    hand.tap("OK")
    hand.tap(description="High")
    hand.tap("Add tags")
    hand.press(hand.node(hint="Enter tag name"))
    hand.type("house")
    hand.tap("OK")
    hand.tap(description="Save")
    assert listed(hand) == ["Due tomorrow", "Call the plumber"]
    assert hand.sees("17:00") and hand.sees("house") and hand.sees("Default list")
    # A due date with a time has seconds that are not 0.
    assert rows(hand.phone, "title, importance, dueDate") == [("Call the plumber", 0, 1697475601000)]
    hand.tap(description="Menu")
    hand.tap("house")
    assert listed(hand) == ["Due tomorrow", "Call the plumber"]


def test_tag_that_exists_is_taken_whatever_its_case() -> None:
    hand = opened()
    for title, tag in (("One", "house"), ("Two", "HOUSE")):
        hand.tap(description="Create new task")
        hand.type(title)
        hand.tap("Add tags")
        hand.press(hand.node(hint="Enter tag name"))
        hand.type(tag)
        hand.tap("OK")
        hand.tap(description="Save")
    hand.tap(description="Menu")
    hand.tap("house")
    assert {"One", "Two"} <= set(listed(hand)) and not hand.sees("HOUSE")


def test_leaving_a_changed_task_asks() -> None:
    hand = opened(("Draft", LOW, None))
    hand.tap("Draft")
    hand.tap(description="High")
    hand.back()
    hand.tap("Keep editing")
    hand.back()
    hand.tap("Discard")
    assert rows(hand.phone, "importance") == [(LOW,)]


def test_task_is_deleted_from_its_editor() -> None:
    hand = opened(("Old", LOW, None), ("New", LOW, None))
    hand.tap("Old")
    hand.tap(description="Delete task")
    hand.tap("OK")
    assert rows(hand.phone, "title") == [("New",)]


def test_marked_tasks_change_together() -> None:
    hand = opened(("One", LOW, 1), ("Two", LOW, 1), ("Three", LOW, 1))
    hand.long_press("One")
    hand.tap("Two")
    hand.tap(description="Change priority")
    hand.tap("High")
    assert rows(hand.phone, "title, importance") == [("One", HIGH), ("Two", HIGH), ("Three", LOW)]
    hand.long_press("Three")
    hand.tap(description="Close")
    hand.long_press("Three")
    hand.phone.input.key(4)
    assert not hand.nodes(lambda node: "selected" in node.states and node.resource_id.endswith("rowBody"))


def test_repeated_task_moves_on_when_it_is_done() -> None:
    hand = opened(("Bins", LOW, 0))
    hand.tap("Bins")
    hand.tap("Does not repeat")
    hand.tap("Every week")
    hand.tap(description="Save")
    hand.tap(resource_id="completeBox")
    assert listed(hand) == ["Due Sunday, October 22", "Bins"]
    assert rows(hand.phone, "completed, recurrence") == [(0, "RRULE:FREQ=WEEKLY")]


def test_search_narrows_the_list() -> None:
    hand = opened(("Milk", LOW, 1), ("Bread", LOW, 1), ("Milkshake", LOW, None))
    hand.tap(description="Search")
    hand.type("milk")
    assert listed(hand) == ["Due tomorrow", "Milk", "No due date", "Milkshake"]
    hand.type("xyz")
    assert hand.sees("There are no tasks here.")


def test_due_task_reminds_in_the_evening_and_is_completed_there() -> None:
    hand = opened()
    hand.tap(description="Create new task")
    hand.type("Pay rent")
    hand.back()
    hand.tap("No due date")
    hand.tap("Today")
    hand.tap("OK")
    hand.tap(description="Save")
    hand.pass_time(2 * 3600)
    assert not posted(hand)
    hand.pass_time(1800)
    (shown,) = posted(hand)
    assert shown.title == "Pay rent"
    hand.phone.notifications.act(shown.key, shown.actions[0])
    assert rows(hand.phone, "completed > 0") == [(1,)]
    assert not posted(hand)


def test_subtasks_stand_below_their_task_and_fold() -> None:
    hand = opened(("Move house", LOW, 1))
    hand.tap("Move house")
    hand.tap("Add subtask")
    hand.type("Boxes")
    hand.tap(description="Save")
    assert listed(hand) == ["Due tomorrow", "Move house", "Boxes"]
    hand.tap("1 subtask")
    assert listed(hand) == ["Due tomorrow", "Move house"]


@pytest.mark.parametrize("content", [b"", b"no database at all", b"SQLite format 3\0" + bytes(200)])
def test_broken_database_is_made_anew(content: bytes) -> None:
    hand = opened(("Lost", LOW, 1))
    hand.phone.activities.force_stop(PACKAGE)
    hand.phone.files.write(PATH, content)
    hand.open(PACKAGE)
    assert hand.sees("There are no tasks here.")
    assert rows(hand.phone, "_id") == []


@pytest.mark.parametrize(
    ("days", "short", "long"),
    [
        (-1, "Yest", "Yesterday"),
        (0, "Today", "Today"),
        (1, "Tmrw", "Tomorrow"),
        (6, "Sat", "Saturday"),
        (-6, "Mon", "Monday"),
        (7, "Oct 22", "Sunday, October 22"),
        (100, "Jan 23, 2024", "Tuesday, January 23, 2024"),
    ],
)
def test_days_are_named_by_their_distance(days: int, short: str, long: str) -> None:
    hand = Hand()
    now, at = (hand.phone.local(NOW_MS / 1000 + away * 86400) for away in (0, days))
    assert (day_name(at, now, short=True), day_name(at, now)) == (short, long)


def test_recurrence_is_worded() -> None:
    assert recurrence_text("") == "Does not repeat"
    assert recurrence_text("RRULE:FREQ=WEEKLY;INTERVAL=2") == "Repeats every 2 weeks"
    assert recurrence_text("RRULE:FREQ=HOURLY") == "Custom recurrence"
