"""From a config to a finished run: the only place that knows every part of training."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar, assert_never

from device_farm.config import import_attribute
from device_farm.errors import ConfigError, DataError, PrerequisiteError
from device_farm.types.geometry import Size
from gui_agent.datasets.load import load_data
from gui_agent.datasets.tries import by_tries
from gui_agent.datasets.types import Trajectory
from gui_agent.matching.base import Matcher
from gui_agent.matching.legacy import LegacyRewardMatcher
from gui_agent.matching.strict import StrictMatcher
from gui_agent.models.base import Sampling
from gui_agent.rl.patch import PatchModule
from gui_agent.rl.semi_online import SemiOnline, SemiOnlineSettings
from gui_agent.training.checkpoint import checkpoint_folder
from gui_agent.training.choices import check_choices, make_advantages, make_objective, needed_data
from gui_agent.training.config import DataConfig, ImportedConfig, RolloutConfig, TrainConfig
from gui_agent.training.distributed.first_source import FirstSource
from gui_agent.training.distributed.team import SOLO, Team, agreed, first_does
from gui_agent.training.distributed.weights import held_weights
from gui_agent.training.language.config import TransformersPolicyConfig
from gui_agent.training.learner import Learner
from gui_agent.training.metrics import Listener
from gui_agent.training.offline import OfflineSettings, offline_source
from gui_agent.training.online.run import online_source
from gui_agent.training.parity import GatedSource
from gui_agent.training.rollout_source import BatchSettings
from gui_agent.training.semi_online import semi_online_source
from gui_agent.training.sft import demonstrations, taught_source
from gui_agent.training.source import PublishedSource, SampleSource
from gui_agent.training.stages import stage_configs, train_stages
from gui_agent.training.start import start_from
from gui_agent.training.trainer import CHECKPOINTS, Trainer

T = TypeVar("T")


async def train(
    config: TrainConfig, out: Path, *, resume: bool = False, listeners: Sequence[Listener] = (), team: Team = SOLO
) -> dict[str, Any]:
    """Runs the recipe; the last update's figures, with the `checkpoint` that holds the trained policy.

    Every rank of `team` calls it. Rank 0 writes into `out`, and online it is the one that plays.

    Raises:
        ConfigError, DataError: found before anything was trained; they name the key, or file and line.
        PolicyError: numbers that are not finite, or a model that fails every rollout.
    """
    if not stage_configs(config):
        return await _train_one(config, out, resume=resume, listeners=listeners, team=team)

    async def one(stage: TrainConfig, folder: Path, again: bool, also: Listener) -> dict[str, Any]:
        return await _train_one(stage, folder, resume=again, listeners=[*listeners, also], team=team)

    def tell(text: str) -> None:
        for listener in listeners if team.rank == 0 else ():
            listener.on_note(text)

    def first(work: Callable[[], T]) -> T:
        return first_does(team, work)

    return await train_stages(config, out, one, resume=resume, tell=tell, first_does=first)


async def _train_one(
    config: TrainConfig, out: Path, *, resume: bool, listeners: Sequence[Listener], team: Team
) -> dict[str, Any]:
    check_choices(config)
    if config.server is not None and team.size > 1:
        message = f"{team.size} ranks cannot share what servers sample"
        raise ConfigError(message, field="server", fix="train on one GPU, or leave it out")
    learner = agreed(team, lambda: load_learner(config))
    if config.start:
        start_from(learner, Path(config.start))
    async with AsyncExitStack() as stack:
        source = await _source(config, learner, out, stack, team)
        trainer = Trainer(
            learner.policy,
            make_objective(config),
            _gated(source, config, learner),
            config.trainer,
            out,
            reference=learner.reference,
            listeners=listeners,
            team=team,
            weights=held_weights(learner.policy, team, config.trainer.sharding),
        )
        figures = await trainer.run(resume=resume)
    last = checkpoint_folder(out / CHECKPOINTS, figures.get("update", config.trainer.updates))
    return {"recipe": config.recipe, **figures, "checkpoint": str(last)}


async def _source(config: TrainConfig, learner: Learner, out: Path, stack: AsyncExitStack, team: Team) -> SampleSource:
    """The source of this rank, once all have theirs."""
    source: SampleSource | None = None
    error: Exception | None = None
    try:
        if config.recipe != "online" or team.rank == 0:
            source = await _opened_source(config, learner, out, stack, team)
    except Exception as failed:  # noqa: BLE001 - the boundary between ranks: `gather` raises it on all of them
        error = failed
    team.gather(None, error)
    return FirstSource(source, team) if config.recipe == "online" and team.size > 1 else _there(source)


def _gated(source: SampleSource, config: TrainConfig, learner: Learner) -> SampleSource:
    if config.recipe == "sft":
        return source
    return GatedSource(source, learner.policy, config.parity, published=learner.publish is not None)


def _there(source: SampleSource | None) -> SampleSource:
    assert source is not None
    return source


async def _opened_source(
    config: TrainConfig, learner: Learner, out: Path, stack: AsyncExitStack, team: Team
) -> SampleSource:
    """The source, with its model entered, and online with its devices at work."""
    if config.recipe != "online":
        source = make_source(config, load_trajectories(needed_data(config)), learner, team)
        await stack.enter_async_context(learner.model)
        return source if learner.publish is None else PublishedSource(source, learner.publish)
    copied = config.online.weights == "copied" and learner.publish is None
    sampler = load_learner(_without_reference(config)) if copied else None
    await stack.enter_async_context((sampler or learner).model)
    advantages = make_advantages(config)
    return await stack.enter_async_context(
        online_source(config, learner, sampler, _sampling(config.rollout), advantages, out)
    )


def _without_reference(config: TrainConfig) -> TrainConfig:
    """For a learner that samples and is never trained."""
    return config.model_copy(update={"loss": config.loss.model_copy(update={"kl": 0.0})})


def load_learner(config: TrainConfig) -> Learner:
    """Raises ConfigError where the policy's section leads to none, PrerequisiteError where a package is missing."""
    if isinstance(config.policy, TransformersPolicyConfig):
        return _language(config, config.policy)
    learner = _made(config.policy)
    if config.lora is None:
        return learner
    from gui_agent.training.lora import BaseReference, add_adapters

    add_adapters(learner.policy.module, config.lora)
    return replace(learner, reference=BaseReference(learner.policy))


def _language(config: TrainConfig, policy: TransformersPolicyConfig) -> Learner:
    try:
        from gui_agent.training.language.learner import LanguageSettings, language_learner
    except ImportError as error:
        fix = "pip install torch transformers"
        raise PrerequisiteError(f"a transformers policy needs {error.name}", field="policy.kind", fix=fix) from error
    settings = LanguageSettings(
        lora=config.lora,
        server=None if config.recipe == "sft" else config.server,
        packing=config.trainer.packing,
        reference=make_objective(config).needs_reference,
        temperature=1.0 if config.recipe == "sft" else config.rollout.temperature,
    )
    return language_learner(policy, settings)


def _made(config: ImportedConfig) -> Learner:
    made = import_attribute(config.import_path, field="policy.import_path")
    if not callable(made):
        raise ConfigError(f"{config.import_path} cannot be called", field="policy.import_path")
    try:
        learner = made(**config.options)
    except TypeError as error:
        raise ConfigError(f"{config.import_path} refused its options: {error}", field="policy.options") from error
    if not isinstance(learner, Learner):
        kind = type(learner).__name__
        raise ConfigError(f"{config.import_path} returned {kind} instead of a Learner", field="policy.import_path")
    return learner


def load_trajectories(config: DataConfig, *, left_out: Counter[str] | None = None) -> list[Trajectory]:
    """`left_out` counts what of a run folder cannot be used.

    Raises:
        ConfigError: a folder that holds no run.
        DataError: names file, line and field; or `data.tries`, where it leaves nothing.
    """
    images = Path(config.images) if config.images else None
    screen = Size(*config.screen) if config.screen else None
    data = load_data(
        Path(config.path),
        images=images,
        screen=screen,
        swipes=config.swipes,
        left_out=left_out,
        verifier=config.verifier,
    )
    there = list(data)
    kept = by_tries(there, config.tries)
    if there and not kept:
        how = "at the first try" if config.tries == "one" else "at a later try"
        message = f"none of {len(there)} trajectories is of a task that was solved {how}"
        raise DataError(message, field="data.tries", fix='set it to "all", or name a folder with more tries')
    return kept


def make_source(
    config: TrainConfig, trajectories: Sequence[Trajectory], learner: Learner, team: Team = SOLO
) -> SampleSource:
    """Raises DataError where the data holds nothing for the recipe."""
    rollout, seed = config.rollout, config.trainer.seed
    batch = BatchSettings(tasks=rollout.tasks, seed=seed, eta=rollout.eta, refills=rollout.refills, team=team)
    match config.recipe:
        case "sft":
            return taught_source(config.teach, trajectories, learner, size=config.samples, seed=seed, team=team)
        case "offline":
            shown, advantages = demonstrations(trajectories, learner), make_advantages(config)
            return offline_source(shown, learner, _offline(rollout), batch, advantages)
        case "semi-online":
            tasks = [trajectory for trajectory in trajectories if trajectory.success]
            return semi_online_source(tasks, _semi_online(rollout, learner), make_advantages(config), batch)
        case "online":
            raise ConfigError("online RL learns from devices, not from data", field="recipe")
        case "mobile-r1" | "uitron":
            raise ConfigError("its stages have sources, each its own", field="recipe")
        case _:
            assert_never(config.recipe)


def _offline(config: RolloutConfig) -> OfflineSettings:
    return OfflineSettings(
        n=config.group,
        sampling=_sampling(config),
        matcher=_matcher(config),
        reward=config.reward,
        thought_required=config.thought_required,
    )


def _semi_online(config: RolloutConfig, learner: Learner) -> SemiOnline:
    settings = SemiOnlineSettings(
        n=config.group,
        sampling=_sampling(config),
        patch=PatchModule(kind=config.patch, epsilon=math.inf if config.epsilon < 0 else config.epsilon),
        reward=config.reward,
        thought_required=config.thought_required,
        reply_timeout_s=config.reply_timeout_s,
    )
    return SemiOnline(
        model=learner.model,
        builder=learner.builder,
        matcher=_matcher(config),
        dialect=learner.dialect,
        space=learner.space,
        screens=learner.screens,
        settings=settings,
        summary_of=learner.summary_of,
    )


def _sampling(config: RolloutConfig) -> Sampling:
    return Sampling(temperature=config.temperature, max_tokens=config.max_tokens, logprobs=True)


def _matcher(config: RolloutConfig) -> Matcher:
    match config.scorer:
        case "strict":
            return StrictMatcher()
        case "legacy":
            return LegacyRewardMatcher()
        case _:
            assert_never(config.scorer)
