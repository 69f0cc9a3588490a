"""Scores of critics against numbers worked out by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest
from proposals import button, correct, proposal, tap

from device_farm.types.action import Action, Terminate, Wait
from verifier.reward_model.critic import Critique, Proposal
from verifier.reward_model.data import CorrectStep, Kind, StepJudgement
from verifier.reward_model.scores import ask, by_type_alone, resampled_interval, scores

DONE = Terminate(status="success")
RIGHT = Critique(judge="c", right=True)


def wrong(corrected: Action | None = None) -> Critique:
    return Critique(judge="c", right=False, corrected=corrected)


def judgement(kind: Kind, action: Action, goal: str = "a") -> StepJudgement:
    made, right = proposal(goal, action, button(4)), kind == "correct"
    corrected = None if right else tap(4)
    return StepJudgement(
        proposal=made, right=right, kind=kind, why="", corrected=corrected, app="app", origin=f"{goal}/0"
    )


class ByAction:
    name = "by action"

    def __init__(self, said: Mapping[Action, Critique]) -> None:
        self._said = said

    async def criticise(self, proposal: Proposal) -> Critique:
        return self._said[proposal.action]


def test_scores_by_hand() -> None:
    asked = [
        judgement("correct", tap(4)),
        judgement("correct", tap(5), "b"),
        judgement("neighbour", tap(6)),
        judgement("neighbour", tap(7), "b"),
        judgement("repeated", tap(8)),
        judgement("premature_end", DONE),
    ]
    critic = ByAction(
        {
            tap(4): RIGHT,
            tap(5): wrong(tap(9)),
            tap(6): wrong(tap(4)),
            tap(7): wrong(tap(1)),
            tap(8): wrong(Wait(duration_s=1)),
            DONE: Critique(judge="c", right=None, faults=("X: y",)),
        }
    )
    steps = {f"{goal}/0": correct(tap(4), button(4), origin=f"{goal}/0") for goal in ("a", "b")}

    def same(step: CorrectStep, action: Action) -> bool:
        return action == step.proposal.action

    found = scores(asyncio.run(ask(critic, asked, steps, same)))
    # Hits: the first, three of the wrong ones. Called wrong: four, of which one is right.
    assert (found.n, found.accuracy, found.precision, found.recall) == (6, 4 / 6, 3 / 4, 3 / 4)
    assert (found.false_alarms, found.held, found.corrected, found.mended) == (1 / 2, 1 / 4, 2 / 4, 1 / 2)
    assert found.kinds == {"correct": 0.5, "neighbour": 1.0, "premature_end": 0.0, "repeated": 1.0}
    low, high = found.interval_95
    # Two goals, of which one hit 3 of 4 and the other 1 of 2.
    assert (low, high) == (0.5, 0.75)


def test_rates_without_a_denominator_are_none() -> None:
    asked = [judgement("correct", tap(4)), judgement("neighbour", tap(6))]
    steps = {"a/0": correct(tap(4), button(4), origin="a/0")}
    critic = ByAction({tap(4): RIGHT, tap(6): RIGHT})
    found = scores(asyncio.run(ask(critic, asked, steps, lambda step, action: True)))
    assert (found.precision, found.mended, found.recall, found.accuracy) == (None, None, 0.0, 0.5)
    with pytest.raises(ValueError, match="1 right and 0 wrong"):
        scores(asyncio.run(ask(critic, asked[:1], steps, lambda step, action: True)))


def test_the_type_alone_tells_what_is_not_balanced() -> None:
    clicks = [judgement("correct", tap(4)), judgement("neighbour", tap(6)), judgement("neighbour", tap(7))]
    assert by_type_alone(clicks) == 2 / 3
    assert by_type_alone([*clicks, judgement("premature_end", DONE)]) == 3 / 4
    with pytest.raises(ValueError, match="no judgement"):
        by_type_alone([])


def test_groups_are_drawn_whole() -> None:
    assert resampled_interval([[0.0, 0.0], [1.0, 1.0]], seed=0) == (0.0, 1.0)
    assert resampled_interval([[1.0], [1.0, 1.0]], seed=0) == (1.0, 1.0)
    assert resampled_interval([[0.0, 1.0]], seed=0) == (0.5, 0.5)
    low, high = resampled_interval([[0.0], [1.0]] * 50, seed=0)
    # 100 coins: half ± 1.96 · 0.05, on a grid of hundredths.
    assert low == pytest.approx(0.402, abs=0.021) and high == pytest.approx(0.598, abs=0.021)
    assert resampled_interval([[0.0], [1.0]] * 5, seed=3) == resampled_interval([[0.0], [1.0]] * 5, seed=3)
    with pytest.raises(ValueError, match="no value"):
        resampled_interval([[], []], seed=0)
