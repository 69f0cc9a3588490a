"""A policy with all that turns demonstrations into its prompts and replies."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from device_farm.types.codec.dialect import Dialect
from device_farm.types.codec.space import CoordinateSpace
from gui_agent.datasets.types import ExpertStep, Trajectory
from gui_agent.history.base import PastTurn, PromptBuilder, Scene
from gui_agent.history.summary import with_summary
from gui_agent.models.base import Model
from gui_agent.models.prompt import Prompt
from gui_agent.rl.screens import StepScreens
from gui_agent.training.policy import TrainablePolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Learner:
    """`model` samples from the weights of `policy`, `reference` scores with those of the start, or is None.

    `encode` gives the ids of a reply to a prompt, the end token included; it raises DataError where it has none.
    `space` gives the coordinates that the policy speaks in on a screen, `summary_of` what a reply holds of a semantic
    context, "" for histories without one; `summarise` is what a demonstrated step is taught to hold of it.
    """

    policy: TrainablePolicy
    model: Model
    builder: PromptBuilder
    dialect: Dialect
    space: Callable[[ExpertStep], CoordinateSpace]
    screens: StepScreens
    encode: Callable[[Prompt, str], Sequence[int]]
    reference: TrainablePolicy | None = None
    summary_of: Callable[[str], str] = lambda reply: ""
    summarise: Callable[[Trajectory, int], str] = lambda trajectory, index: ""
    publish: Callable[[int], Awaitable[dict[str, float]]] | None = None

    def reply(self, step: ExpertStep) -> str:
        """The demonstration in the policy's own words. Raises DialectError where it has none for the action."""
        return self.dialect.format(step.action, step.thought, self.space(step))

    def demonstration(self, trajectory: Trajectory, index: int) -> str:
        """A reply as it is taught: behind its summary, where the history has one. Raises DialectError as `reply`."""
        summary, reply = self.summarise(trajectory, index), self.reply(trajectory.steps[index])
        return with_summary(summary, reply) if summary else reply

    async def prompt(self, trajectory: Trajectory, index: int) -> Prompt:
        """What the policy sees at a step with the expert's own past before it.

        Raises:
            DialectError: an earlier action cannot be said.
            DataError: a screen is missing or corrupt.
        """
        shown = [await self.screens.part(step) for step in trajectory.steps[: index + 1]]
        past = tuple(
            PastTurn(
                screen=screen,
                reply=self.demonstration(trajectory, at),
                action=step.action,
                thought=step.thought,
                summary=self.summarise(trajectory, at),
            )
            for at, (step, screen) in enumerate(zip(trajectory.steps[:index], shown[:-1], strict=True))
        )
        step = trajectory.steps[index]
        scene = Scene(goal=trajectory.goal, past=past, screen=shown[-1], tree=step.tree, native=step.screen.size)
        return self.builder.build(scene)
