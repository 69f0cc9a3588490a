"""Joplin driven by taps; its database is the truth, whatever adb puts there."""

from __future__ import annotations

import pytest
from hand import Hand

from device_farm.simulator.apps.joplin.model import SortOptions
from device_farm.simulator.apps.joplin.rendering import with_box
from device_farm.simulator.apps.joplin.schema import PACKAGE, SCHEMA
from device_farm.simulator.apps.joplin.store import JoplinStore
from device_farm.simulator.database import Database

PATH = f"/data/data/{PACKAGE}/databases/joplin.sqlite"


def database(hand: Hand) -> Database:
    return Database(hand.phone.files, PATH, SCHEMA)


def store(hand: Hand, number: int = 0) -> JoplinStore:
    return JoplinStore(database(hand), 1000 + number, f"{number + 1:032x}")


def filled() -> Hand:
    """Two notebooks; three notes, one of them a to-do."""
    hand = Hand()
    work, home = store(hand, 90).save_folder("", "Work", ""), store(hand, 91).save_folder("", "Chores", "")
    store(hand, 1).add_note(folder_id=work, title="Team sync", body="- 12 people came\n- nobody left", is_todo=False)
    store(hand, 2).add_note(folder_id=work, title="Call Mira", body="", is_todo=True)
    store(hand, 3).add_note(folder_id=home, title="Shelf", body="- [ ] screws\n- [x] wood", is_todo=False)
    hand.open(PACKAGE)
    return hand


def test_new_phone_has_tables_and_no_notebook() -> None:
    hand = Hand()
    assert database(hand).query("SELECT COUNT(*) FROM notes")[0][0] == 0
    hand.open(PACKAGE)
    assert hand.sees("You currently have no notebooks.")
    hand.tap("Create a notebook")
    hand.type("Ideas")
    hand.tap(description="Save changes")
    assert [folder.title for folder in store(hand).folders()] == ["Ideas"]
    assert hand.sees("Ideas")


def test_sidebar_opens_a_notebook_and_boxes_mark_todos() -> None:
    hand = filled()
    hand.tap(description="Sidebar")
    hand.press(hand.nodes(lambda node: node.text == "Work")[-1])
    assert hand.sees("Team sync") and not hand.sees("Shelf")
    boxes = hand.nodes(lambda node: "checkable" in node.states)
    assert [node.description for node in boxes] == ["to-do: Call Mira"]
    hand.press(boxes[0])
    assert store(hand).search("mira")[0].completed_ms > 0


def test_search_finds_words_of_title_and_body() -> None:
    hand = filled()
    hand.tap(description="Search")
    hand.type("people tea")
    assert hand.sees("Team sync") and not hand.sees("Shelf")
    hand.tap(description="Clear")
    assert not hand.sees("Team sync")


def test_note_is_read_edited_and_stored_while_typing() -> None:
    hand = filled()
    hand.tap(description="Search")
    hand.type("team")
    hand.tap("Team sync")
    assert hand.sees("12 people came")
    hand.tap(description="Edit")
    hand.type("\n- more")
    found = store(hand).search("team")[0]
    assert found.body.endswith("- more") and found.updated_ms > 1001
    assert database(hand).query("SELECT body FROM notes_normalized WHERE title = 'team sync'")[0][0].endswith("- more")


def test_new_todo_goes_into_the_open_notebook() -> None:
    hand = filled()
    hand.tap(description="Add new")
    hand.tap(description="New to-do")
    hand.type("Water plants")
    rows = database(hand).query(
        "SELECT is_todo, folders.title FROM notes JOIN folders ON notes.parent_id = folders.id"
        " WHERE notes.title = 'Water plants'"
    )
    assert [tuple(row) for row in rows] == [(1, "Chores")]


def test_box_of_a_list_is_ticked_in_the_body() -> None:
    hand = filled()
    hand.tap("Shelf")
    hand.press(hand.nodes(lambda node: "checkable" in node.states)[0])
    assert store(hand).search("shelf")[0].body == "- [x] screws\n- [x] wood"


def test_notebook_cannot_be_put_into_one_that_lies_in_it() -> None:
    hand = filled()
    folders = {folder.title: folder for folder in store(hand).folders()}
    store(hand).save_folder(folders["Chores"].id, "Chores", folders["Work"].id)
    hand.tap(description="Sidebar")
    hand.long_press("Work")
    hand.tap("Edit")
    hand.tap("Select parent notebook")
    assert hand.nodes(lambda node: node.text == "Chores") == []
    assert [folder.title for folder in store(hand).possible_parents(folders["Chores"].id)] == ["Work"]


def test_notes_are_selected_moved_and_deleted() -> None:
    hand = filled()
    hand.long_press("Shelf")
    hand.tap("Move to notebook...")
    hand.tap("Work")
    assert hand.sees("There are currently no notes. Create one by clicking on the (+) button.")
    hand.tap(description="Sidebar")
    hand.press(hand.nodes(lambda node: node.text == "Work")[-1])
    hand.long_press("Shelf")
    hand.tap(description="Delete")
    hand.tap("OK")
    assert store(hand).search("shelf") == ()


def test_database_pushed_while_stopped_is_shown_at_the_next_start() -> None:
    hand = filled()
    hand.phone.activities.force_stop(PACKAGE)
    store(hand).database.execute("UPDATE notes SET title = 'Pushed'")
    hand.open(PACKAGE)
    assert hand.sees("Pushed")


@pytest.mark.parametrize("data", [b"", b"no database at all", b"SQLite format 3\0" + bytes(200)])
def test_broken_database_is_an_empty_app(data: bytes) -> None:
    hand = filled()
    hand.phone.activities.force_stop(PACKAGE)
    hand.phone.files.write(PATH, data)
    hand.open(PACKAGE)
    assert hand.sees("You currently have no notebooks.")


def test_open_todos_come_first_unless_switched_off() -> None:
    hand = filled()
    work = next(folder.id for folder in store(hand).folders() if folder.title == "Work")
    titles = [note.title for note in store(hand).notes(work)]
    assert titles == ["Call Mira", "Team sync"]
    plain = SortOptions(field="title", reverse=True, open_todos_first=False)
    assert [note.title for note in store(hand).notes(work, plain)] == ["Team sync", "Call Mira"]


def test_ticking_counts_boxes_outside_of_code() -> None:
    body = "```\n- [ ] code\n```\n- [ ] one\n- [ ] two"
    assert with_box(body, 1, True).endswith("- [ ] one\n- [x] two")
