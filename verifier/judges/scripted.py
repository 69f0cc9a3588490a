"""The task's own evaluator, put as a verdict, so that it stands beside the others."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TypeAlias, assert_never

from device_farm.device import Device
from device_farm.types.trajectory import Scored, Undecided
from verifier.case import Case
from verifier.scene import Scene
from verifier.verdict import NO_COST, Cost, Verdict, fault_of, undecided

Evaluate: TypeAlias = Callable[[Device, Case], Awaitable[Scored | Undecided]]
"""Reads the state of a device; raises where it cannot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptedVerifier:
    """Runs `evaluate` on the device as the attempt left it.

    A reward of 1 is success, anything less is failure. An evaluator that breaks, and an attempt without a device, are
    undecided. The evaluator is the project's own code, so it gets the device itself, not the guarded one.
    """

    evaluate: Evaluate
    name: str = "scripted"

    async def verify(self, case: Case, scene: Scene | None) -> Verdict:
        """See `verifier.base.Verifier`."""
        if scene is None:
            return undecided(self.name, "there is no device to evaluate")
        began_s = time.monotonic()
        try:
            outcome = await self.evaluate(scene.device, case)
        except Exception as error:  # noqa: BLE001 - the boundary to the evaluator: recorded, and never a reward of 0
            cost = Cost(steps=1, seconds=time.monotonic() - began_s)
            return undecided(self.name, "the evaluator broke", faults=(fault_of(error),), cost=cost)
        cost = Cost(steps=1, seconds=time.monotonic() - began_s)
        return stated(self.name, outcome, cost)


def stated(name: str, outcome: Scored | Undecided, cost: Cost = NO_COST) -> Verdict:
    """What an evaluator said, as a verdict: it is sure of whatever it says."""
    match outcome:
        case Undecided():
            return replace(undecided(name, outcome.reason, cost=cost), evidence=outcome.evidence)
        case Scored():
            return _scored(name, outcome, cost)
    assert_never(outcome)


def _scored(name: str, outcome: Scored, cost: Cost) -> Verdict:
    against = [piece for piece in outcome.evidence if not piece.holds]
    success = outcome.reward >= 1.0
    first = f"{against[0].probe}: {against[0].observed}" if against else f"a reward of {outcome.reward:g}"
    return Verdict(
        verifier=name,
        decision="success" if success else "failure",
        confidence=1.0,
        reason="all that the evaluator asks for holds" if success else first,
        evidence=outcome.evidence,
        cost=cost,
    )
