"""A *simulated* judge that errs by the dice: what the majority of several runs is tried on where there is no model."""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random
from typing import Final

from device_farm.errors import VerifierError
from verifier.case import Case
from verifier.scene import Scene
from verifier.verdict import Cost, Decision, Verdict, undecided

_OTHER: Final[dict[Decision, Decision]] = {"success": "failure", "failure": "success"}


@dataclass(frozen=True, slots=True, kw_only=True)
class NoisyJudge:
    """Says what `opinion` says of the case called `key`, but with probability `error` the opposite.

    The errors of two runs on one case have Pearson correlation `correlation` = ρ: every run copies the case's one
    shared error with probability √ρ and throws its own dice otherwise, so that the chance that two runs copy both is ρ.
    With ρ = 0 runs are independent, with ρ = 1 they all say the same. An undecided opinion stays undecided.

    Raises:
        VerifierError: `error` or `correlation` is outside [0, 1].
    """

    opinion: Decision
    key: str
    run: int
    error: float
    correlation: float = 0.0
    name: str = "simulated"

    def __post_init__(self) -> None:
        for field, value in (("error", self.error), ("correlation", self.correlation)):
            if not 0 <= value <= 1:
                raise VerifierError(f"{value} is no probability", field=field, fix="use 0 to 1")

    async def verify(self, case: Case, scene: Scene | None) -> Verdict:
        """See `verifier.base.Verifier`; neither `case` nor `scene` is looked at."""
        cost = Cost(steps=1)
        if self.opinion == "undecided":
            return undecided(self.name, "simulated: the opinion is undecided", cost=cost)
        decision = _OTHER[self.opinion] if self.errs else self.opinion
        return Verdict(verifier=self.name, decision=decision, confidence=0.75, reason="simulated", cost=cost)

    @property
    def errs(self) -> bool:
        """Whether this run is wrong about its opinion."""
        own = Random(f"{self.key}/{self.run}")
        if own.random() < math.sqrt(self.correlation):
            return Random(f"{self.key}/shared").random() < self.error
        return own.random() < self.error
