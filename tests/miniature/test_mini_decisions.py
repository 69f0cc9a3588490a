"""Actions as decisions, and back: what the miniature can say of a screen."""

from __future__ import annotations

import pytest

from device_farm.errors import DataError, PolicyError
from device_farm.types.action import (
    Action,
    Answer,
    Click,
    Drag,
    LongPress,
    OpenApp,
    PressKey,
    Swipe,
    SystemButton,
    Terminate,
    TypeText,
    Wait,
)
from device_farm.types.codec.space import CoordinateSpace
from device_farm.types.geometry import Point
from gui_agent.miniature.dialect import MiniDialect, text_of
from gui_agent.miniature.elements import elements_of
from gui_agent.miniature.kinds import ELEMENT, KIND, KINDS, PLACE, WORD, decode, encode, thought_of
from tests.miniature.screens import GOAL, SCREEN, prompt, screen
from world_model.hashed_words import find_span, tokens

# The elements: 0 the button, 1 and 2 the notes, 3 the switch, 4 the slider, 5 the number.
CASES: list[tuple[Action, tuple[int, ...]]] = [
    (Click(at=Point(1030, 100)), (KIND["click"], ELEMENT + 0, PLACE)),
    (Click(at=Point(370, 300)), (KIND["click"], ELEMENT + 1, PLACE)),
    (Click(at=Point(970, 500)), (KIND["click"], ELEMENT + 3, PLACE)),
    (Click(at=Point(104, 730)), (KIND["click"], ELEMENT + 4, PLACE + 1)),
    (Click(at=Point(895, 730)), (KIND["click"], ELEMENT + 4, PLACE + 2)),
    (LongPress(at=Point(370, 500)), (KIND["long_press"], ELEMENT + 2)),
    (TypeText(text="42 plums"), (KIND["type"], WORD + 11, WORD + 12)),
    (TypeText(text="\namber_cedar"), (KIND["type_line"], WORD + 3, WORD + 5)),
    (OpenApp(name="Markor"), (KIND["open_app"], WORD + 9, WORD + 9)),
    (Answer(text="42"), (KIND["answer"], WORD + 11, WORD + 11)),
    (Answer(text="basin.md"), (KIND["answer_element"], ELEMENT + 2)),
    (Answer(text="2025550143"), (KIND["answer_digits"], ELEMENT + 5)),
    (PressKey(key="a", modifiers=("ctrl",)), (KIND["select_all"],)),
    (PressKey(key="backspace"), (KIND["backspace"],)),
    (SystemButton(button="home"), (KIND["home"],)),
    (Wait(duration_s=0.5), (KIND["wait"],)),
    (Terminate(status="failure"), (KIND["failure"],)),
]


def test_goal_tokens_are_words_numbers_and_signs() -> None:
    expected = ["Rename", "the", "note", "amber", "_", "cedar", ".", "md", "in", "Markor", "to", "42", "plums"]
    assert [GOAL[token.start : token.end] for token in tokens(GOAL)] == expected


def test_elements_leave_out_rows_that_their_label_stands_for() -> None:
    labels = [element.node.label for element in elements_of(screen())]
    assert labels == ["Rename", "amber_cedar.md", "basin.md", "", "6", "Call +1 (202) 555-0143"]


@pytest.mark.parametrize(("action", "ids"), CASES)
def test_an_action_is_its_decisions_and_they_are_the_action(action: Action, ids: tuple[int, ...]) -> None:
    assert encode(action, prompt()) == ids
    assert decode(ids, prompt()).action == action


@pytest.mark.parametrize(("action", "ids"), CASES)
def test_a_reply_in_words_gives_back_action_and_thought(action: Action, ids: tuple[int, ...]) -> None:
    spoken = decode(ids, prompt())
    turn = MiniDialect().parse(text_of(spoken, prompt()), CoordinateSpace.exact(SCREEN))
    assert (turn.action, turn.thought) == (action, spoken.thought)


def test_the_thought_is_the_label_of_what_is_touched() -> None:
    assert thought_of(Click(at=Point(1030, 100)), prompt()) == "Rename"
    assert thought_of(Wait(duration_s=0.5), prompt()) == ""
    assert thought_of(TypeText(text="no such words"), prompt()) == ""


@pytest.mark.parametrize("way", ["up", "down", "left", "right"])
def test_a_swipe_goes_its_way_over_the_scrolling_list(way: str) -> None:
    swipe = decode((KIND[f"swipe_{way}"],), prompt()).action
    assert isinstance(swipe, Swipe)
    dx, dy = swipe.end.x - swipe.start.x, swipe.end.y - swipe.start.y
    # The list is 1080 wide and 2000 high, from y = 200 on; half of it is gone over.
    assert (dx, dy) == {"up": (0, -1000), "down": (0, 1000), "left": (-540, 0), "right": (540, 0)}[way]
    assert encode(swipe, prompt()) == (KIND[f"swipe_{way}"],)


@pytest.mark.parametrize(
    "action",
    [
        TypeText(text="not in the goal"),
        TypeText(text="lum"),
        Answer(text="Paris"),
        Click(at=Point(5, 2399)),
        Click(at=Point(370, 300), count=2),
        Drag(start=Point(1, 1), end=Point(2, 2)),
        PressKey(key="f5"),
    ],
)
def test_what_it_has_no_decision_for_is_refused(action: Action) -> None:
    with pytest.raises(DataError):
        encode(action, prompt())


@pytest.mark.parametrize(
    "ids", [(KIND["click"], ELEMENT + 6, PLACE), (KIND["type"], WORD + 13, WORD + 13), (99,), (KIND["click"],)]
)
def test_ids_of_no_decision_are_refused_with_their_numbers(ids: tuple[int, ...]) -> None:
    with pytest.raises(PolicyError, match="is no action on this screen"):
        decode(ids, prompt())


def test_a_span_begins_and_ends_with_whole_words_at_its_first_place() -> None:
    assert find_span("1", "at 1:51 or 1") == (1, 1)
    assert find_span("51 or 1", "at 1:51 or 1") == (3, 5)
    assert find_span("5", "at 1:51") is None


def test_every_kind_has_a_number_of_its_own() -> None:
    assert sorted(KIND.values()) == list(range(len(KINDS)))
