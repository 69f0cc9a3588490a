"""The port of step critics: is this the right next action, and if not, which would be? (MagicGUI-RMS, 2601.13060)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

from device_farm.errors import VerifierError
from device_farm.types.action import Action, Answer
from device_farm.types.observation import Observation
from device_farm.types.task import Platform
from verifier.agentic.memory import Memory, consolidate
from verifier.case import Case
from verifier.verdict import NO_COST, Cost


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """An action that a policy wants carried out on `screen`, after the steps in `memory`."""

    goal: str
    platform: Platform
    memory: Memory
    screen: Observation
    action: Action


def proposal_at(case: Case, index: int, action: Action) -> Proposal:
    """`action` proposed at step `index` of a recorded case, whose own steps before it are the memory.

    Raises IndexError where the case has no such screen.
    """
    before = case.steps[:index]
    answers = [step.action.text for step in before if isinstance(step.action, Answer)]
    so_far = replace(case, steps=before, final=case.screen(index), answer=answers[-1] if answers else None)
    return Proposal(
        goal=case.goal, platform=case.platform, memory=consolidate(so_far), screen=case.screen(index), action=action
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Critique:
    """What a critic says of a proposal. `right` None: it gave no judgement, so the proposed action stands.

    `corrected` is the action it would take instead, None where it knows none; only a wrong action has one.
    `confidence` is in [0, 1]. `faults` are what went wrong while judging, each as "Kind: message".
    """

    judge: str
    right: bool | None
    why: str = ""
    corrected: Action | None = None
    confidence: float = 0.0
    faults: tuple[str, ...] = ()
    cost: Cost = NO_COST

    def __post_init__(self) -> None:
        if not 0 <= self.confidence <= 1:
            raise VerifierError(f"{self.confidence} is no confidence", field="confidence", fix="use 0 to 1")
        if self.corrected is not None and self.right is not False:
            message = "an action that is not wrong has a correction"
            raise VerifierError(message, field="corrected", fix="leave it out, or say that the action is wrong")


class Critic(Protocol):
    """Stateless between proposals; safe to call concurrently."""

    @property
    def name(self) -> str: ...

    async def criticise(self, proposal: Proposal) -> Critique:
        """Never raises for what it meets while judging: that is no judgement, with the fault named."""
        ...
