"""Best of N attempts by verdict: a verifier makes an actor better without training it (VAGEN, 2602.00575)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import TypeAlias

from device_farm.errors import VerifierError
from verifier.base import Verifier
from verifier.case import Case
from verifier.scene import Scene
from verifier.verdict import Verdict

Attempt: TypeAlias = Callable[[int], AbstractAsyncContextManager[tuple[Case, Scene | None]]]
"""Makes attempt number i from a fresh start; its scene lives until the context is left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """`index` is the attempt that was chosen, `verdicts` are those of all that were made."""

    index: int
    verdicts: tuple[Verdict, ...]

    @property
    def verdict(self) -> Verdict:
        return self.verdicts[self.index]


def best(verdicts: Sequence[Verdict]) -> int:
    """The index of the attempt that is likeliest a success, the first of equals.

    The order is that of P(success) as the verdict has it: c for a success of confidence c, 1 - c for a failure, and 1/2
    where nothing is decided. So an undecided attempt is never below a failure, nor above a success.

    Raises:
        VerifierError: there are none.
    """
    if not verdicts:
        raise VerifierError("no attempts to choose from", field="verdicts", fix="make one or more")
    return max(range(len(verdicts)), key=lambda at: (likelihood(verdicts[at]), -at))


def likelihood(verdict: Verdict) -> float:
    """P(success), as the verdict has it; in [0, 1]. A success is never below 1/2, nor a failure above it."""
    match verdict.decision:
        case "success":
            return max(0.5, verdict.confidence)
        case "failure":
            return min(0.5, 1.0 - verdict.confidence)
        case "undecided":
            return 0.5


async def best_of(verifier: Verifier, attempt: Attempt, runs: int, *, enough: float = 0.9) -> Choice:
    """Makes attempts one after the other, at most `runs`, until one is a success with confidence `enough` or more.

    Raises:
        VerifierError: `runs` is below 1.
        FarmError: whatever making an attempt raises.
    """
    if runs < 1:
        raise VerifierError(f"{runs} attempts", field="runs", fix="use 1 or more")
    verdicts: list[Verdict] = []
    for number in range(runs):
        async with attempt(number) as (case, scene):
            verdicts.append(await verifier.verify(case, scene))
        if verdicts[-1].decision == "success" and verdicts[-1].confidence >= enough:
            break
    return Choice(index=best(verdicts), verdicts=tuple(verdicts))
