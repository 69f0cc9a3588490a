"""The stages of training, each on the trainer, sources and losses that every other policy is trained with."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, TypeAlias

from device_farm.errors import DataError
from gui_agent.datasets.types import Trajectory
from gui_agent.matching.strict import StrictMatcher
from gui_agent.miniature.config import MiniatureConfig, RlConfig
from gui_agent.miniature.data import reworded
from gui_agent.miniature.learner import make_learner
from gui_agent.models.base import Sampling
from gui_agent.rl.patch import PatchModule
from gui_agent.rl.samples import AdvantageSettings
from gui_agent.rl.semi_online import SemiOnline, SemiOnlineSettings
from gui_agent.training.checkpoint import POLICY, newest
from gui_agent.training.config import OptimiserConfig, TrainerConfig
from gui_agent.training.learner import Learner
from gui_agent.training.metrics import Listener
from gui_agent.training.objective import LikelihoodObjective, Objective, PolicyObjective
from gui_agent.training.offline import OfflineSettings, offline_source
from gui_agent.training.rollout_source import BatchSettings
from gui_agent.training.semi_online import semi_online_source
from gui_agent.training.sft import demonstrations, sft_source
from gui_agent.training.source import SampleSource
from gui_agent.training.trainer import CHECKPOINTS, METRICS, Trainer

Recipe: TypeAlias = Literal["sft", "offline", "semi-online"]


def learner_of(config: MiniatureConfig, weights: Path | None, *, reference: bool) -> Learner:
    """A fresh miniature, or one that begins with `weights`."""
    return make_learner(
        weights=str(weights or ""),
        seed=config.seed,
        width=config.width,
        layers=config.layers,
        history=config.history,
        reference=reference,
        word_noise=config.sft.word_noise,
    )


async def train_stage(
    recipe: Recipe,
    config: MiniatureConfig,
    trajectories: Sequence[Trajectory],
    out: Path,
    *,
    weights: Path | None = None,
    listeners: Sequence[Listener] = (),
) -> dict[str, Any]:
    """Trains into `out`, from its newest checkpoint where it has one; the last update's figures.

    Raises:
        DataError: there is nothing to train on, or the weights do not fit.
        PolicyError: the numbers are not finite.
    """
    learner = learner_of(config, weights, reference=recipe != "sft")
    async with learner.model:
        trainer = Trainer(
            learner.policy,
            _objective(recipe, config.rl),
            _source(recipe, config, trajectories, learner),
            _trainer_config(recipe, config),
            out,
            reference=learner.reference,
            listeners=listeners,
        )
        return await trainer.run(resume=(out / METRICS).exists() or (out / CHECKPOINTS).exists())


def newest_weights(out: Path) -> Path:
    """Those of the newest whole checkpoint in a stage's folder. Raises DataError where there is none."""
    found = newest(out / CHECKPOINTS)
    if found.folder is None:
        raise next(iter(found.refused), DataError(f"{out} holds no checkpoint", field="checkpoint"))
    return found.folder / POLICY


def _trainer_config(recipe: Recipe, config: MiniatureConfig) -> TrainerConfig:
    sft, updates = recipe == "sft", config.sft.updates if recipe == "sft" else config.rl.updates
    optimiser = OptimiserConfig(
        lr=config.sft.lr if sft else config.rl.lr,
        schedule="cosine",
        warmup=min(10, updates // 4),
        final_share=0.1,
    )
    return TrainerConfig(
        updates=updates,
        tokens=config.tokens,
        seed=config.seed,
        checkpoint_every=config.checkpoint_every,
        keep=config.keep,
        optimiser=optimiser,
    )


def _objective(recipe: Recipe, config: RlConfig) -> Objective:
    return LikelihoodObjective() if recipe == "sft" else PolicyObjective(kl=config.kl, entropy=config.entropy)


def _source(
    recipe: Recipe, config: MiniatureConfig, trajectories: Sequence[Trajectory], learner: Learner
) -> SampleSource:
    rl = config.rl
    sampling = Sampling(temperature=1.0, logprobs=True)
    match recipe:
        case "sft":
            shown = demonstrations(trajectories, learner)
            return sft_source(shown, learner, size=config.sft.samples, seed=config.seed)
        case "offline":
            shown = demonstrations(trajectories, learner)
            length = len(shown.steps) / max(1, len(trajectories))
            batch = _batch(rl, config.seed, round(rl.tasks * length))
            settings = OfflineSettings(n=rl.group, sampling=sampling, matcher=StrictMatcher(), thought_required=False)
            return offline_source(shown, learner, settings, batch)
        case "semi-online":
            shown_as = [reworded(one) for one in trajectories] if rl.patch == "off_policy" else trajectories
            advantages = AdvantageSettings(gamma=rl.gamma, omega=rl.omega, episode=rl.episode)
            rollouts = semi_online(learner, rl, sampling)
            return semi_online_source(shown_as, rollouts, advantages, _batch(rl, config.seed, rl.tasks))


def _batch(rl: RlConfig, seed: int, tasks: int) -> BatchSettings:
    return BatchSettings(tasks=tasks, seed=seed, eta=rl.eta, refills=rl.refills)


def semi_online(learner: Learner, rl: RlConfig, sampling: Sampling) -> SemiOnline:
    """Rollouts of the miniature on expert screens."""
    patch = PatchModule(kind=rl.patch, epsilon=math.inf if rl.epsilon < 0 else rl.epsilon)
    return SemiOnline(
        model=learner.model,
        builder=learner.builder,
        matcher=StrictMatcher(),
        dialect=learner.dialect,
        space=learner.space,
        screens=learner.screens,
        settings=SemiOnlineSettings(n=rl.group, sampling=sampling, patch=patch, thought_required=False),
    )
