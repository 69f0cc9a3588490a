"""Supervised fine-tuning on demonstrations: one sample a step, with the expert's own past in its prompt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from device_farm.errors import DialectError
from gui_agent.datasets.backtracking import backtracking_dialogues
from gui_agent.datasets.perception import perception_dialogues
from gui_agent.datasets.questions import Dialogue, Question, QuestionSet
from gui_agent.datasets.types import Trajectory
from gui_agent.models.prompt import Prompt
from gui_agent.rl.types import TrainSample
from gui_agent.training.batches import packs
from gui_agent.training.config import Taught
from gui_agent.training.distributed.team import SOLO, Team
from gui_agent.training.learner import Learner
from gui_agent.training.source import EpochSource


@dataclass(frozen=True, slots=True, kw_only=True)
class Demonstrations:
    """The steps that can be taught, as (trajectory, step). `unsayable` are those that the dialect has no word for,
    and those behind them, whose history would lack a turn.
    """

    trajectories: Sequence[Trajectory]
    steps: tuple[tuple[int, int], ...]
    unsayable: int = 0


def demonstrations(trajectories: Sequence[Trajectory], learner: Learner) -> Demonstrations:
    """All steps of all trajectories that succeeded."""
    steps: list[tuple[int, int]] = []
    unsayable = 0
    for number, trajectory in enumerate(trajectories):
        if not trajectory.success:
            continue
        sayable = _sayable(trajectory, learner)
        steps += [(number, index) for index in range(sayable)]
        unsayable += len(trajectory.steps) - sayable
    return Demonstrations(trajectories=trajectories, steps=tuple(steps), unsayable=unsayable)


def _sayable(trajectory: Trajectory, learner: Learner) -> int:
    for index, step in enumerate(trajectory.steps):
        try:
            learner.reply(step)
        except DialectError:
            return index
    return len(trajectory.steps)


async def sft_sample(trajectory: Trajectory, index: int, learner: Learner) -> TrainSample:
    """Raises DataError where a screen is missing or corrupt, or the policy cannot read or say the step."""
    prompt = await learner.prompt(trajectory, index)
    ids = learner.encode(prompt, learner.demonstration(trajectory, index))
    return _demonstrated(prompt, ids, trajectory.id, index)


def question_sample(question: Question, learner: Learner) -> TrainSample:
    """Turns of one dialogue may share a packed sequence. Raises DataError where the policy cannot read the prompt."""
    ids = learner.encode(question.prompt, question.reply)
    return _demonstrated(question.prompt, ids, question.dialogue, question.turn, kind=question.kind)


def _demonstrated(prompt: Prompt, ids: Sequence[int], trajectory: str, step: int, **tags: str) -> TrainSample:
    ids_T = np.asarray(ids, dtype=np.int64)
    return TrainSample(
        prompt=prompt,
        response_ids_T=ids_T,
        sampled_logprobs_T=np.zeros(0, dtype=np.float32),
        advantages_T=np.ones(len(ids_T), dtype=np.float32),
        mask_T=np.ones(len(ids_T), dtype=np.bool_),
        trajectory=trajectory,
        step=step,
        tags=tags,
    )


def sft_source(shown: Demonstrations, learner: Learner, *, size: int, seed: int, team: Team = SOLO) -> EpochSource:
    """Batches hold steps of like index: their histories, and so their prompts, are of like length.

    For a policy that packs they hold whole trajectories of like length instead, about `size` steps together.
    """

    async def make(index: int) -> TrainSample:
        number, step = shown.steps[index]
        return await sft_sample(shown.trajectories[number], step, learner)

    if shown.steps and packs(learner.policy):
        bundles = _by_trajectory(shown)
        count = max(1, round(size * len(bundles) / len(shown.steps)))
        return EpochSource(make, [len(one) for one in bundles], size=count, seed=seed, bundles=bundles, team=team)
    return EpochSource(make, [step for _, step in shown.steps], size=size, seed=seed, team=team)


def _by_trajectory(shown: Demonstrations) -> list[list[int]]:
    bundles: dict[int, list[int]] = {}
    for index, (number, _) in enumerate(shown.steps):
        bundles.setdefault(number, []).append(index)
    return list(bundles.values())


def taught_source(
    teach: Sequence[Taught],
    trajectories: Sequence[Trajectory],
    learner: Learner,
    *,
    size: int,
    seed: int,
    team: Team = SOLO,
) -> EpochSource:
    """Everything that `teach` lists, mixed. Raises DataError where the data holds nothing of a kind."""
    if tuple(teach) == ("actions",):
        return sft_source(demonstrations(trajectories, learner), learner, size=size, seed=seed, team=team)
    dialogues: list[Dialogue] = []
    if "perception" in teach:
        dialogues += perception_dialogues(trajectories, learner.space, seed=seed)
    if "backtracking" in teach:
        dialogues += backtracking_dialogues(trajectories, learner.dialect, learner.space)
    questions = QuestionSet(dialogues, learner.screens)
    shown = demonstrations(trajectories if "actions" in teach else (), learner)

    async def make(index: int) -> TrainSample:
        if index < len(shown.steps):
            number, step = shown.steps[index]
            return await sft_sample(shown.trajectories[number], step, learner)
        return question_sample(await questions.question(index - len(shown.steps)), learner)

    lengths = [*(step for _, step in shown.steps), *questions.lengths]
    return EpochSource(make, lengths, size=size, seed=seed, team=team)
