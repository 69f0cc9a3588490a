"""Offline RL on single steps: GRPO (arXiv 2402.03300) with the expert's past in the prompt.

At each demonstrated step the policy answers n times; an answer's advantage is its reward compared with the others',

    A_i = (r_i − mean_j r_j) / std_j r_j

and nothing of it reaches a later step: the baseline that semi-online RL is measured against (UI-S1, arXiv 2509.11543).
Assumes rewards from the expert's action alone. Degenerate: answers of equal reward teach nothing.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace

from device_farm.errors import DataError, DialectError, PolicyError
from gui_agent.datasets.types import ExpertStep
from gui_agent.matching.base import Matcher
from gui_agent.models.base import Completion, Sampling
from gui_agent.models.prompt import Prompt
from gui_agent.rl.rewards import RewardForm, step_reward, thought_counts
from gui_agent.rl.samples import AdvantageSettings
from gui_agent.rl.types import Group, Rollout, RolloutEnd, RolloutStep
from gui_agent.training.learner import Learner
from gui_agent.training.rollout_source import BatchSettings, RolloutSource
from gui_agent.training.semi_online import version_seed
from gui_agent.training.sft import Demonstrations

SINGLE_STEP = AdvantageSettings(gamma=0.0, omega=0.0)
"""With one step a rollout the episode advantage is the step's own; adding the step advantage would count it twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfflineSettings:
    """`n` replies a step."""

    n: int
    sampling: Sampling
    matcher: Matcher
    reward: RewardForm = "paper"
    thought_required: bool = True


def offline_source(
    shown: Demonstrations,
    learner: Learner,
    offline: OfflineSettings,
    settings: BatchSettings,
    advantages: AdvantageSettings | None = None,
) -> RolloutSource[tuple[int, int]]:
    """One task a demonstrated step. Raises DataError where there is none."""

    async def roll_out(task: tuple[int, int], version: int, again: int) -> Group:
        seed = zlib.crc32(f"{version_seed(settings.seed, version, again)}/{task}".encode()) % 2**31
        sampling = replace(offline.sampling, seed=seed)
        return await _group(task, shown, learner, replace(offline, sampling=sampling), version)

    return RolloutSource(shown.steps, roll_out, advantages or SINGLE_STEP, settings)


async def _group(
    task: tuple[int, int], shown: Demonstrations, learner: Learner, offline: OfflineSettings, version: int
) -> Group:
    number, index = task
    trajectory = shown.trajectories[number]
    task_id = f"{trajectory.id}@{index}"
    try:
        prompt = await learner.prompt(trajectory, index)
        replies = await learner.model.generate(prompt, offline.sampling, n=offline.n)
    except (DataError, PolicyError) as error:
        end: RolloutEnd = "policy_error" if isinstance(error, PolicyError) else "infra_error"
        broken = Rollout(task_id=task_id, steps=(), end=end, length=1, error=f"{type(error).__name__}: {error}")
        return Group(task_id=task_id, rollouts=(broken,) * offline.n, policy_version=version)
    expert = trajectory.steps[index]
    judged = [_judged(index, prompt, reply, expert, learner, offline) for reply in replies]
    rollouts = tuple(Rollout(task_id=task_id, steps=(step,), end="finished", length=1) for step in judged)
    return Group(task_id=task_id, rollouts=rollouts, policy_version=version)


def _judged(
    index: int, prompt: Prompt, reply: Completion, expert: ExpertStep, learner: Learner, offline: OfflineSettings
) -> RolloutStep:
    try:
        parsed = learner.dialect.parse(reply.text, learner.space(expert))
    except DialectError:
        parsed = None
    action = parsed.action if parsed else None
    match = offline.matcher.match(reply.text, action, expert)
    has_thought = thought_counts(match, parsed, required=offline.thought_required)
    reward = step_reward(match, has_thought=has_thought, form=offline.reward)
    return RolloutStep(index=index, prompt=prompt, completion=reply, action=action, match=match, reward=reward)
