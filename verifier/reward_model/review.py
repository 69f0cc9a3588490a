"""From a proposed action to the one that is carried out: critique, second opinion, choice."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from device_farm.types.action import Action
from device_farm.types.trajectory import StepOpinion, StepReview
from verifier.reward_model.critic import Critic, Critique, Proposal
from verifier.reward_model.second_opinion import SecondOpinion, SecondView
from verifier.verdict import fault_of

ResultT = TypeVar("ResultT")


class Review:
    """A critic and, where there is one, a second opinion; each has `deadline_s` seconds for a step.

    Without a second opinion a correction is taken where the critic is at least `min_confidence` sure.
    """

    def __init__(
        self,
        critic: Critic,
        second: SecondOpinion | None = None,
        *,
        min_confidence: float = 0.7,
        deadline_s: float = 60.0,
    ) -> None:
        self._critic = critic
        self._second = second
        self._min_confidence = min_confidence
        self._deadline_s = deadline_s

    @property
    def name(self) -> str:
        """The critic's name, and the second's where there is one."""
        return self._critic.name if self._second is None else f"{self._critic.name}+{self._second.name}"

    async def review(self, proposal: Proposal) -> StepReview:
        """Never raises for what a judge does, a hanging one included: the proposed action stands then."""
        critic, second = self._critic, self._second
        critique = await self._in_time(
            lambda: critic.criticise(proposal),
            lambda fault: Critique(judge=critic.name, right=None, faults=(fault,)),
        )
        if second is None:
            taken = critique.corrected is not None and critique.confidence >= self._min_confidence
            return _review(proposal.action, critique, None, taken=taken)
        view = await self._in_time(
            lambda: second.weigh(proposal, critique),
            lambda fault: SecondView(judge=second.name, right=None, choose="proposed", faults=(fault,)),
        )
        taken = critique.corrected is not None and view.choose == "corrected"
        return _review(proposal.action, critique, view, taken=taken)

    async def _in_time(self, ask: Callable[[], Awaitable[ResultT]], failed: Callable[[str], ResultT]) -> ResultT:
        try:
            async with asyncio.timeout(self._deadline_s):
                return await ask()
        except TimeoutError:
            return failed(f"DeadlineError: no judgement within {self._deadline_s:g} s")
        except Exception as error:  # noqa: BLE001 - the boundary: a broken critic is recorded, the episode goes on
            return failed(fault_of(error))


def action_of(review: StepReview) -> Action:
    """The action that is carried out."""
    return review.corrected if review.chosen == "corrected" and review.corrected is not None else review.proposed


def _review(proposed: Action, critique: Critique, second: SecondView | None, *, taken: bool) -> StepReview:
    return StepReview(
        proposed=proposed,
        critique=_opinion(critique),
        corrected=critique.corrected,
        second=None if second is None else _opinion(second),
        chosen="corrected" if taken else "proposed",
    )


def _opinion(said: Critique | SecondView) -> StepOpinion:
    return StepOpinion(
        judge=said.judge,
        right=said.right,
        why=said.why,
        confidence=said.confidence,
        faults=said.faults,
        seconds=said.cost.seconds,
        prompt_tokens=said.cost.prompt_tokens,
        completion_tokens=said.cost.completion_tokens,
    )
