"""The agentic verifier: from a glance over a look back to probes of the live device, until it is sure.

VAGEN (2602.00575). Stages: consolidate the memory; glance at the last screen; look back at chosen steps; probe the
device that the attempt left. The first opinion that decides and is `high` ends the verification.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

from device_farm.types.trajectory import Evidence
from verifier.agentic.budget import Bounded, Budget
from verifier.agentic.memory import consolidate, raw
from verifier.agentic.thinker import Confidence, Opinion, Thinker
from verifier.case import Case
from verifier.probes.toolbox import toolbox_for
from verifier.scene import Scene
from verifier.verdict import Cost, Stage, Verdict, undecided

CONFIDENCE: Final[dict[Confidence, float]] = {"low": 0.5, "medium": 0.75, "high": 0.95}
"""What a thinker's word is as a number: low is a coin's toss, medium half way to sure, high one error in twenty.

The words are VAGEN's; the numbers are a convention, no calibrated probabilities. Undecided is always 0.
"""

NOTHING_YET: Final = Opinion(decision="undecided", confidence="low", reason="")
"""What the first stage is given as the opinion so far."""

_GRACE_S: Final = 5.0

_Step: TypeAlias = Callable[[Thinker, Opinion], Awaitable[Opinion]]


@dataclass(frozen=True, slots=True, kw_only=True)
class AgenticVerifier:
    """Any thinker in stages, within a budget.

    The last opinion stands, with its confidence as `CONFIDENCE` has it. Where the verification was cut short, by the
    budget or because there is no device to probe, an opinion of low confidence decides nothing. Where its last stage
    broke, nothing is decided: an earlier opinion wanted that stage.

    The switches are for ablation: `shell` and `gui` offer those tools, `stages` off goes straight to probing, `memory`
    off hands over the actions as logged, with the actor's thoughts. `clock` gives seconds, as `time.monotonic` does.
    """

    thinker: Thinker
    budget: Budget = field(default_factory=Budget)
    shell: bool = True
    gui: bool = True
    stages: bool = True
    memory: bool = True
    name: str = "agentic"
    clock: Callable[[], float] = time.monotonic

    async def verify(self, case: Case, scene: Scene | None) -> Verdict:
        """See `verifier.base.Verifier`. Without `scene` the verification ends after the look back."""
        record = _Record(budget=self.budget, clock=self.clock)
        memory = consolidate(case) if self.memory else raw(case)

        async def probe(thinker: Thinker, so_far: Opinion) -> Opinion:
            tools = toolbox_for(case, scene, shell=self.shell, gui=self.gui)
            return await thinker.probe(case, memory, so_far, tools)

        stages: list[tuple[str, _Step]] = []
        if self.stages:
            stages.append(("glance", lambda thinker, _: thinker.glance(case, memory)))
            stages.append(("look back", lambda thinker, so_far: thinker.look_back(case, memory, so_far)))
        if scene is not None:
            stages.append(("probe", probe))
        for name, stage in stages:
            if not await record.run(name, stage, self.thinker):
                break
        if scene is None:
            record.without("there is no device to probe")
        return record.verdict(self.name)


class _Record:
    """One verification as it goes on."""

    def __init__(self, budget: Budget, clock: Callable[[], float]) -> None:
        self._budget = budget
        self._clock = clock
        self._opinion = NOTHING_YET
        self._evidence: list[Evidence] = []
        self._faults: list[str] = []
        self._cost = Cost()
        self._stages: list[Stage] = []
        self._cut = ""
        self._broke = ""
        """The stage that broke last, where none came to an opinion since."""

    async def run(self, name: str, stage: _Step, thinker: Thinker) -> bool:
        """Carries out one stage; whether the next one is wanted. A stage that broke leaves the opinion as it was."""
        left = self._budget.left(self._cost)
        if left.gone:
            self._cut = f"the budget of {left.gone} is used up"
            return False
        limit_s = left.seconds
        if isinstance(thinker, Bounded):
            # It ends by itself, and says what it has spent and found by then.
            thinker, limit_s = thinker.within(left), limit_s + _GRACE_S
        began_s = self._clock()
        try:
            async with asyncio.timeout(limit_s) as deadline:
                opinion = await stage(thinker, self._opinion)
        except Exception as error:  # noqa: BLE001 - the verifier's boundary: recorded, and never a verdict by itself
            late = deadline.expired()
            fault = f"{type(error).__name__}: {name}: {str(error) or 'no answer in time'}"
            cost = self._spend(Cost(), began_s)
            self._stages.append(Stage(name=name, decision="undecided", confidence=0.0, reason=fault, cost=cost))
            self._faults.append(fault)
            self._cut = "the budget of seconds is used up" if late else ""
            self._broke = name
            return not late
        cost = self._spend(opinion.cost, began_s)
        self._stages.append(_stage(name, opinion, cost))
        self._opinion, self._cut, self._broke = opinion, "", name if opinion.broken else ""
        self._evidence.extend(opinion.evidence)
        self._faults.extend(opinion.faults)
        return opinion.decision == "undecided" or opinion.confidence != "high"

    def without(self, what: str) -> None:
        """Says that a stage could not be offered."""
        self._cut = self._cut or what

    def verdict(self, name: str) -> Verdict:
        opinion, faults = self._opinion, tuple(self._faults)
        gone = self._budget.left(self._cost).gone
        broke = f"the stage {self._broke!r} broke" if self._broke else ""
        cut = self._cut or (f"the budget of {gone} is used up" if gone else broke)
        unsure = opinion.confidence == "low" and (cut or opinion.faults)
        if opinion.decision == "undecided" or self._broke or unsure:
            why = "; ".join(part for part in (opinion.reason, cut) if part) or "nothing was found out"
            return replace(
                undecided(name, why, faults=faults, cost=self._cost),
                evidence=tuple(self._evidence),
                stages=tuple(self._stages),
            )
        return Verdict(
            verifier=name,
            decision=opinion.decision,
            confidence=CONFIDENCE[opinion.confidence],
            reason=opinion.reason,
            evidence=tuple(self._evidence),
            faults=faults,
            cost=self._cost,
            stages=tuple(self._stages),
        )

    def _spend(self, cost: Cost, began_s: float) -> Cost:
        # The verifier's own clock counts, so that a thinker need not.
        spent = replace(cost, seconds=max(0.0, self._clock() - began_s))
        self._cost += spent
        return spent


def _stage(name: str, opinion: Opinion, cost: Cost) -> Stage:
    decided = opinion.decision != "undecided"
    return Stage(
        name=name,
        decision=opinion.decision,
        confidence=CONFIDENCE[opinion.confidence] if decided else 0.0,
        reason=opinion.reason,
        cost=cost,
    )
