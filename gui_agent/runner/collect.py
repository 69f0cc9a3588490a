"""A whole run: plan, farm, policy, store and display put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from device_farm.client import FarmClient
from device_farm.types.task import JsonValue
from device_farm.types.trajectory import Episode
from gui_agent.composition import Plan, opened_farm
from gui_agent.config import IDENTITY, RunConfig
from gui_agent.runner.episode import EpisodeRunner, Limits
from gui_agent.runner.events import Listener, RunStarted
from gui_agent.runner.farm import FarmSource
from gui_agent.runner.journal import Journal
from gui_agent.runner.judged import opened_hook
from gui_agent.runner.queue import Assignment, remaining
from gui_agent.runner.rejecting import known_rejections, reject_satisfied, rejected
from gui_agent.runner.run import Runner, RunResult
from gui_agent.runner.summary import RunSummary, summarise
from gui_agent.runner.watch import watched
from gui_agent.store.files import Files
from gui_agent.store.reader import RunReader
from gui_agent.store.writer import RunWriter


def resolved_config(plan: Plan) -> dict[str, Any]:
    """The config as it is written into the run folder."""
    return plan.config.model_dump(mode="json")


def open_writer(plan: Plan, out: Path, *, resume: bool, files: Files | None = None) -> RunWriter:
    """The writer of the run folder, not entered."""
    return RunWriter(out, resolved_config(plan), resume=resume, identity=IDENTITY, files=files)


async def collect(
    plan: Plan, out: Path, *, resume: bool = False, listeners: Sequence[Listener] = (), files: Files | None = None
) -> RunSummary:
    """Collects what the plan asks for and the folder does not hold yet.

    Raises:
        ConfigError: the folder holds another run.
        CapacityError, PrerequisiteError, TransportError: the farm gives no devices.
        StorageError: the disk is full; what is stored stays readable.
    """
    with open_writer(plan, out, resume=resume, files=files) as writer:
        reader = RunReader(out)
        before = [stored.episode for stored in reader.episodes()]
        left = remaining(plan.tasks, before, plan.config.retries)
        if plan.config.reject_satisfied:
            # What an earlier start has left out needs no device now.
            left = _kept(left, rejected(known_rejections(reader)))
        result = RunResult(steps=0, wall_s=0.0, device_utilisation=0.0)
        if left:
            result = await _run(plan, left, writer, listeners, out)
        else:
            _tell_start(plan, left, [*listeners, Journal(writer)])
        left_out = rejected(known_rejections(reader)) if plan.config.reject_satisfied else {}
        summary = summarise(
            _of_plan(plan, reader),
            planned=len(plan.tasks),
            steps=result.steps,
            wall_s=result.wall_s,
            device_utilisation=result.device_utilisation,
            rejected={task.id: left_out[task.id] for task in plan.tasks if task.id in left_out},
        )
        writer.event("run_finished", **summary.to_json())
    return summary


def _kept(left: Sequence[Assignment], left_out: Mapping[str, str]) -> list[Assignment]:
    return [assignment for assignment in left if assignment.task.id not in left_out]


def _tell_start(plan: Plan, left: Sequence[Assignment], listeners: Sequence[Listener]) -> None:
    already = len(plan.tasks) - len(left)
    started = RunStarted(tasks=len(left), already=already, devices=sum(plan.workers.values()))
    for listener in listeners:
        listener.on_event(started)


def _of_plan(plan: Plan, reader: RunReader) -> list[Episode]:
    """Every stored attempt at the plan's tasks; a folder resumed with fewer episodes may hold more."""
    wanted = {task.id for task in plan.tasks}
    return [stored.episode for stored in reader.episodes() if stored.episode.task.id in wanted]


async def _run(
    plan: Plan, left: Sequence[Assignment], writer: RunWriter, told: Sequence[Listener], out: Path
) -> RunResult:
    config = plan.config
    listeners = [*told, Journal(writer)]
    policy_config: Mapping[str, Any] = config.policy.model_dump(mode="json")
    extra: dict[str, JsonValue] = {"policy": dict(policy_config)}
    limits = Limits(set_up_s=config.limits.set_up_s, evaluate_s=config.limits.evaluate_s)
    async with AsyncExitStack() as stack:
        if plan.suite is not None:
            extra |= plan.suite.provenance()
        if config.ray.address:
            # Imported here: ray is an optional package.
            from gui_agent.cluster.collect import run_on_cluster

            _tell_start(plan, left, listeners)
            return await run_on_cluster(plan, left, writer, listeners, extra)
        if plan.suite is not None:
            await stack.enter_async_context(plan.suite.opened(out))
        client = await stack.enter_async_context(opened_farm(config.farm, plan.backends))
        if config.reject_satisfied:
            work = reject_satisfied(plan, left, client, writer, told)
            left = _kept(left, await watched(client, work, told, local=not config.farm.address))
        _tell_start(plan, left, listeners)
        policy = await stack.enter_async_context(plan.policy)
        source = await stack.enter_async_context(farm_source(config, client))
        opening = opened_hook(plan.verifier, plan.template_of, client, template=config.farm.template)
        hook = await stack.enter_async_context(opening)
        episodes = EpisodeRunner(policy, plan.template_of, limits=limits, provenance=extra, verifier=hook)
        runner = Runner(source, episodes, writer, workers=plan.workers, retries=config.retries, listeners=listeners)
        return await watched(client, runner.run(left), listeners, local=not config.farm.address)


def farm_source(config: RunConfig, client: FarmClient) -> FarmSource:
    """The devices of a run. Use as `async with`."""
    farm = config.farm
    return FarmSource(client, template=farm.template, priority=farm.priority, wait_s=config.limits.lease_s)
