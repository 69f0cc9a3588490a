"""How likely a policy is to walk a path: its own confidence as the value of a future."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from world_model.imagination.distinct import Meaning, meaning
from world_model.imagination.types import Branch, Proposal
from world_model.sketch.sketch import Sketch

NEVER: Final = -1000.0
"""Less likely than any path of a policy, and a number that every file can hold."""


def likelihoods(proposal: Proposal, sketch: Sketch) -> dict[Meaning, float]:
    """The log-probability of each meaning that the proposal has one for; of actions that mean the same, their sum.

    log Σ exp(log π(a)) over the actions a of one meaning. Nothing where the policy says none.
    """
    found: dict[Meaning, float] = {}
    for action, logprob in zip(proposal.actions, proposal.logprobs, strict=False):
        means = meaning(action, sketch)
        found[means] = min(0.0, _log_sum(found[means], logprob)) if means in found else logprob
    return found


def _log_sum(one: float, other: float) -> float:
    high, low = max(one, other), min(one, other)
    return high if low == -math.inf else high + math.log1p(math.exp(low - high))


class LikelihoodValue:
    """Σ_t log π(a_t | imagined screen_t, own history) over the actions of a branch: a beam search over what the policy
    would do, through the screens that it would see. A branch that a device would refuse is worth `NEVER`.

    The policy's own first action has the highest first term, so another one is chosen only where what follows is so
    much surer that it makes up for it. Branches of different lengths are compared over the steps that all have. One
    whose likelihoods are unknown, as rules propose them, is worth `NEVER`; where the policy's own are, all are 0.
    """

    async def values(self, goal: str, now: Sketch, branches: Sequence[Branch]) -> tuple[float, ...]:
        depth = min(len(branch.steps) for branch in branches)
        if any(step.logprob is None for step in branches[0].steps[:depth]):
            return (0.0,) * len(branches)
        return tuple(_of_path(branch, depth) for branch in branches)


def _of_path(branch: Branch, depth: int) -> float:
    total = 0.0
    for step in branch.steps[:depth]:
        if step.logprob is None or step.prediction.refused:
            return NEVER
        total += step.logprob
    return max(NEVER, total)
