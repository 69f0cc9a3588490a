"""The on-screen keyboard types what is written on its keys."""

from __future__ import annotations

import pytest


@pytest.fixture
def typing(hand):
    hand.tap("name")
    assert hand.sees("keyboard_area")
    return hand


def _press(hand, keys: str) -> None:
    for key in keys:
        hand.tap({" ": "Space", ".": "Period", ",": "Comma"}.get(key, key))


def test_letters_space_and_delete(typing) -> None:
    _press(typing, "hi you")
    typing.tap("Delete")
    assert typing.get("name").text == "hi yo"


def test_shift_holds_for_one_letter_and_locks_at_the_second_tap(typing) -> None:
    typing.tap("Shift")
    _press(typing, "A")
    _press(typing, "b")
    typing.tap("Shift")
    typing.tap("Shift")
    _press(typing, "CD")
    assert typing.get("name").text == "AbCD"


def test_symbols_pages(typing) -> None:
    typing.tap("Symbols")
    _press(typing, "4@")
    typing.tap("Symbols")
    _press(typing, "€")
    typing.tap("Letters")
    _press(typing, "z")
    assert typing.get("name").text == "4@€z"


def test_number_field_has_a_number_pad(hand) -> None:
    hand.tap("pin")
    assert not hand.sees("q")
    _press(hand, "12")
    hand.tap("Delete")
    assert hand.get("pin").text == "•"


def test_enter_key_makes_a_line_in_a_field_of_several(hand) -> None:
    hand.tap("body")
    _press(hand, "a")
    hand.tap("Enter")
    _press(hand, "b")
    assert hand.get("body").text == "a\nb"


def test_done_goes_from_field_to_field_and_then_closes(typing) -> None:
    typing.tap("Done")
    assert "focused" in typing.get("pin").states
    typing.tap("Done")
    assert "focused" in typing.get("body").states


def test_back_hides_the_keyboard_but_keeps_the_focus(typing) -> None:
    typing.phone.input.key(4)
    assert not typing.sees("keyboard_area")
    assert "focused" in typing.get("name").states
    typing.phone.input.text("x")
    assert typing.get("name").text == "x"
    typing.tap("name")
    assert typing.sees("keyboard_area")


def test_window_shrinks_above_the_keyboard(typing) -> None:
    content = typing.get("content").bounds
    assert content.bottom == typing.get("keyboard_area").bounds.top
    typing.phone.input.key(4)
    assert typing.get("content").bounds.bottom > content.bottom


def test_every_key_lies_inside_the_screen(typing) -> None:
    keys = [node for node in typing.all() if node.role.endswith("Keyboard$Key")]
    assert len(keys) == 33
    assert all(0 <= key.bounds.left < key.bounds.right <= 1080 for key in keys)
    assert all(key.bounds.area > 60 * 100 for key in keys)


def test_home_and_back_again_leaves_the_keyboard_closed(typing) -> None:
    typing.phone.input.key(3)
    typing.open("Sample")
    assert not typing.sees("keyboard_area")
