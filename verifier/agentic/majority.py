"""Majority of several runs of one verifier (VAGEN's test-time scaling, 2602.00575)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from device_farm.errors import VerifierError
from verifier.base import Verifier
from verifier.case import Case
from verifier.scene import Scene
from verifier.verdict import NO_COST, Decision, Verdict, undecided


def leader(decisions: Sequence[Decision]) -> Decision:
    """The decision with more votes than the other, where s, f are the votes for success and failure:

        success if s > f, failure if f > s, else undecided

    Undecided runs abstain. A tie, no vote at all and an empty sequence decide nothing.
    """
    votes = Counter(decisions)
    match votes["success"] - votes["failure"]:
        case 0:
            return "undecided"
        case margin:
            return "success" if margin > 0 else "failure"


def settled(decisions: Sequence[Decision], runs: int) -> bool:
    """Whether the `runs - len(decisions)` votes that are still out cannot change the leader.

    With lead d = |s - f| and r votes out, the leader stays if r < d: r votes for the other side still leave d - r > 0.
    At r = d a tie is possible, which would be undecided. Without a lead only r = 0 settles it.

    Raises:
        VerifierError: there are more decisions than runs.
    """
    out = runs - len(decisions)
    if out < 0:
        raise VerifierError(f"{len(decisions)} decisions of {runs} runs", field="runs", fix="count every run")
    votes = Counter(decisions)
    return out == 0 or out < abs(votes["success"] - votes["failure"])


@dataclass(frozen=True, slots=True, kw_only=True)
class MajorityVerifier:
    """Asks `make(0)`, `make(1)`, … one after the other, at most `runs` of them, until the majority is settled.

    `make` gives the verifier for one seed; a model wants a temperature above 0, else the runs say the same. The
    confidence is the share of the leader's votes among those cast, times their mean confidence; evidence is that of
    the runs which agree with it, each piece once. Every run's faults and cost are kept.
    """

    make: Callable[[int], Verifier]
    runs: int = 3
    name: str = "majority"

    def __post_init__(self) -> None:
        if self.runs < 1:
            raise VerifierError(f"{self.runs} runs", field="runs", fix="use 1 or more")

    async def verify(self, case: Case, scene: Scene | None) -> Verdict:
        verdicts: list[Verdict] = []
        while not settled([verdict.decision for verdict in verdicts], self.runs):
            verdicts.append(await self.make(len(verdicts)).verify(case, scene))
        return vote(self.name, verdicts, self.runs)


def vote(name: str, verdicts: Sequence[Verdict], runs: int) -> Verdict:
    """The one verdict of several; see `MajorityVerifier`. `runs` is how many were allowed, for the reason."""
    decisions = [verdict.decision for verdict in verdicts]
    cast = Counter(decisions)
    counts = f"{cast['success']} success, {cast['failure']} failure, {cast['undecided']} undecided of {runs}"
    faults = tuple(fault for verdict in verdicts for fault in verdict.faults)
    cost = sum((verdict.cost for verdict in verdicts), NO_COST)
    decision = leader(decisions)
    if decision == "undecided":
        return undecided(name, f"no majority: {counts}", faults=faults, cost=cost)
    agreeing = [verdict for verdict in verdicts if verdict.decision == decision]
    share = len(agreeing) / (cast["success"] + cast["failure"])
    mean = sum(verdict.confidence for verdict in agreeing) / len(agreeing)
    best = max(agreeing, key=lambda verdict: verdict.confidence)
    return replace(
        best,
        verifier=name,
        confidence=share * mean,
        reason=f"{counts}: {best.reason}",
        evidence=tuple(dict.fromkeys(piece for verdict in agreeing for piece in verdict.evidence)),
        faults=faults,
        cost=cost,
    )
