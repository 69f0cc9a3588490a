"""Prompts as numbers: relations worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from device_farm.errors import DataError
from device_farm.types.action import Click, TypeText
from device_farm.types.geometry import Point
from gui_agent.miniature.features import MAX_PAST, RELATIONS, STATES, ItemsCache, items_of
from tests.miniature.screens import GOAL, prompt

# Items: 0 the whole, 1 to 13 the goal's words, 14 to 19 the elements, 20 on the past.
MARKOR_GOAL, AMBER, CEDAR = 10, 4, 6
BUTTON, NOTE, SECOND, SWITCH = 14, 15, 16, 17
RELATION = {name: index for index, name in enumerate(RELATIONS)}


def test_items_are_the_whole_the_goal_the_elements_and_the_past() -> None:
    items = items_of(prompt(Click(at=Point(370, 300)), TypeText(text="x")))
    assert (items.goal, items.elements, items.length) == (13, 6, 1 + 13 + 6 + 2)
    assert items.slots_L[0] == 2


def test_equal_words_are_related_and_shared_words_in_their_share() -> None:
    relations = items_of(prompt()).relations_RLL
    same, overlap = relations[RELATION["same"]], relations[RELATION["overlap"]]
    # The word `Rename` of the goal is the whole label of the button.
    assert same[1, BUTTON] == same[BUTTON, 1] == 255
    # `amber` is one of the three words of the note's name: not the same, but all of the shorter one's words.
    assert (same[AMBER, NOTE], overlap[AMBER, NOTE]) == (0, 255)
    # The two notes share `md`: one of the two words of `basin.md`.
    assert overlap[NOTE, SECOND] == 127
    # Items without words are like nothing, not even themselves.
    assert same[SWITCH, SWITCH] == 0 and overlap[0].sum() == 0


def test_what_stands_in_one_row_belongs_together() -> None:
    row = items_of(prompt()).relations_RLL[RELATION["row"]]
    assert row[SECOND, SWITCH] == row[SWITCH, SECOND] == 1 * row.max() and row[NOTE, SWITCH] == 0
    assert (row[SECOND, SWITCH], row[SWITCH, SECOND], row[NOTE, SWITCH]) == (255, 255, 0)


def test_words_know_their_neighbours_and_a_past_touch_its_element() -> None:
    relations = items_of(prompt(Click(at=Point(970, 500)))).relations_RLL
    assert relations[RELATION["next"], 1, 2] == 255 and relations[RELATION["before"], 2, 1] == 255
    assert relations[RELATION["next"], 13, 14] == 0
    touched = relations[RELATION["touched"], 20]
    assert np.flatnonzero(touched).tolist() == [SWITCH]


def test_the_share_of_an_elements_words_in_the_goal_is_among_its_figures() -> None:
    items = items_of(prompt())
    share = items.dense_LF[:, 6 + len(STATES)]
    assert share[NOTE] == 1.0 and share[SECOND] == 0.5 and share[SWITCH] == 0.0


def test_only_the_newest_actions_are_kept() -> None:
    items = items_of(prompt(*(TypeText(text=str(number)) for number in range(MAX_PAST + 5))))
    assert items.slots_L[0] == MAX_PAST
    assert items.length == 1 + 13 + 6 + MAX_PAST


def test_a_goal_without_a_word_and_thoughts_for_other_actions_are_refused() -> None:
    with pytest.raises(DataError, match="no word"):
        items_of(prompt(goal=" "))
    with pytest.raises(DataError, match="2 thoughts for 1 actions"):
        items_of(prompt(TypeText(text="a"), thoughts=("b", "c")))


def test_the_same_prompt_object_is_computed_once_and_old_ones_are_forgotten() -> None:
    cache, first = ItemsCache(kept=1), prompt()
    assert cache.of(first) is cache.of(first)
    made = cache.of(first)
    cache.of(prompt(goal=f"{GOAL} now"))
    assert cache.of(first) is not made
