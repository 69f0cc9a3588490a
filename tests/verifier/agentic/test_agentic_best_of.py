from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from rehearsal import case_with, node, screen

from device_farm.errors import VerifierError
from verifier.agentic.best_of import best, best_of, likelihood
from verifier.case import Case
from verifier.scene import Scene
from verifier.verdict import Decision, Verdict


def _said(decision: Decision, confidence: float = 0.0) -> Verdict:
    return Verdict(verifier="v", decision=decision, confidence=confidence, reason="r")


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        (_said("success", 0.95), 0.95),
        (_said("success", 0.3), 0.5),
        (_said("failure", 0.75), 0.25),
        (_said("failure", 0.1), 0.5),
        (_said("undecided"), 0.5),
    ],
)
def test_likelihood_of_success_by_verdict(verdict: Verdict, expected: float) -> None:
    assert likelihood(verdict) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("verdicts", "index"),
    [
        ([_said("failure", 0.9), _said("undecided"), _said("success", 0.6)], 2),
        ([_said("failure", 0.9), _said("undecided"), _said("failure", 0.6)], 1),
        ([_said("success", 0.7), _said("success", 0.9), _said("success", 0.9)], 1),
        ([_said("failure", 0.9), _said("failure", 0.6)], 1),
    ],
)
def test_best_attempt_is_the_first_of_the_likeliest(verdicts: list[Verdict], index: int) -> None:
    assert best(verdicts) == index


@dataclass
class _ByGoal:
    """Judges an attempt by the number in its goal."""

    said: list[Verdict]
    judged: list[str] = field(default_factory=list)
    name: str = "by-goal"

    async def verify(self, case: Case, scene: Scene | None) -> Verdict:
        self.judged.append(case.goal)
        return self.said[int(case.goal)]


def test_best_of_stops_at_the_first_sure_success_and_leaves_every_scene() -> None:
    left: list[int] = []

    @asynccontextmanager
    async def attempt(number: int) -> AsyncIterator[tuple[Case, Scene | None]]:
        yield case_with([screen(node("x"))], goal=str(number)), None
        left.append(number)

    judge = _ByGoal([_said("success", 0.75), _said("failure", 0.9), _said("success", 0.95), _said("success", 1.0)])
    choice = asyncio.run(best_of(judge, attempt, 4))
    assert (judge.judged, left, choice.index, choice.verdict.confidence) == (["0", "1", "2"], [0, 1, 2], 2, 0.95)
    few = asyncio.run(best_of(_ByGoal(judge.said), attempt, 2))
    assert (few.index, len(few.verdicts)) == (0, 2)


def test_best_of_needs_an_attempt() -> None:
    with pytest.raises(VerifierError, match="no attempts"):
        best([])
