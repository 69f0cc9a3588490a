from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from judged_screens import HOME, at, case_of, editor, screen, switch, text

from device_farm.errors import VerifierError
from device_farm.types.action import OpenApp, Terminate, TypeText, Wait
from device_farm.types.observation import Observation
from verifier.judges.reader import read_last_screen, read_trajectory
from verifier.judges.seen import likeness, read_screen

CONTACT = "Add Ana Vargas to the contacts, with the mobile number 2025550149."
WIFI_ON = screen(text("Wi‑Fi", 5), switch(True, 5), text("Bluetooth", 7), switch(False, 7))
WIFI_OFF = screen(text("Wi‑Fi", 5), switch(False, 5), text("Bluetooth", 7), switch(False, 7))


@pytest.mark.parametrize(
    ("what", "label", "expected"),
    [
        ("wi-fi", "Wi‑Fi", 1.0),
        ("wi-fi", "Use wifi", 1.0),
        ("the dark theme", "Dark theme", 1.0),
        ("automatic screen rotation", "Auto‑rotate screen", 1.0),
        ("automatic screen rotation", "Adaptive brightness", 0.0),
        ("the 24-hour time format", "Use 24‑hour format", 2 / 3),
        ("the 11:05 am alarm", "11:05 AM alarm", 1.0),
        ("the 11:05 am alarm", "9:00 AM alarm", 2 / 3),
        ("the", "anything", 0.0),
    ],
)
def test_likeness_is_the_share_of_words(what: str, label: str, expected: float) -> None:
    assert likeness(what, label) == pytest.approx(expected)


def test_screen_is_read_without_its_status_bar() -> None:
    seen = read_screen(screen(text("3:34 PM", 0, app="com.android.systemui"), text("Title", 1), text("Body", 9)))
    assert seen is not None
    assert (seen.labels, seen.titles, seen.home) == (("title", "body"), ("title",), False)


def test_screen_finds_numbers_in_any_grouping_and_files_without_their_suffix() -> None:
    seen = read_screen(screen(text("(202) 555-0149", 5), text("notes", 6), text("Ana Vargas-Lopez", 7)))
    assert seen is not None
    assert seen.shows("2025550149") and not seen.shows("2025550148")
    assert seen.shows("notes.md") and not seen.shows("not.md")
    assert seen.shows("ana vargas") and not seen.shows("Varg") and not seen.shows("")


def test_screen_takes_the_nearest_switch_and_none_where_all_are_too_far() -> None:
    seen = read_screen(screen(switch(True, 4, "9:00 AM alarm"), switch(False, 6, "11:05 AM alarm")))
    assert seen is not None
    found = seen.switch("the 11:05 am alarm")
    assert found is not None and (found.label, found.on) == ("11:05 am alarm", False)
    assert seen.switch("bluetooth") is None


SAVED = screen(text("Ana Vargas", 3), text("(202) 555-0149", 5))
WRONG = screen(text("Ana Vargas", 3), text("(202) 555-0148", 5))
LIST = screen(text("Ana Vargas", 3), text("Ben Okafor", 4))
ENTERED = screen(text("Save", 0), editor("Ana Vargas", 3), editor("2025550149", 4), window="editor")
KEPT = screen(text("Save", 0, enabled=False), editor("Ana Vargas", 3), editor("2025550149", 4), window="editor")


@pytest.mark.parametrize(
    ("goal", "final", "more", "decision", "confidence"),
    [
        (CONTACT, SAVED, {}, "success", 0.8),
        (CONTACT, SAVED, {"claimed": None}, "success", 0.65),
        (CONTACT, SAVED, {"claimed": "failure"}, "failure", 0.8),
        (CONTACT, WRONG, {}, "failure", 0.8),
        (CONTACT, LIST, {}, "success", 0.55),
        (CONTACT, LIST, {"claimed": None}, "failure", 0.55),
        (CONTACT, ENTERED, {}, "failure", 0.8),
        (CONTACT, KEPT, {}, "success", 0.8),
        (CONTACT, HOME, {}, "failure", 0.65),
        (CONTACT, screen(text("Something else", 5)), {}, "success", 0.5),
        (CONTACT, screen(text("Ana Vargas", 3), text("2025550149", 4), text("Couldn't save", 9)), {}, "failure", 0.8),
        ("Turn Wi-Fi on.", WIFI_ON, {}, "success", 0.8),
        ("Turn Wi-Fi on.", WIFI_OFF, {}, "failure", 0.8),
        ("Turn Wi-Fi off and then Bluetooth on.", WIFI_OFF, {}, "failure", 0.8),
        ("Delete Ana Vargas from the contacts.", LIST, {}, "failure", 0.8),
        ("Delete Ana Vargas from the contacts.", screen(text("Ben Okafor", 4)), {}, "success", 0.8),
        ("Delete Ana Vargas from the contacts.", HOME, {}, "failure", 0.65),
        ("Rename the file a.txt to b.txt.", screen(text("b.txt", 4)), {}, "success", 0.8),
        ("Rename the file a.txt to b.txt.", screen(text("b.txt", 4), text("a.txt", 5)), {}, "failure", 0.8),
        ("Rename the file a.txt to b.txt.", screen(text("c.txt", 4)), {}, "failure", 0.8),
        ("Move a.txt into the folder Old.", screen(text("Old", 1), text("a.txt", 5)), {}, "success", 0.8),
        ("Move a.txt into the folder Old.", screen(text("Old", 8), text("a.txt", 9)), {}, "failure", 0.8),
        ("Move a.txt into the folder Old.", screen(text("Old", 8), text("b.txt", 9)), {}, "success", 0.8),
        ("What is her number?", SAVED, {"answer": "2025550149"}, "success", 0.8),
        ("What is her number?", SAVED, {"answer": None}, "failure", 0.8),
        ("What is her number?", SAVED, {"answer": "7"}, "success", 0.5),
        ("Mark Ana Vargas as a favourite contact.", screen(text("Ana Vargas", 3), text("Add to favorites", 1)), {},
         "failure", 0.8),
        ("Open the app Notes.", screen(text("x", 5), app="org.notes"), {}, "success", 0.8),
        ("Open the app Notes.", HOME, {}, "failure", 0.8),
    ],
)  # fmt: skip
def test_last_screen_is_read(
    goal: str, final: Observation, more: dict[str, Any], decision: str, confidence: float
) -> None:
    reading = read_last_screen(case_of(goal, [HOME, final], [OpenApp(name="x")], **more))
    assert (reading.decision, reading.confidence) == (decision, confidence)
    assert {piece.step for piece in reading.evidence} <= {1}
    assert all(piece.probe == "rule-based reader, last screen" for piece in reading.evidence)


CREATE = "Create a folder called Scans in Files."
BEFORE = screen(text("Photos", 8))
DIALOG = screen(text("Create", 1), editor("Scans", 5), window="dialog")
AFTER = screen(text("Photos", 8), text("Scans", 9))


def test_trajectory_counts_what_was_saved_though_the_last_screen_does_not_show_it() -> None:
    typed, saved = TypeText(text="Scans"), at(1)
    done = case_of(CREATE, [BEFORE, BEFORE, DIALOG, HOME], [at(8), typed, saved])
    left = case_of(CREATE, [BEFORE, BEFORE, DIALOG, HOME], [at(8), typed, at(15)])
    assert read_trajectory(done).decision == "success"
    assert read_trajectory(done).evidence[0].observed == "'Scans' was entered and saved"
    assert read_trajectory(left).decision == "failure"
    assert read_trajectory(left).evidence[0].step == 2
    assert read_last_screen(done).decision == read_last_screen(left).decision == "failure"


def test_trajectory_notices_what_was_done_and_undone() -> None:
    gone = case_of(CREATE, [BEFORE, DIALOG, AFTER, AFTER, BEFORE], [at(8), at(1), at(9), at(2)])
    reading = read_trajectory(gone)
    assert (reading.decision, reading.reason) == ("failure", "'Scans' was there and is gone")
    with_undo = screen(text("Scans", 9), text("Undo", 15))
    undone = case_of(CREATE, [DIALOG, with_undo, screen(text("x", 9), window="other")], [at(1), at(15)])
    assert read_trajectory(undone).reason == "'Scans' was entered and undone"


def test_trajectory_takes_the_state_of_a_switch_that_was_flipped_last() -> None:
    flipped = case_of("Turn Wi-Fi on.", [WIFI_OFF, HOME], [at(5, 900)])
    assert read_trajectory(flipped).decision == "success"
    twice = case_of("Turn Wi-Fi on.", [WIFI_OFF, WIFI_ON, HOME], [at(5, 900), at(5, 900)])
    assert read_trajectory(twice).reason == "'wi-fi' was switched off"
    never = case_of("Turn Wi-Fi on.", [HOME, LIST], [OpenApp(name="x")])
    assert read_trajectory(never).reason == "'wi-fi' never came into view"


def test_trajectory_believes_a_deletion_only_where_the_thing_was_listed_before() -> None:
    goal = "Delete Ana Vargas from the contacts."
    rest = screen(text("Ben Okafor", 4))
    assert read_trajectory(case_of(goal, [LIST, rest], [at(3)])).decision == "success"
    assert read_trajectory(case_of(goal, [rest, rest], [at(3)])).decision == "failure"
    assert read_trajectory(case_of(goal, [LIST, rest, LIST], [at(3), at(9)])).decision == "failure"
    undo = screen(text("Contact deleted", 15), text("Undo", 16))
    assert read_trajectory(case_of(goal, [LIST, undo, HOME], [at(3), Wait()])).decision == "success"
    assert read_trajectory(case_of(goal, [LIST, undo, HOME], [at(3), at(16)])).reason == "the deletion was undone"


def test_trajectory_notices_switches_that_the_goal_does_not_name() -> None:
    both = screen(text("Wi‑Fi", 5), switch(True, 5), text("Bluetooth", 7), switch(True, 7))
    reading = read_trajectory(case_of("Turn Wi-Fi on.", [WIFI_OFF, WIFI_ON, both], [at(5, 900), at(7, 900)]))
    assert (reading.decision, reading.reason) == ("failure", "'bluetooth' was switched on")
    assert reading.evidence[-1].step == 2
    one = [switch(True, 5, "30 s", "RadioButton"), switch(False, 6, "15 s", "RadioButton")]
    other = [replace(one[0], states=one[1].states), replace(one[1], states=one[0].states)]
    chosen = case_of("Let the screen turn off after 15 seconds.", [screen(*one), screen(*other)], [at(6, 900)])
    assert "switched" not in read_trajectory(chosen).reason


def test_trajectory_in_which_nothing_was_done_reached_nothing() -> None:
    idle = case_of("Set the media volume to its maximum.", [LIST, LIST], [Terminate(status="success")])
    busy = case_of("Set the media volume to its maximum.", [LIST, LIST], [at(3)])
    assert (read_trajectory(idle).decision, read_trajectory(idle).confidence) == ("failure", 0.65)
    assert (read_trajectory(busy).decision, read_trajectory(busy).confidence) == ("success", 0.5)


def test_reader_without_trees_has_nothing_to_read() -> None:
    blind = replace(HOME, ui_tree=None)
    with pytest.raises(VerifierError, match="last screen has no UI tree"):
        read_last_screen(case_of("x", [LIST, blind], [at(1)]))
    with pytest.raises(VerifierError, match="no screen has a UI tree"):
        read_trajectory(case_of("x", [blind, blind], [at(1)]))
    assert read_trajectory(case_of("Delete Ana Vargas.", [LIST, blind], [at(1)])).decision == "failure"
