"""Content under a finger: it follows, runs on after a fling, and stops at its ends."""

from __future__ import annotations

import pytest

from device_farm.simulator.input import fling_distance
from device_farm.simulator.intents import Intent


@pytest.fixture
def lines(hand):
    """The hand before a list of 100 lines."""
    hand.phone.activities.start(Intent(action="android.intent.action.VIEW", data="sample:lines"))
    assert hand.sees("Line 0")
    return hand


def test_list_builds_only_what_is_in_sight(lines) -> None:
    shown = [node.text for node in lines.all() if node.text.startswith("Line ")]
    assert shown[0] == "Line 0"
    assert len(shown) < 20


def test_content_follows_the_finger(lines) -> None:
    before = lines.get("Line 10").bounds.top
    lines.phone.input.drag(540, 1500, 540, 1100)
    # The touch slop of 21 px is taken off, as on Android.
    assert before - lines.get("Line 10").bounds.top == 400 - 21


def test_slow_drag_does_not_fling_and_quick_swipe_does(lines) -> None:
    input_ = lines.phone.input
    input_.swipe(540, 1500, 540, 1100, 4000)
    slow = lines.phone.view(lines.phone.state.front.id).scroll["lines"]
    assert 379 <= slow < 420
    input_.swipe(540, 1500, 540, 1100, 100)
    assert lines.phone.view(lines.phone.state.front.id).scroll["lines"] > slow + 1000


def test_scrolling_stops_at_both_ends(lines) -> None:
    for _ in range(8):
        lines.phone.input.swipe(540, 2000, 540, 300, 80)
    assert lines.sees("Line 99")
    for _ in range(8):
        lines.phone.input.swipe(540, 300, 540, 2000, 80)
    assert lines.sees("Line 0")


def test_row_scrolled_to_can_be_tapped_where_it_is(lines) -> None:
    lines.scroll_to("Line 40")
    lines.tap("Line 40")
    assert not lines.sees("Lines")


def test_moving_finger_is_no_tap(lines) -> None:
    row = lines.get("Line 5").bounds.center
    lines.phone.input.swipe(row.x, row.y, row.x, row.y - 60)
    assert lines.sees("Lines"), "the row did not take the swipe for a tap"


def test_single_touches_scroll_while_the_finger_is_down(lines) -> None:
    input_ = lines.phone.input
    input_.down(540, 1500, 1000)
    input_.move(540, 1300, 1100)
    middle = lines.phone.view(lines.phone.state.front.id).scroll["lines"]
    input_.move(540, 1200, 1500)
    input_.up(540, 1200, 2000)
    assert middle == 179
    assert lines.phone.view(lines.phone.state.front.id).scroll["lines"] == 279


def test_page_keys_scroll_by_a_screen(lines) -> None:
    lines.phone.input.key(93)
    assert not lines.sees("Line 0")
    lines.phone.input.key(92)
    assert lines.sees("Line 0")


@pytest.mark.parametrize(("slower", "faster"), [(200, 400), (1000, 4000), (4000, 8000)])
def test_fling_runs_further_the_faster_it_is(slower: float, faster: float) -> None:
    assert 0 < fling_distance(slower) < fling_distance(faster)


def test_focused_field_is_scrolled_above_the_keyboard(hand) -> None:
    hand.phone.input.drag(540, 1000, 540, 1900)
    hand.tap("body")
    hand.phone.input.text("\n".join(str(number) for number in range(40)))
    keyboard_top = hand.get("keyboard_area").bounds.top
    field = hand.get("body").bounds
    assert field.bottom <= keyboard_top
    assert field.height > 0
