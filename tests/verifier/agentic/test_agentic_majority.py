import asyncio
import itertools
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_farm.errors import VerifierError
from device_farm.types.trajectory import Evidence
from verifier.agentic.majority import MajorityVerifier, leader, settled, vote
from verifier.case import Case
from verifier.scene import Scene
from verifier.verdict import Cost, Decision, Verdict, undecided

CASE = Case(goal="g", platform="android", steps=(), final=None, answer=None, claimed=None, stop="terminated")
DECISIONS: tuple[Decision, ...] = ("success", "failure", "undecided")


@pytest.mark.parametrize(
    ("decisions", "expected"),
    [
        ((), "undecided"),
        (("success",), "success"),
        (("success", "failure"), "undecided"),
        (("success", "failure", "failure"), "failure"),
        (("undecided", "undecided", "success"), "success"),
        (("undecided", "undecided", "undecided"), "undecided"),
        (("success", "failure", "undecided"), "undecided"),
    ],
)
def test_leader_is_who_has_more_votes(decisions: tuple[Decision, ...], expected: Decision) -> None:
    assert leader(decisions) == expected


@pytest.mark.parametrize(
    ("decisions", "runs", "expected"),
    [
        ((), 1, False),
        ((), 0, True),
        (("success",), 1, True),
        (("success",), 3, False),
        (("success", "success"), 3, True),
        (("success", "success"), 4, False),  # two failures would make it a tie
        (("success", "success", "success"), 5, True),
        (("success", "failure"), 3, False),
        (("success", "failure", "undecided"), 3, True),
        (("undecided", "success", "success"), 4, True),
    ],
)
def test_vote_is_settled_once_nothing_can_change_it(decisions: tuple[Decision, ...], runs: int, expected: bool) -> None:
    assert settled(decisions, runs) is expected


@given(st.lists(st.sampled_from(DECISIONS), max_size=4), st.integers(0, 4))
def test_vote_is_settled_exactly_where_every_continuation_has_the_same_leader(cast: list[Decision], out: int) -> None:
    leaders = {leader((*cast, *rest)) for rest in itertools.product(DECISIONS, repeat=out)}
    assert settled(cast, len(cast) + out) is (len(leaders) == 1)


def test_settled_refuses_more_decisions_than_runs() -> None:
    with pytest.raises(VerifierError, match="runs"):
        settled(("success", "failure"), 1)


@dataclass
class Voter:
    """Says what its seed is listed with, and notes that it was asked."""

    said: tuple[Verdict, ...]
    asked: list[int] = field(default_factory=list)

    def make(self, seed: int) -> "_One":
        return _One(self, seed)


@dataclass
class _One:
    voter: Voter
    seed: int
    name: str = "one"

    async def verify(self, case: Case, scene: Scene | None) -> Verdict:
        self.voter.asked.append(self.seed)
        return self.voter.said[self.seed]


def _said(decision: Decision, confidence: float, what: str) -> Verdict:
    piece = Evidence(probe="p", observed=what, expected="x", holds=decision == "success")
    return Verdict(
        verifier="one",
        decision=decision,
        confidence=confidence,
        reason=what,
        evidence=(piece,),
        faults=(f"F: {what}",),
        cost=Cost(steps=2, prompt_tokens=10, seconds=0.5),
    )


def test_majority_stops_once_it_is_settled() -> None:
    voter = Voter(said=(_said("success", 0.8, "a"), _said("success", 0.6, "b"), _said("failure", 1.0, "c")))
    verdict = asyncio.run(MajorityVerifier(make=voter.make, runs=3).verify(CASE, None))
    assert voter.asked == [0, 1]
    assert verdict.decision == "success"
    assert verdict.confidence == pytest.approx(0.7)  # both votes, (0.8 + 0.6) / 2
    assert verdict.reason == "2 success, 0 failure, 0 undecided of 3: a"
    assert verdict.cost == Cost(steps=4, prompt_tokens=20, seconds=1.0)


def test_majority_keeps_the_evidence_of_those_who_agree_and_the_faults_of_all() -> None:
    voter = Voter(said=(_said("failure", 0.5, "a"), _said("success", 0.9, "b"), _said("failure", 0.7, "c")))
    verdict = asyncio.run(MajorityVerifier(make=voter.make, runs=3).verify(CASE, None))
    assert voter.asked == [0, 1, 2]
    assert verdict.decision == "failure"
    assert [piece.observed for piece in verdict.evidence] == ["a", "c"]
    assert verdict.faults == ("F: a", "F: b", "F: c")
    assert verdict.confidence == pytest.approx(2 / 3 * 0.6)


def test_majority_of_undecided_runs_or_of_a_tie_decides_nothing() -> None:
    silent = Voter(said=(undecided("one", "?"),) * 3)
    assert asyncio.run(MajorityVerifier(make=silent.make, runs=3).verify(CASE, None)).decision == "undecided"
    assert silent.asked == [0, 1, 2]
    tied = Voter(said=(_said("success", 1.0, "a"), _said("failure", 1.0, "b")))
    verdict = asyncio.run(MajorityVerifier(make=tied.make, runs=2).verify(CASE, None))
    assert (verdict.decision, verdict.confidence) == ("undecided", 0.0)
    assert verdict.faults == ("F: a", "F: b")


def test_vote_counts_each_piece_of_evidence_once() -> None:
    same = _said("success", 1.0, "a")
    assert len(vote("m", [same, same], 2).evidence) == 1


def test_majority_needs_a_run() -> None:
    with pytest.raises(VerifierError, match="runs"):
        MajorityVerifier(make=Voter(said=()).make, runs=0)
