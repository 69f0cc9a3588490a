"""Rewards, returns, advantages and the choice of groups, against numbers worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from gui_agent.matching.base import Match
from gui_agent.rl.advantages import (
    combined,
    episode_advantages,
    episode_advantages_released,
    normalised,
    step_advantages,
)
from gui_agent.rl.returns import discounted_returns, discounted_returns_released
from gui_agent.rl.rewards import RewardForm, step_reward
from gui_agent.rl.selection import enough, select, spread


@pytest.mark.parametrize(
    ("format_", "type_", "exact", "thought", "form", "reward"),
    [
        (True, True, True, True, "paper", 1.0),
        (True, True, False, True, "paper", 0.5),
        (True, False, False, True, "paper", 0.1),
        (True, True, True, False, "paper", 0.0),
        (False, False, False, True, "paper", 0.0),
        (True, True, True, True, "released", 1.0),
        (True, True, True, False, "released", 0.9),
        (True, True, False, True, "released", 0.55),
        (True, False, False, True, "released", 0.19),
        (False, False, False, True, "released", 0.0),
    ],
)
def test_step_reward(format_: bool, type_: bool, exact: bool, thought: bool, form: RewardForm, reward: float) -> None:
    match = Match(format=format_, type=type_, exact=exact)
    assert step_reward(match, has_thought=thought, form=form) == pytest.approx(reward)


@pytest.mark.parametrize(
    ("rewards", "matches", "returns", "released"),
    [
        # All match: 1 + 0.5 (1 + 0.5 · 1) = 1.75.
        ([1, 1, 1], [1, 1, 1], [1.75, 1.5, 1.0], [1.75, 1.5, 1.0]),
        # The step that leaves the way counts for those before it in the paper, not in the released code.
        ([1, 0.5, 1], [1, 0, 1], [1.25, 0.5, 1.0], [1.0, 0.5, 1.0]),
        ([0.1], [0], [0.1], [0.1]),
        # Two patches in a row: each return ends at its own step.
        ([0.5, 0.1, 1], [0, 0, 1], [0.5, 0.1, 1.0], [0.5, 0.1, 1.0]),
        ([1, 1, 0], [1, 1, 0], [1.5, 1.0, 0.0], [1.5, 1.0, 0.0]),
        ([], [], [], []),
    ],
)
def test_discounted_returns(
    rewards: list[float], matches: list[int], returns: list[float], released: list[float]
) -> None:
    flags = [bool(flag) for flag in matches]
    assert discounted_returns(rewards, flags, 0.5).tolist() == pytest.approx(returns)
    assert discounted_returns_released(rewards, flags, 0.5).tolist() == pytest.approx(released)


def test_discounted_returns_at_the_ends_of_gamma() -> None:
    assert discounted_returns([1, 1, 1], [True] * 3, 0.0).tolist() == [1, 1, 1]
    assert discounted_returns([1, 1, 1], [True] * 3, 1.0).tolist() == [3, 2, 1]
    with pytest.raises(ValueError, match="gamma"):
        discounted_returns([1], [True], 1.5)
    for rewards, matches in (([1.0, 1.0], 3), ([1.0] * 4, 3)):
        with pytest.raises(ValueError, match=f"{len(rewards)} rewards but 3 matches"):
            discounted_returns(rewards, [True] * matches)


def test_normalised_of_what_cannot_be_compared_is_zero() -> None:
    assert normalised(np.array([5.0])).tolist() == [0]
    assert normalised(np.array([2.0, 2.0, 2.0])).tolist() == [0, 0, 0]
    assert normalised(np.array([])).tolist() == []
    assert normalised(np.array([0.0, 2.0])).tolist() == [-1, 1]
    assert normalised(np.array([0.0, 4.0]), "none").tolist() == [-2, 2]


def test_step_advantages_compare_the_same_step_of_those_that_reached_it() -> None:
    returns = [np.array([1.0, 3.0, 7.0]), np.array([3.0, 1.0]), np.array([2.0])]
    first, second, third = step_advantages(returns)
    deviation = np.std([1, 3, 2])
    assert first.tolist() == pytest.approx([-1 / deviation, 1.0, 0.0])
    assert second.tolist() == pytest.approx([1 / deviation, -1.0])
    assert third.tolist() == pytest.approx([0.0])


def test_episode_advantages_compare_totals() -> None:
    rewards = [[1.0, 1.0], [0.0], [1.0]]
    found = episode_advantages(rewards, "none")
    assert [values.tolist() for values in found] == [[1.0, 1.0], [-1.0], [0.0]]
    scaled = episode_advantages(rewards)
    assert scaled[0].tolist() == pytest.approx([1 / np.std([2, 0, 1])] * 2)


def test_episode_advantages_released_compare_single_steps() -> None:
    found = episode_advantages_released([[1.0, 0.0], [0.5]])
    assert [values.tolist() for values in found] == [[0.5, -0.5], [0.0]]
    assert episode_advantages_released([]) == []


def test_combined_weighs_the_step_by_omega() -> None:
    (found,) = combined([np.array([1.0, 1.0])], [np.array([0.5, -0.5])], omega=2.0)
    assert found.tolist() == [2.0, 0.0]


def test_spread_sees_disagreement_after_the_first_steps() -> None:
    agree_then_differ = [np.array([0.0, 0.0, 1.0]), np.array([0.0, 0.0, -1.0])]
    assert spread(agree_then_differ) == pytest.approx(np.sqrt(2 / 6))
    assert spread([np.array([]), np.array([])]) == 0.0


def test_select_takes_the_widest_and_never_the_equal() -> None:
    chosen = select(["a", "b", "c", "d"], [0.1, 0.9, 0.0, 0.4], 3, eta=0.3)
    assert (chosen.kept, chosen.below, chosen.equal) == (("b", "d", "a"), 1, 1)
    assert select(["a", "b"], [0.0, 0.0], 2).kept == ()
    assert enough([0.9, 0.4, 0.1], 2) and not enough([0.9, 0.1], 2)
