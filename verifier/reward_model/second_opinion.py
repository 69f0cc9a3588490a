"""A second judge that sees the first one's critique and decides which action is carried out (arXiv 2601.13060)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, Protocol

from verifier.reward_model.critic import Critic, Critique, Proposal
from verifier.verdict import NO_COST, Cost


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondView:
    """`right` is the judge's own view of the proposed action, None where it has none; `choose` what is carried out."""

    judge: str
    right: bool | None
    choose: Literal["proposed", "corrected"]
    why: str = ""
    confidence: float = 0.0
    faults: tuple[str, ...] = ()
    cost: Cost = NO_COST


class SecondOpinion(Protocol):
    """Stateless between proposals; safe to call concurrently."""

    @property
    def name(self) -> str: ...

    async def weigh(self, proposal: Proposal, critique: Critique) -> SecondView:
        """Chooses the corrected action only where the critique has one. Never raises for what it meets: the proposed
        action stands then, with the fault named."""
        ...


class Rejudge:
    """A second opinion by any critic that judges both actions: the correction is taken where it holds up itself.

    It holds up where the critique is at least `min_confidence` sure and the critic has nothing against the corrected
    action. Below, the second opinion is that the proposed action is right: a disagreement, which reflux keeps.
    """

    def __init__(self, critic: Critic, *, min_confidence: float = 0.7) -> None:
        self._critic = critic
        self._min_confidence = min_confidence

    @property
    def name(self) -> str:
        return self._critic.name

    async def weigh(self, proposal: Proposal, critique: Critique) -> SecondView:
        own = await self._critic.criticise(proposal)
        if own.right is None:
            return SecondView(
                judge=self.name, right=None, choose="proposed", why=own.why, faults=own.faults, cost=own.cost
            )
        sure = own.right is False and own.confidence >= self._min_confidence
        if critique.corrected is None or critique.confidence < self._min_confidence:
            return SecondView(
                judge=self.name,
                right=not sure,
                choose="proposed",
                why=own.why,
                confidence=own.confidence,
                cost=own.cost,
            )
        other = await self._critic.criticise(replace(proposal, action=critique.corrected))
        better = own.right is False and other.right is True
        return SecondView(
            judge=self.name,
            right=not (sure or better),
            choose="corrected" if better else "proposed",
            why=own.why if better else f"against the correction: {other.why}",
            confidence=own.confidence,
            faults=other.faults,
            cost=own.cost + other.cost,
        )
