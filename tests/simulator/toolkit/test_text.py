"""Text: line breaking, ellipsis, characters that the fonts lack, editing of fields."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device_farm.simulator.toolkit.fonts import icon_text, text_blob, text_width
from device_farm.simulator.toolkit.text_layout import ELLIPSIS, break_lines
from device_farm.simulator.toolkit.view import FieldState


def _lines(text: str, width: int, max_lines: int = 0) -> list[str]:
    return [line.text for line in break_lines(text, "regular", 37, width, max_lines)]


def test_short_text_is_one_line() -> None:
    assert _lines("Wi-Fi", 500) == ["Wi-Fi"]


def test_words_wrap_at_spaces() -> None:
    assert _lines("one two three", 150) == ["one two", "three"]


def test_long_word_is_cut_anywhere() -> None:
    lines = _lines("x" * 100, 200)
    assert len(lines) > 2
    assert "".join(lines) == "x" * 100


def test_line_feeds_are_kept() -> None:
    assert _lines("a\n\nb", 500) == ["a", "", "b"]


def test_too_many_lines_end_in_an_ellipsis() -> None:
    lines = _lines("one two three four five six", 200, 2)
    assert len(lines) == 2
    assert lines[-1].endswith(ELLIPSIS)
    assert text_width(lines[-1], "regular", 37) <= 200


def test_offsets_cover_the_text() -> None:
    text = "one two three\nfour"
    lines = break_lines(text, "regular", 37, 150, 0)
    assert [text[line.start : line.end].rstrip() for line in lines] == ["one two", "three", "four"]


@settings(max_examples=80, deadline=None)
@given(text=st.text(max_size=60), width=st.integers(1, 400), max_lines=st.integers(0, 3))
def test_any_text_lays_out_and_draws(text: str, width: int, max_lines: int) -> None:
    lines = break_lines(text, "regular", 37, width, max_lines)
    assert lines
    assert not max_lines or len(lines) <= max_lines
    for line in lines:
        text_blob(line.text, "regular", 37)


@pytest.mark.parametrize("text", ["日本語", "\U0001f600", "\ud800", "\x00", "אב"])
def test_uncovered_characters_have_a_width_and_do_not_crash(text: str) -> None:
    assert text_width(text, "regular", 37) >= 0
    text_blob(text, "regular", 37)


def test_unknown_icon_is_named_in_the_error() -> None:
    assert len(icon_text("wifi")) == 1
    with pytest.raises(ValueError, match="no_such_icon"):
        icon_text("no_such_icon")


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (FieldState("abc", 1, 1).insert("X"), FieldState("aXbc", 2, 2)),
        (FieldState("abc", 0, 2).insert("X"), FieldState("Xc", 1, 1)),
        (FieldState("abc", 0, 0).delete(), FieldState("abc", 0, 0)),
        (FieldState("abc", 3, 3).delete(), FieldState("ab", 2, 2)),
        (FieldState("abc", 1, 1).delete(forward=True), FieldState("ac", 1, 1)),
        (FieldState("abc", 3, 1).delete(), FieldState("a", 1, 1)),
        (FieldState("abc", 1, 1).move(9), FieldState("abc", 3, 3)),
        (FieldState("abc", 1, 1).move(3, extend=True), FieldState("abc", 3, 1)),
        (FieldState("abc", 1, 1).select_all(), FieldState("abc", 3, 0)),
    ],
)
def test_field_state_edits(state: FieldState, expected: FieldState) -> None:
    assert state == expected
