"""Values in a goal change no check: a goal made of parameters gives the same parameters back, or is not understood."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device_farm.types.task import JsonValue, Platform
from gui_agent.benchmarks.androidworld.tasks import SUITE as ANDROIDWORLD
from gui_agent.benchmarks.base import TaskTemplate
from gui_agent.benchmarks.basics import SUITE
from verifier.planner.goals import fitting, understand
from verifier.planner.listings import rows_in
from verifier.planner.wording import forms, turned

Params = Mapping[str, JsonValue]
_PIECES = (
    *("“", "”", '"', "'", "`", "\\", "\n", " ", ". ", ".", "; ", ", ", "/", "..", "$HOME", "$(reboot)", "%s", "{name}"),
    *(".*", "(?P<file>x)", "[a-z]+", "|", "^", "$", "\\d", "*", "\x00", "\u202e", "é", "a", "b", "Note 1", "md"),
    *(" in Markor", " to ", " to the contacts, with the mobile number 5", ", and nothing else", "; turn Wi-Fi off"),
    *(" and then Bluetooth on", " at the end of the note ", " from the contacts", "Delete Ann Bee from the contacts"),
    *(" in the Downloads folder", " into the folder ", ". Replace the old one in the contacts", " with the text: "),
    *("\nThen share the whole note by SMS with +12025550100, using Simple SMS Messenger", " and rename the note to x"),
    *(
        '", its description "',
        '" from Simple Calendar Pro. It is on 2023-10-15 and starts at 9:00',
        " say, in this order",
    ),
)
hostile = st.lists(st.sampled_from(_PIECES) | st.text(max_size=6), min_size=1, max_size=6).map("".join)


def _whole(*names: str) -> Callable[[Params], dict[str, str]]:
    """Values that stand in the goal under other names: `group=parameter`, or just the name where both are one."""
    pairs = [(name.partition("=")[0], name.rpartition("=")[2]) for name in names]
    return lambda params: {group: str(params[name]) for group, name in pairs}


def _person(*more: str) -> Callable[[Params], dict[str, str]]:
    return lambda params: {"name": f"{params['first']} {params['last']}", **{name: str(params[name]) for name in more}}


def _note(*more: str) -> Callable[[Params], dict[str, str]]:
    return lambda params: {"file": f"{params['name']}.md", **{name: str(params[name]) for name in more}}


BASICS: Mapping[str, tuple[tuple[str, ...], Callable[[Params], dict[str, str]]]] = {
    "PhoneDeviceName": (("name",), _whole("name")),
    "PhonePrivateDns": (("host",), _whole("host")),
    "PhoneAddContact": (("first", "last"), lambda params: {**_person("number")(params), "kind": "mobile"}),
    "PhoneChangeNumber": (("first", "last"), _person("number")),
    "PhoneDeleteContact": (("first", "last"), _person()),
    "PhoneStarContact": (("first", "last"), _person()),
    "PhoneFindNumber": (("first", "last"), _person()),
    "PhoneWriteNote": (("name", "text"), _note("text")),
    "PhoneExtendNote": (("name", "text"), _note("text")),
    "PhoneRenameNote": (("name", "new"), lambda params: {**_note()(params), "new": f"{params['new']}.md"}),
    "PhoneDeleteNote": (("name",), _note()),
    "PhoneMoveNote": (("name", "folder"), _note("folder")),
    "PhoneNewFolder": (("folder",), _whole("folder")),
    "PhoneNoteFolder": (("folder",), _whole("folder")),
    "PhoneRenameFile": (("file", "new"), _whole("file", "new")),
    "PhoneDeleteFile": (("file",), _whole("file")),
    "PhoneMoveFile": (("file", "folder"), _whole("file", "folder")),
    "DesktopWriteFile": (("name", "text"), _whole("file=name", "text")),
    "DesktopExtendFile": (("name", "text"), _whole("file=name", "text")),
    "DesktopNewFolder": (("folder",), _whole("folder")),
    "DesktopRenameFile": (("name", "new"), _whole("file=name", "new")),
    "DesktopDeleteFile": (("name",), _whole("file=name")),
}
OTHERS: Mapping[str, tuple[tuple[str, ...], Callable[[Params], dict[str, str]]]] = {
    "ContactsAddContact": (("name",), lambda params: {**_whole("name", "number")(params), "kind": "phone"}),
    "MarkorCreateNote": (("file_name", "text"), _whole("file=file_name", "text")),
    "MarkorDeleteNote": (("file_name",), _whole("file=file_name")),
    "MarkorChangeNoteContent": (
        ("original_name", "new_name", "updated_content"),
        _whole("file=original_name", "new=new_name", "text=updated_content"),
    ),
    "MarkorMoveNote": (
        ("file_name", "source_folder", "destination_folder"),
        _whole("file=file_name", "folder=source_folder", "into=destination_folder"),
    ),
    "MarkorMergeNotes": (
        ("file1_name", "file2_name", "file3_name", "new_file_name"),
        _whole("one=file1_name", "two=file2_name", "three=file3_name", "new=new_file_name"),
    ),
    "FilesMoveFile": (
        ("file_name", "source_folder", "destination_folder"),
        _whole("file=file_name", "folder=source_folder", "into=destination_folder"),
    ),
    "SimpleSmsSend": (("message",), _whole("number", "text=message")),
    "SimpleSmsReplyMostRecent": (("message",), _whole("text=message")),
    "SimpleSmsSendReceivedAddress": (("name1", "name2"), _whole("to=name1", "sender=name2")),
    "SimpleCalendarAddOneEventTomorrow": (
        ("event_title", "event_description"),
        lambda params: {
            **_whole("title=event_title", "description=event_description", "hour", "minutes=duration_mins")(params),
            "day": "tomorrow",
        },
    ),
}


def _check(template: TaskTemplate, params: Params, expected: dict[str, str]) -> None:
    goal = template.goal_text(params)
    understood = understand(goal, template.platform)
    if understood is not None:
        assert [dict(part.values) for part in understood.parts] == [expected], goal


@pytest.mark.parametrize("name", [*BASICS, *OTHERS])
def test_hostile_values_come_back_as_they_were_or_the_goal_is_not_understood(name: str) -> None:
    suite, (texts, expected) = (SUITE, BASICS[name]) if name in BASICS else (ANDROIDWORLD, OTHERS[name])
    template = suite.template(name)

    @settings(max_examples=100, deadline=None)
    @given(seed=st.integers(0, 99), values=st.tuples(*(hostile for _ in texts)))
    def property_holds(seed: int, values: tuple[str, ...]) -> None:
        params = {**template.task(suite.name, seed).params, **dict(zip(texts, values, strict=True))}
        _check(template, params, expected(params))

    property_holds()


@pytest.mark.parametrize(
    ("goal", "platform"),
    [
        ("Rename the note a in Markor to x in Markor to y.", "android"),
        ("Create a note called a.md in Markor with the text: Buy milk; turn Wi-Fi on", "android"),
        ("Delete the note a in Markor; delete the note b in Markor", "android"),
        ("Delete the note ../../secret in Markor, and nothing else.", "android"),
        ("Add the line “a” at the end of Documents/x” at the end of Documents/y, with the text editor.", "desktop"),
        ("Set an alarm for 25:61.", "android"),
        ("Set an alarm for 13:10 PM.", "android"),
        ("Turn Wi-Fi on and then Wi-Fi off.", "android"),
        ("Clear 2023-02-30 in Simple Calendar Pro: delete every event of that day.", "android"),
        ("Log these expenses in Pro Expense:\nname|amount_dollars|category_name|note\nTea|$5|Food", "android"),
        ("Log these expenses in Pro Expense:\nname|amount_dollars|category_name|note\nTea|$5|Drinks|hot", "android"),
        ("Turn Bluetooth on" + "; turn Wi-Fi on" * 40, "android"),
        ("Create a note called a.md in Markor with the text: " + "x" * 30_000, "android"),
    ],
)  # fmt: skip
def test_goal_with_two_readings_or_none_is_not_understood(goal: str, platform: Platform) -> None:
    assert understand(goal, platform) is None


@pytest.mark.parametrize(
    "goal",
    [
        "Put what the Markor notes " + ("a, b and " * 500)[:1150],
        "In VLC, make two playlists of files in V of the internal memory. First “"
        + ("a” with, in this order: b. Then “" * 99)[:1100],
        'In Markor, make "' + ('" the content of a and rename the note to ' * 500)[:1150],
        "Add the line “" + ("” at the end of the note " * 500)[:5900],
        "Move the Markor note " + "a out of the folder b and into " * 500,
        "Turn Wi-Fi on" + " and then turn Wi-Fi on" * 11,
        "; " * 9_999,
    ],
)
def test_goal_that_is_hard_to_read_takes_no_time(goal: str) -> None:
    began_s = time.process_time()
    assert understand(goal, "android") is None
    assert time.process_time() - began_s < 5


def test_second_reading_of_a_form_is_found() -> None:
    [form] = forms(r"move (?P<one>\S.*?) to (?P<two>\S+?)")
    assert form.readings("move a to b") == [{"one": "a", "two": "b"}]
    assert form.readings("move a to b to c") == [{"one": "a to b", "two": "c"}]
    [form] = forms(r"move (?P<one>\S.*?) to (?P<two>\S.*?)")
    assert form.readings("move a to b to c") == [{"one": "a", "two": "b to c"}, {"one": "a to b", "two": "c"}]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (r"a+b*?c{2,3}d??", r"a+?b*c{2,3}?d?"),
        (r"(?P<n>x)(?:y)?(?!z)\?\+[+*?]+", r"(?P<n>x)(?:y)??(?!z)\?\+[+*?]+?"),
        (r"[^\]?]*[]?]", r"[^\]?]*?[]?]"),
    ],
)
def test_turned_pattern_takes_its_choices_the_other_way_round(pattern: str, expected: str) -> None:
    assert turned(pattern) == expected
    assert turned(turned(pattern)) == pattern


def test_listed_rows_are_read_to_the_letter_or_not_at_all() -> None:
    columns = ("name", "note")
    assert rows_in("name|note\nTea|hot\nIce|cold", columns, "Drink") == [
        {"name": "Tea", "note": "hot"},
        {"name": "Ice", "note": "cold"},
    ]
    assert rows_in("Drink: Tea\n note: hot\n\nDrink: Ice\n note: ", columns, "Drink") == [
        {"name": "Tea", "note": "hot"},
        {"name": "Ice", "note": ""},
    ]
    for text in ("", "name|note", "name|note\nTea", "name|note\nTea|hot|very", "Drink: Tea", "Food: Tea\n note: hot"):
        assert rows_in(text, columns, "Drink") is None


def test_kinds_differ_by_platform() -> None:
    assert fitting("Turn Wi-Fi on.", "desktop") == []
