"""What `farm run` does: one attempt at one task, with every step told as it happens."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import sys
import tomllib
from collections.abc import Callable
from dataclasses import replace
from typing import TextIO

from device_farm.cli.command import Exit
from device_farm.errors import ConfigError
from device_farm.types.action import Action
from device_farm.types.codec.json import dumps_value, encode
from device_farm.types.task import JsonValue, Platform, Task
from device_farm.types.trajectory import Episode, InfraError, Scored, Step
from gui_agent.benchmarks.base import Suite, TaskTemplate
from gui_agent.benchmarks.free_goal import DEFAULT_MAX_STEPS, FreeGoal, free_task
from gui_agent.commands.settings import config_from
from gui_agent.composition import Plan, check_farm, opened_farm, plan_tasks, suite_of
from gui_agent.config import RunConfig
from gui_agent.report.write import write_report
from gui_agent.runner.collect import farm_source, open_writer
from gui_agent.runner.episode import EpisodeRunner, Limits
from gui_agent.runner.events import AttemptEnded, AttemptStarted, DeviceTrouble, RunEvent, StepTaken
from gui_agent.runner.journal import reason_of
from gui_agent.runner.judged import opened_hook
from gui_agent.runner.queue import Assignment
from gui_agent.runner.run import Runner
from gui_agent.runner.watch import watched


async def run_single(namespace: argparse.Namespace) -> int:
    """Raises ConfigError and PrerequisiteError before any device is started."""
    tasks_flag, namespace.tasks = namespace.task, None
    config = config_from(namespace)
    check_farm(config.farm)
    suite = suite_of(config) if namespace.goal is None else None
    if suite is None:
        task, template = _free(namespace, tasks_flag, config)
    else:
        task, template = await _of_suite(namespace, tasks_flag, config, suite)
    single = config.model_copy(update={"devices": 1, "desktops": 1, "episodes": 1, "suite": task.suite})
    plan = plan_tasks(single, (task,), lambda _: template, suite=suite)
    if namespace.out is not None:
        open_writer(plan, namespace.out, resume=False).check()
    if namespace.dry_run:
        sys.stdout.write(f"{task.id}: {task.goal}\n{dumps_value(encode(task))}\n")
        return Exit.DONE
    episode = await _attempt(plan, namespace)
    if namespace.json:
        sys.stdout.write(json.dumps(_document(episode)) + "\n")
    return _exit_code(episode)


def _exit_code(episode: Episode) -> int:
    if isinstance(episode.outcome, InfraError):
        return Exit.INFRASTRUCTURE
    failed = isinstance(episode.outcome, Scored) and episode.outcome.reward < 1.0
    return Exit.FAILED if failed else Exit.DONE


def _free(namespace: argparse.Namespace, name: str | None, config: RunConfig) -> tuple[Task, TaskTemplate]:
    if name is not None:
        raise ConfigError("give a task or a goal, not both", field="--goal")
    if not namespace.goal.strip():
        raise ConfigError("must not be empty", field="--goal")
    if config.policy.type in ("expert", "replay"):
        message = f"{config.policy.type} cannot follow a free goal"
        raise ConfigError(message, field="--policy", fix="use --policy openai --set policy.model=NAME, or random")
    platform: Platform = "desktop" if config.platform == "desktop" else "android"
    max_steps = _max_steps(namespace) or DEFAULT_MAX_STEPS
    return free_task(namespace.goal, platform, config.seed, max_steps), FreeGoal()


async def _of_suite(
    namespace: argparse.Namespace, name: str | None, config: RunConfig, suite: Suite
) -> tuple[Task, TaskTemplate]:
    if name is None:
        known = ", ".join(template.name for template in suite.templates)
        raise ConfigError("name a task, or give --goal", field="TASK", fix=f"tasks of {suite.name}: {known}")
    template = suite.template(name)
    overrides = dict(map(_param, namespace.param))
    if overrides:
        task = template.task(suite.name, config.seed, overrides)
    else:
        task = (await suite.plan(1, seed=config.seed, names=(name,)))[0]
    max_steps = _max_steps(namespace)
    return (replace(task, max_steps=max_steps) if max_steps else task), template


def _max_steps(namespace: argparse.Namespace) -> int | None:
    wanted: int | None = namespace.max_steps
    if wanted is not None and wanted < 1:
        raise ConfigError(f"{wanted} is out of range", field="--max-steps", fix="use at least 1")
    return wanted


def _param(text: str) -> tuple[str, JsonValue]:
    """`count=3` as a number, `name=Ada` as text, `days=["Mon"]` as a list."""
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise ConfigError(f"{text!r} is not NAME=VALUE", field="--param")
    try:
        parsed: JsonValue = tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        parsed = value
    return name.strip(), parsed


async def _attempt(plan: Plan, namespace: argparse.Namespace) -> Episode:
    config = plan.config
    narrator = Narrator(sys.stdout)
    async with contextlib.AsyncExitStack() as stack:
        sinks: list[Callable[[Episode], None]] = [narrator.keep]
        if namespace.out is not None:
            sinks.append(stack.enter_context(open_writer(plan, namespace.out, resume=False)).add)
        extra: dict[str, JsonValue] = {"policy": config.policy.model_dump(mode="json")}
        if plan.suite is not None:
            extra |= plan.suite.provenance()
            await stack.enter_async_context(plan.suite.opened(namespace.out))
        client = await stack.enter_async_context(opened_farm(config.farm, plan.backends))
        policy = await stack.enter_async_context(plan.policy)
        source = await stack.enter_async_context(farm_source(config, client))
        limits = Limits(set_up_s=config.limits.set_up_s, evaluate_s=config.limits.evaluate_s)
        opening = opened_hook(plan.verifier, plan.template_of, client, template=config.farm.template)
        hook = await stack.enter_async_context(opening)
        episodes = EpisodeRunner(policy, plan.template_of, limits=limits, provenance=extra, verifier=hook)
        runner = Runner(source, episodes, _Sinks(sinks), workers=plan.workers, retries=0, listeners=[narrator])
        narrator.goal(plan.tasks[0])
        work = runner.run([Assignment(task=plan.tasks[0])])
        await watched(client, work, [narrator], local=not config.farm.address)
    if namespace.out is not None:
        path = await asyncio.to_thread(write_report, namespace.out)
        sys.stdout.write(f"{path}\n")
    assert narrator.episode is not None
    return narrator.episode


class _Sinks:
    """Hands an episode to several."""

    def __init__(self, sinks: list[Callable[[Episode], None]]) -> None:
        self._sinks = sinks

    def add(self, episode: Episode) -> None:
        for sink in self._sinks:
            sink(episode)


class Narrator:
    """Tells a run step by step, and keeps its episode."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.episode: Episode | None = None

    def keep(self, episode: Episode) -> None:
        self.episode = episode

    def goal(self, task: Task) -> None:
        self._line(f"goal: {task.goal}")

    def on_event(self, event: RunEvent) -> None:
        match event:
            case AttemptStarted(device_id=device_id):
                self._line(f"on {device_id}")
            case StepTaken(step=step):
                self._line(describe_step(step))
            case AttemptEnded(episode=episode):
                self._line(f"{episode.outcome.kind}: {reason_of(episode.outcome)} after {episode.wall_s:.1f} s")
                for piece in getattr(episode.outcome, "evidence", ()):
                    mark = "holds" if piece.holds else "FAILS"
                    self._line(f"  {mark}  {piece.probe}: {piece.observed!r}, expected {piece.expected!r}")
            case DeviceTrouble(error=error):
                self._line(f"device trouble: {error}")

    def _line(self, text: str) -> None:
        self._stream.write(text + "\n")
        self._stream.flush()


def describe_step(step: Step) -> str:
    """One line: number, time, action, and what went wrong or was thought."""
    what = "reply did not parse" if step.action is None else dumps_value(encode(step.action, Action))
    note = step.error or (step.turn.thought if step.turn is not None else "")
    return f"{step.index + 1:3}  {step.decide_ms + step.act_ms:6.0f} ms  {what}" + (f"  # {note}" if note else "")


def _document(episode: Episode) -> dict[str, object]:
    return {
        "episode": episode.id,
        "outcome": encode(episode.outcome),
        "steps": len(episode.steps),
        "stop": episode.stop,
        "claimed": episode.claimed,
        "answer": episode.answer,
        "wall_s": round(episode.wall_s, 3),
    }
