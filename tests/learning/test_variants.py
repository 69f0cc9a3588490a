"""The variants of rewards and advantages, against numbers worked out by hand."""

from __future__ import annotations

import math
from statistics import NormalDist

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gui_agent.rl.variants.elpo import BranchSearch, critical_steps, hierarchical_advantages
from gui_agent.rl.variants.g2rpo import gaussian_advantages
from gui_agent.rl.variants.g_ra import gated_rewards
from gui_agent.rl.variants.stepo import shared_advantages


def test_g_ra_counts_small_rewards_of_solved_tasks_only() -> None:
    assert gated_rewards([0.5, 0.25], [0.1, 0], 1.0).tolist() == pytest.approx([0.6, 1.25])
    assert gated_rewards([0.5, 0.25], [0.1, 0], 0.0).tolist() == [0, 0]
    assert gated_rewards([0.5, 0.25], [0.1, 0], 0.5, gate=0.5).tolist() == pytest.approx([0.6, 0.75])
    assert gated_rewards([0.5, 0.25], [0.1, 0], 0.5).tolist() == [0, 0.5]
    assert gated_rewards([], [], 1.0).tolist() == []
    with pytest.raises(ValueError, match="1 step rewards but 0"):
        gated_rewards([1], [], 1.0)


def test_g2rpo_is_the_quantile_of_the_rank() -> None:
    # (1/2)/4 and (3/2)/4 of the normal distribution.
    outer, inner = NormalDist().inv_cdf(1 / 8), NormalDist().inv_cdf(3 / 8)
    assert outer == pytest.approx(-1.1503, abs=1e-4)
    assert inner == pytest.approx(-0.3186, abs=1e-4)
    assert gaussian_advantages([5, -100, 7, 6]).tolist() == pytest.approx([inner, outer, -outer, -inner])
    # Three equals share the mean of their quantiles.
    assert gaussian_advantages([0, 1, 0, 0]).tolist() == pytest.approx([outer / 3, -outer, outer / 3, outer / 3])


def test_g2rpo_of_what_cannot_be_ranked() -> None:
    assert gaussian_advantages([]).tolist() == []
    assert gaussian_advantages([3]).tolist() == [0]
    assert gaussian_advantages([2, 2, 2]).tolist() == [0, 0, 0]
    with pytest.raises(ValueError, match="finite"):
        gaussian_advantages([1, math.nan])


@settings(deadline=None)
@given(st.lists(st.integers(-5, 5), min_size=1, max_size=12))
def test_g2rpo_keeps_the_order_and_adds_up_to_zero(rewards: list[int]) -> None:
    advantages = gaussian_advantages(rewards)
    assert sum(advantages) == pytest.approx(0, abs=1e-9)
    for one, first in zip(rewards, advantages, strict=True):
        for other, second in zip(rewards, advantages, strict=True):
            assert (one < other) == (first < second)


def test_stepo_shares_the_advantage_over_the_steps() -> None:
    shared = shared_advantages([1.0, -2.0, 3.0], [2, 4, 0])
    assert [values.tolist() for values in shared] == [[0.5, 0.5], [-0.5] * 4, []]
    with pytest.raises(ValueError, match="zip"):
        shared_advantages([1.0], [1, 2])


@settings(deadline=None)
@given(st.integers(1, 64), st.data())
def test_elpo_search_finds_the_step_in_log2_probes(steps: int, data: st.DataObject) -> None:
    wrong = data.draw(st.integers(0, steps - 1))
    search, probes = BranchSearch.of(steps), 0
    while (probe := search.probe) is not None:
        # A prefix can be saved as long as the wrong step is not in it.
        search, probes = search.told([False, probe <= wrong]), probes + 1
    assert search.step == wrong
    assert probes <= math.ceil(math.log2(steps))


def test_elpo_search_refuses_what_makes_no_sense() -> None:
    with pytest.raises(ValueError, match="without steps"):
        BranchSearch.of(0)
    with pytest.raises(ValueError, match="found"):
        BranchSearch.of(1).told([True])
    with pytest.raises(ValueError, match="no branch"):
        BranchSearch.of(2).told([])


def test_elpo_advantage_is_half_branch_half_trajectory() -> None:
    assert hierarchical_advantages([0, 1], -1.0).tolist() == [-1, 0]
    assert hierarchical_advantages([1, 1, 1], 0.5).tolist() == [0.25] * 3
    assert critical_steps(4, 2) == [False, False, True, True]
