"""Online RL put together: devices, the policy on them, and what the trainer gets of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Literal, assert_never

from device_farm.config import import_attribute
from device_farm.errors import ConfigError
from device_farm.types.task import JsonValue
from device_farm.types.trajectory import Episode
from gui_agent.composition import Plan, make_plan, opened_farm
from gui_agent.models.base import Sampling
from gui_agent.rl.samples import AdvantageSettings
from gui_agent.runner.collect import farm_source, open_writer
from gui_agent.runner.episode import EpisodeRunner, Limits, Verifier
from gui_agent.runner.events import Listener
from gui_agent.runner.journal import Journal
from gui_agent.runner.judged import opened_hook
from gui_agent.runner.run import EpisodeSink, Runner
from gui_agent.runner.watch import watched
from gui_agent.store.writer import RunWriter
from gui_agent.training.config import ImportedConfig, OnlineConfig, TrainConfig
from gui_agent.training.learner import Learner
from gui_agent.training.online.curriculum import Rounds, SuccessRate, TaskOrder
from gui_agent.training.online.gate import CopiedWeights, Gate, PublishedWeights, SharedWeights, Weights
from gui_agent.training.online.player import PlayerPolicy, PlaySettings
from gui_agent.training.online.scorers import Unanimous
from gui_agent.training.online.source import OnlineSettings, OnlineSource
from gui_agent.training.rollout_source import BatchSettings

ROLLOUTS = "rollouts"
"""The run folder of the episodes, inside that of the training."""


@asynccontextmanager
async def online_source(
    config: TrainConfig,
    learner: Learner,
    sampler: Learner | None,
    sampling: Sampling,
    advantages: AdvantageSettings,
    out: Path,
    *,
    listeners: Sequence[Listener] = (),
) -> AsyncIterator[OnlineSource]:
    """A source whose devices are at work as long as it is open; its learner's model was entered.

    `sampler` is a second learner, which then samples in place of `learner`, None where the weights are shared or
    published to others.

    Raises:
        ConfigError: the suite, a task, a backend, the farm's address or the verifier is bad; names the field.
        PrerequisiteError: this machine cannot run a backend.
    """
    plan = await make_plan(config.run)
    gate = Gate()
    weights: Weights = SharedWeights(gate)
    if learner.publish is not None:
        weights = PublishedWeights(gate, learner.publish)
    elif sampler is not None:
        weights = CopiedWeights(gate, learner.policy.module, sampler.policy.module)
    play = PlaySettings(
        sampling=replace(sampling, seed=config.trainer.seed),
        reply_timeout_s=config.rollout.reply_timeout_s,
        unreadable_reward=config.online.unreadable_reward,
        thought_required=config.rollout.thought_required,
    )
    player = PlayerPolicy(sampler or learner, play, gate)
    rollout = config.rollout
    settings = OnlineSettings(
        batch=BatchSettings(tasks=rollout.tasks, seed=config.trainer.seed, eta=rollout.eta, refills=rollout.refills),
        size=rollout.group,
        max_staleness=config.online.max_staleness,
        ahead=config.online.ahead,
    )
    order = task_order(config.online.curriculum, [task.template for task in plan.tasks], config.trainer.seed)
    source = OnlineSource(plan.tasks, player, weights, advantages, settings, order)
    async with AsyncExitStack() as stack:
        await _serve(config, plan, player, source, out / ROLLOUTS, stack, listeners)
        try:
            yield source
        finally:
            # Before the farm, the suite and the writer of episodes, which it works with.
            await source.stop()


async def _serve(
    config: TrainConfig,
    plan: Plan,
    player: PlayerPolicy,
    source: OnlineSource,
    folder: Path,
    stack: AsyncExitStack,
    listeners: Sequence[Listener],
) -> None:
    run = plan.config
    extra: dict[str, JsonValue] = {"policy": config.policy.model_dump(mode="json")}
    if plan.suite is not None:
        extra |= plan.suite.provenance()
        await stack.enter_async_context(plan.suite.opened(folder))
    client = await stack.enter_async_context(opened_farm(run.farm, plan.backends))
    devices = await stack.enter_async_context(farm_source(run, client))
    limits = Limits(set_up_s=run.limits.set_up_s, evaluate_s=run.limits.evaluate_s)
    opening = opened_hook(plan.verifier, plan.template_of, client, template=run.farm.template)
    judge = await stack.enter_async_context(opening) or verifier_of(config.online)
    episodes = EpisodeRunner(player, plan.template_of, limits=limits, provenance=extra, verifier=judge)
    sink: EpisodeSink = Forgetting()
    everyone: list[Listener] = [source, *listeners]
    if config.online.episodes:
        writer = stack.enter_context(open_writer(plan, folder, resume=True))
        sink = Archive(writer)
        everyone.append(Journal(writer))
    runner = Runner(devices, episodes, sink, workers=plan.workers, retries=run.retries, listeners=everyone)
    source.serve(watched(client, runner.serve(source.work), listeners, local=not run.farm.address), runner.utilisation)


def task_order(curriculum: Literal["none", "success_rate"], templates: Sequence[str], seed: int) -> TaskOrder:
    """`templates` names that of each task."""
    match curriculum:
        case "none":
            return Rounds(len(templates), seed)
        case "success_rate":
            return SuccessRate(templates, seed)
        case _:
            assert_never(curriculum)


def verifier_of(config: OnlineConfig) -> Verifier | None:
    """Raises ConfigError where an import path does not lead to one, or there are two kinds of last word."""
    if config.verifier and config.scorers:
        message = "one verifier has the last word, or all scorers agree with the evaluator"
        raise ConfigError(message, field="online.verifier", fix="name it among online.scorers")
    if config.scorers:
        return Unanimous([_loaded(one, f"online.scorers.{at}") for at, one in enumerate(config.scorers)])
    return _loaded(config.verifier, "online.verifier") if config.verifier else None


def _loaded(config: ImportedConfig, field: str) -> Verifier:
    made = import_attribute(config.import_path, field=f"{field}.import_path")
    if not callable(made):
        raise ConfigError(f"{config.import_path} cannot be called", field=f"{field}.import_path")
    try:
        verifier = made(**config.options)
    except TypeError as error:
        raise ConfigError(f"{config.import_path} refused its options: {error}", field=f"{field}.options") from error
    if not hasattr(verifier, "judge"):
        message = f"{config.import_path} returned {type(verifier).__name__}, which has no judge()"
        raise ConfigError(message, field=f"{field}.import_path")
    return verifier  # type: ignore[no-any-return]


class Archive:
    """Stores episodes. One that a resumed run plays again lies beside the one from before."""

    def __init__(self, writer: RunWriter) -> None:
        self._writer = writer

    def add(self, episode: Episode) -> None:
        name, again = episode.id, 1
        while self._writer.layout.episode(name).exists():
            again += 1
            name = f"{episode.id}.{again}"
        self._writer.add(replace(episode, id=name))


class Forgetting:
    """Stores nothing."""

    def add(self, episode: Episode) -> None:
        return
