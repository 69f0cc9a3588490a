"""Any policy under a critic: it decides, the critic and the second opinion judge, the better action is carried out."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace

from device_farm.device import DeviceInfo
from device_farm.types.action import Action, Answer
from device_farm.types.geometry import Rect
from device_farm.types.observation import Observation
from device_farm.types.task import Platform, Task
from device_farm.types.trajectory import Step
from gui_agent.policies.base import Decision, Policy, PolicySession
from gui_agent.policies.wrapped import Corrigible, WrappedPolicy
from verifier.case import Case
from verifier.reward_model.critic import proposal_at
from verifier.reward_model.review import Review, action_of

_UNCHANGED = Rect(0, 0, 0, 0)


class CriticSession:
    """One episode. The wrapped session's failures stay the policy's; the critic's never end the episode."""

    def __init__(self, session: PolicySession, review: Review, goal: str, platform: Platform) -> None:
        self._session = session
        self._review = review
        self._goal = goal
        self._platform = platform
        self._steps: list[Step] = []

    async def decide(self, observation: Observation, *, refused: str = "") -> Decision:
        """Raises what the wrapped session raises."""
        self._close_last(observation, refused)
        decision = await self._session.decide(observation, refused=refused)
        if decision.action is not None:
            decision = await self._judged(observation, decision, decision.action)
        # Pixels are not kept: memory needs what was done, and a long episode has many screens.
        shot = observation.screenshot
        light = observation if shot is None else replace(observation, screenshot=replace(shot, data=None))
        self._steps.append(
            Step(index=len(self._steps), observation=light, action=decision.action, error=decision.error)
        )
        return decision

    async def _judged(self, observation: Observation, decision: Decision, action: Action) -> Decision:
        review = await self._review.review(proposal_at(self._case(observation), len(self._steps), action))
        carried_out = action_of(review)
        if carried_out != action and isinstance(self._session, Corrigible):
            self._session.corrected(carried_out, review.critique.why)
        return replace(decision, action=carried_out, review=review)

    def _case(self, observation: Observation) -> Case:
        """The episode so far, as it would be if it were stopped at this screen."""
        answers = [step.action.text for step in self._steps if isinstance(step.action, Answer)]
        return Case(
            goal=self._goal,
            platform=self._platform,
            steps=tuple(self._steps),
            final=observation,
            answer=answers[-1] if answers else None,
            claimed=None,
            stop="step_budget",
        )

    def _close_last(self, observation: Observation, refused: str) -> None:
        """What came of the step before: whether any pixel changed, or the device refused it."""
        if not self._steps:
            return
        last = self._steps[-1]
        before, now = last.observation.screenshot, observation.screenshot
        if before is not None and now is not None:
            same = before.digest == now.digest
        else:
            same = last.observation.ui_tree == observation.ui_tree
        # Where it changed is not measured here: any box that is not empty says that it did.
        screen = Rect(0, 0, observation.screen.width, observation.screen.height)
        self._steps[-1] = replace(last, changed=_UNCHANGED if same else screen, error=refused or last.error)

    async def close(self) -> None:
        await self._session.close()


class CriticPolicy(WrappedPolicy):
    """`policy` under `review`; `models` are those that the judges ask."""

    def __init__(
        self, policy: Policy, review: Review, *, models: Sequence[AbstractAsyncContextManager[object]] = ()
    ) -> None:
        super().__init__(policy, "critic", models)
        self._review = review

    async def start(self, task: Task, info: DeviceInfo, *, attempt: int = 1) -> CriticSession:
        session = await self._policy.start(task, info, attempt=attempt)
        return CriticSession(session, self._review, task.goal, info.platform)
