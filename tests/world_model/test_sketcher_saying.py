"""How lines are said: pointers to lines of the screen, entries, edits, texts from elsewhere; and the vocabulary."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sketcher_phone import BAR, FIELD, HOME, OFF, ON, SCREEN, TITLE, WIFI, field, page, transition, transitions

from device_farm.errors import DataError
from device_farm.types.action import Click, TypeText
from device_farm.types.geometry import Rect, Size
from world_model.hashed_words import find_span, tokens
from world_model.predictors.base import Question
from world_model.sketch.sketch import Sketch, SketchLine
from world_model.sketcher.gathering import Limits, gathered
from world_model.sketcher.said import GOAL, Said, Sayings, line_of, scene_of, source_of, source_text
from world_model.sketcher.vocabulary import Edit, Entry, Vocabulary


def question(before: Sketch, action: object, goal: str = "name it Ada Lovelace") -> Question:
    return Question(sketch=before, action=action, goal=goal, platform="android")  # type: ignore[arg-type]


def moved(line: SketchLine, dy: int) -> SketchLine:
    box = line.box
    return SketchLine(label=line.label, text=line.text, box=Rect(box.left, box.top + dy, box.right, box.bottom + dy))


def test_span_of_a_goal_is_found_by_whole_words() -> None:
    goal = "Rename note_1.md to list"
    assert find_span("note_1.md", goal) == (1, 5)
    assert [token.start for token in tokens(goal)][:3] == [0, 7, 11]
    assert find_span("ote_1.md", goal) is None
    assert find_span("", goal) is None


def test_scene_knows_the_smallest_line_that_is_touched_and_what_was_typed() -> None:
    inner = SketchLine(label="button", text="More", box=Rect(900, 120, 980, 180))
    before = Sketch(screen=SCREEN, lines=(WIFI, inner))
    assert scene_of(question(before, Click(at=inner.box.center))).touched == 1
    assert scene_of(question(before, Click(at=WIFI.box.center))).touched == 0
    typed = scene_of(question(page(OFF, "Ada"), TypeText(text=" L")))
    assert (typed.typed, typed.appended, typed.touched) == (" L", "Ada L", -1)


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("Ada Lovelace", (GOAL + 2, 3)),
        ("Ada", (GOAL + 2, 2)),
        ("100%", (GOAL + 4, -1)),
        ("Wi-Fi", (GOAL + 4 + 1, -1)),
        ("nowhere", None),
        ("", None),
    ],
)
def test_source_of_a_text_is_the_goal_before_a_line(text: str, source: tuple[int, int] | None) -> None:
    scene = scene_of(question(HOME, Click(at=WIFI.box.center)))
    found = source_of(scene, text)
    assert found == source
    if found is not None:
        assert source_text(scene, *found) == text


def test_gathered_vocabulary_holds_lines_edits_slots_and_headers() -> None:
    vocabulary = gathered(transitions())
    lines = {entry.line for entry in vocabulary.entries if not entry.slot}
    assert {BAR, WIFI, TITLE, OFF} <= lines
    slots = [entry.line for entry in vocabulary.entries if entry.slot]
    assert slots == [SketchLine(label="field", text="", box=FIELD, states=frozenset({"focused"}))]
    assert vocabulary.headers == (("", ""), ("com.phone", ".Home"), ("com.phone", ".Wifi"))
    assert field("Ada") not in lines


def test_edits_are_those_that_are_seen_twice() -> None:
    shown = transitions() + transitions()
    assert set(gathered(shown, Limits(least=2)).edits) == {
        Edit(),
        Edit(states=frozenset({"checked"})),
        Edit(states=frozenset({"unchecked"})),
    }


def test_lines_come_back_from_how_they_are_said() -> None:
    shown = [*transitions(), *transitions()]
    sayings = Sayings(gathered(shown))
    for one in shown:
        scene = scene_of(one.question)
        said = [sayings.said(line, scene, one.after.app) for line in one.after.lines]
        assert [said_one and line_of(said_one, scene, sayings.vocabulary) for said_one in said] == list(one.after.lines)


def test_what_was_never_seen_cannot_be_said() -> None:
    sayings = Sayings(gathered(transitions()))
    scene = scene_of(question(HOME, Click(at=WIFI.box.center)))
    assert sayings.said(SketchLine(label="button", text="Pair", box=Rect(0, 0, 9, 9)), scene, "com.phone") is None


def test_a_line_that_moved_is_said_by_its_edit() -> None:
    vocabulary = Vocabulary(screen=SCREEN, edits=(Edit(), Edit(dy_px=-100)))
    scene = scene_of(question(HOME, Click(at=BAR.box.center)))
    said = Sayings(vocabulary).said(moved(WIFI, -90), scene, "com.phone")
    assert said == Said("screen", 1, edit=1)
    assert line_of(said, scene, vocabulary) == moved(WIFI, -100)


def test_a_line_that_would_leave_the_screen_is_clipped_or_none() -> None:
    vocabulary = Vocabulary(screen=SCREEN, edits=(Edit(), Edit(dy_px=-150), Edit(dy_px=-400)))
    scene = scene_of(question(HOME, Click(at=BAR.box.center)))
    clipped = line_of(Said("screen", 1, edit=1), scene, vocabulary)
    assert clipped is not None and clipped.box == Rect(0, 0, 1000, 50)
    assert line_of(Said("screen", 1, edit=2), scene, vocabulary) is None


def test_entries_fit_a_screen_of_another_size() -> None:
    vocabulary = Vocabulary(screen=SCREEN, entries=(Entry(line=ON, app="a"),))
    small = scene_of(question(Sketch(screen=Size(500, 1000)), Click(at=BAR.box.center)))
    line = line_of(Said("entry", 0), small, vocabulary)
    assert line is not None and line.box == Rect(0, 150, 500, 200)


def test_vocabulary_comes_back_from_its_text() -> None:
    vocabulary = gathered([*transitions(), *transitions()])
    assert Vocabulary.from_json(json.loads(vocabulary.dumps())) == vocabulary


@settings(max_examples=60, deadline=None)
@given(st.recursive(st.none() | st.integers() | st.text(max_size=4), lambda inner: st.lists(inner, max_size=4)))
def test_vocabulary_of_anything_else_is_a_data_error(values: object) -> None:
    told = gathered(transitions()).to_json()
    for key in ("screen", "entries", "edits", "headers"):
        with pytest.raises(DataError):
            Vocabulary.from_json({**told, key: values, "format": None})
    with pytest.raises(DataError):
        Vocabulary.from_json(values)


def test_nothing_to_gather_is_a_data_error() -> None:
    with pytest.raises(DataError, match="no transition"):
        gathered([])


def test_an_entry_that_is_there_twice_is_a_data_error() -> None:
    entry = Entry(line=ON, app="a")
    with pytest.raises(DataError, match="twice"):
        Vocabulary(screen=SCREEN, entries=(entry, entry))


def test_a_change_of_the_window_is_part_of_the_vocabulary() -> None:
    one = transition(HOME, Click(at=WIFI.box.center), page(OFF))
    assert gathered([one]).header_of == {("com.phone", ".Wifi"): 1}
