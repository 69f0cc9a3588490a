"""Semi-online rollouts (UI-S1, arXiv 2509.11543, section 3.1): the model's own history on an expert's screens.

At each step the model sees the expert's screen and its own earlier replies. A reply that matches the expert's action
goes on to the next screen. One that does not is kept as a sample, with its low reward; then, while patches are left,
the Patch Module's reply stands in its place in all later prompts and the rollout goes on, else it ends there.

Patched text is never a sample. The last step needs no patch: no prompt comes after it.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from device_farm.errors import ConfigError, DataError, DialectError, FarmError, PolicyError
from device_farm.types.codec.dialect import Dialect, ParsedTurn
from device_farm.types.codec.space import CoordinateSpace
from gui_agent.datasets.types import ExpertStep, Trajectory
from gui_agent.history.base import PastTurn, PromptBuilder, Scene
from gui_agent.matching.base import Matcher
from gui_agent.models.base import Completion, Model, Sampling
from gui_agent.models.prompt import Prompt
from gui_agent.rl.patch import Patch, PatchModule
from gui_agent.rl.rewards import RewardForm, step_reward, thought_counts
from gui_agent.rl.screens import StepScreens
from gui_agent.rl.types import Group, Rollout, RolloutEnd, RolloutStep

N = 8
"""Rollouts a task, as in the paper."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SemiOnlineSettings:
    """`n` rollouts a task. `reply_timeout_s` bounds one reply. `thought_required`: the paper's format reward asks for a
    thought; policies that write none do without.
    """

    n: int = N
    sampling: Sampling = field(default_factory=lambda: Sampling(temperature=1.0, logprobs=True))
    patch: PatchModule = field(default_factory=PatchModule)
    reward: RewardForm = "paper"
    thought_required: bool = True
    reply_timeout_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SemiOnline:
    """What rollouts need; shared by all of them. `space` gives the coordinates that the model speaks in on a screen,
    `summary_of` what a reply holds of a semantic context, "" for histories without one.
    """

    model: Model
    builder: PromptBuilder
    matcher: Matcher
    dialect: Dialect
    space: Callable[[ExpertStep], CoordinateSpace]
    screens: StepScreens
    settings: SemiOnlineSettings = field(default_factory=SemiOnlineSettings)
    summary_of: Callable[[str], str] = lambda reply: ""

    async def group(self, trajectory: Trajectory, *, policy_version: int = 0) -> Group:
        """All rollouts of one task, at once. Their common first prompt is sent once, for n replies.

        A rollout that its model or its data broke off says so by its `end`; the others go on.

        Raises:
            DataError: the trajectory has no step.
            ConfigError: what was put together here does not fit.
        """
        if not trajectory.steps:
            raise DataError(f"trajectory {trajectory.id} of {trajectory.origin} has no step", field="steps")
        count = self.settings.n
        try:
            _, prompt = await self.prompt(trajectory, 0, ())
            firsts = await self.replies(prompt, self.seeded(trajectory.id, "first", 0), count)
        except FarmError as error:
            broken = _broken(trajectory, (), error)
            return Group(task_id=trajectory.id, rollouts=(broken,) * count, policy_version=policy_version)
        try:
            async with asyncio.TaskGroup() as tasks:
                running = [
                    tasks.create_task(self._rollout(trajectory, str(i), reply)) for i, reply in enumerate(firsts)
                ]
        except ExceptionGroup as caught:
            raise caught.exceptions[0] from caught
        rollouts = tuple(task.result() for task in running)
        return Group(task_id=trajectory.id, rollouts=rollouts, policy_version=policy_version)

    async def _rollout(self, trajectory: Trajectory, name: str, first: Completion) -> Rollout:
        walk = _Walk(task=self, trajectory=trajectory, name=name)
        try:
            end = await walk.run(first)
        except FarmError as error:
            return _broken(trajectory, tuple(walk.steps), error)
        return Rollout(
            task_id=trajectory.id,
            steps=tuple(walk.steps),
            end=end,
            length=len(trajectory.steps),
            error=walk.unpatchable,
        )

    async def prompt(self, trajectory: Trajectory, index: int, past: tuple[PastTurn, ...]) -> tuple[Scene, Prompt]:
        step = trajectory.steps[index]
        screen = await self.screens.part(step)
        scene = Scene(goal=trajectory.goal, past=past, screen=screen, tree=step.tree, native=step.screen.size)
        return scene, self.builder.build(scene)

    async def replies(self, prompt: Prompt, sampling: Sampling, count: int) -> tuple[Completion, ...]:
        try:
            async with asyncio.timeout(self.settings.reply_timeout_s):
                replies = await self.model.generate(prompt, sampling, n=count)
        except TimeoutError as error:
            message = f"{self.model.name} did not answer within {self.settings.reply_timeout_s} s"
            raise PolicyError(message, field="reply_timeout_s") from error
        if len(replies) != count:
            raise PolicyError(f"{self.model.name} sent {len(replies)} replies instead of {count}")
        return replies

    def seeded(self, task_id: str, name: str, index: int) -> Sampling:
        """The run's sampling with a seed of this reply's own, or all rollouts would be one. Below 2^31."""
        sampling = self.settings.sampling
        if sampling.seed is None:
            return sampling
        return replace(sampling, seed=zlib.crc32(f"{sampling.seed}/{task_id}/{name}/{index}".encode()) % 2**31)


@dataclass(slots=True, kw_only=True)
class _Walk:
    """One rollout on its way. `steps` are what was sampled, `past` what later prompts show of it."""

    task: SemiOnline
    trajectory: Trajectory
    name: str
    steps: list[RolloutStep] = field(default_factory=list)
    past: list[PastTurn] = field(default_factory=list)
    patches: int = 0
    unpatchable: str = ""

    async def run(self, first: Completion) -> RolloutEnd:
        """Raises FarmError where the model or the data fails; `steps` are those before."""
        task = self.task
        for index, expert in enumerate(self.trajectory.steps):
            scene, prompt = await task.prompt(self.trajectory, index, tuple(self.past))
            sampling = task.seeded(self.trajectory.id, self.name, index)
            reply = first if index == 0 else (await task.replies(prompt, sampling, 1))[0]
            parsed = _parsed(reply.text, task.dialect, task.space(expert))
            sampled = self._judged(index, prompt, reply, parsed)
            self.steps.append(sampled)
            if sampled.match.exact:
                self._remember(scene, reply.text, reply.text, parsed)
                continue
            patch = await self._patch(index, scene, sampling)
            if patch is None:
                return "mismatch"
            self.patches += 1
            self.steps[-1] = replace(sampled, patched=patch.kind)
            self._remember(scene, patch.reply, reply.text, ParsedTurn(action=expert.action, thought=patch.thought))
        return "finished"

    def _judged(self, index: int, prompt: Prompt, reply: Completion, parsed: ParsedTurn | None) -> RolloutStep:
        settings = self.task.settings
        action = parsed.action if parsed else None
        match = self.task.matcher.match(reply.text, action, self.trajectory.steps[index])
        has_thought = thought_counts(match, parsed, required=settings.thought_required)
        reward = step_reward(match, has_thought=has_thought, form=settings.reward)
        return RolloutStep(index=index, prompt=prompt, completion=reply, action=action, match=match, reward=reward)

    async def _patch(self, index: int, scene: Scene, sampling: Sampling) -> Patch | None:
        """None where the rollout ends: no patch is left, no step is, or the dialect cannot say the expert's action."""
        task, expert = self.task, self.trajectory.steps[index]
        if not task.settings.patch.allows(self.patches) or index + 1 == len(self.trajectory.steps):
            return None
        try:
            async with asyncio.timeout(task.settings.reply_timeout_s):
                return await task.settings.patch.patch(
                    expert,
                    scene,
                    policy=task.model,
                    builder=task.builder,
                    dialect=task.dialect,
                    space=task.space(expert),
                    sampling=sampling,
                )
        except DialectError as error:
            self.unpatchable = f"step {index} cannot be patched: {error}"
            return None
        except TimeoutError as error:
            raise PolicyError(f"no thought for step {index} within {task.settings.reply_timeout_s} s") from error

    def _remember(self, scene: Scene, reply: str, sampled: str, turn: ParsedTurn | None) -> None:
        """`sampled` has the model's own summary, also where `reply` took its place. `turn` is what `reply` says: None
        for one that only a matcher with its own parser understood.
        """
        earlier = self.past[-1].summary if self.past else ""
        summary = self.task.summary_of(sampled) or earlier
        self.past.append(
            PastTurn(
                screen=scene.screen,
                reply=reply,
                action=turn.action if turn else None,
                thought=turn.thought if turn else "",
                summary=summary,
            )
        )


def _parsed(text: str, dialect: Dialect, space: CoordinateSpace) -> ParsedTurn | None:
    try:
        return dialect.parse(text, space)
    except DialectError:
        return None


def _broken(trajectory: Trajectory, steps: tuple[RolloutStep, ...], error: FarmError) -> Rollout:
    """Raises a ConfigError on: every other rollout would fail alike."""
    if isinstance(error, ConfigError):
        raise error
    end: RolloutEnd = "policy_error" if isinstance(error, PolicyError) else "infra_error"
    message = f"{type(error).__name__}: {error}"
    return Rollout(task_id=trajectory.id, steps=steps, end=end, length=len(trajectory.steps), error=message)
