"""Where demonstrations come from and go to: a suite's tasks or goals in free words, an episode store."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from device_farm.device import Device
from device_farm.errors import ConfigError
from device_farm.types.task import JsonValue, Platform, Task
from device_farm.types.trajectory import Episode, Step
from gui_agent.benchmarks.base import Suite, TaskTemplate
from gui_agent.benchmarks.free_goal import DEFAULT_MAX_STEPS, FreeGoal, free_task
from gui_agent.live_view.demonstration import demonstration
from gui_agent.policies.human import NAME, Hand, HumanPolicy
from gui_agent.report.write import write_report
from gui_agent.runner.changed import with_changes
from gui_agent.runner.episode import EpisodeRunner, Limits
from gui_agent.runner.queue import Assignment
from gui_agent.store.layout import episode_id
from gui_agent.store.writer import RunWriter

_FREE: Final = FreeGoal()
_FREE_SUITE: Final = "free"
# A person looks around, tries and thinks: neither the steps nor the time of a task are theirs.
_MAX_STEPS: Final = 100_000
_BUDGET_S: Final = 24 * 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A task that a page may choose; `goal` has its parameters by name."""

    name: str
    goal: str
    complexity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What a page has filled in when it opens: a task with its seed, or a goal, or neither."""

    task: str = ""
    goal: str = ""
    seed: int = 0


class Studio:
    """Records demonstrations into the run folder of `writer`, which is entered. One at a time writes."""

    def __init__(
        self, writer: RunWriter, suite: Suite, *, limits: Limits | None = None, proposal: Proposal | None = None
    ) -> None:
        self.proposal = proposal or Proposal()
        self._writer = writer
        self._suite = suite
        self._limits = limits or Limits()
        self._extra: dict[str, JsonValue] = {**suite.provenance(), "policy": {"type": NAME}}
        self._one_at_a_time = asyncio.Lock()

    @property
    def folder(self) -> Path:
        return self._writer.layout.root

    @property
    def suite_name(self) -> str:
        return self._suite.name

    def offers(self, platform: Platform) -> Sequence[Offer]:
        """The suite's tasks for a device of this platform."""
        return [
            Offer(name=template.name, goal=template.goal, complexity=template.complexity)
            for template in self._suite.templates
            if template.platform == platform
        ]

    async def task(self, name: str, seed: int, goal: str, platform: Platform) -> Task:
        """The task `name` of the suite, or without a name the free `goal`.

        Raises:
            ConfigError: there is no such task, it is for other devices, or there is neither.
        """
        if name:
            template = self._suite.template(name)
            if template.platform != platform:
                fix = f"choose a task for {platform}, or another device"
                raise ConfigError(f"{name} is for {template.platform} devices", field="task", fix=fix)
            return (await self._suite.plan(1, seed=seed, names=(name,)))[0]
        if not goal.strip():
            raise ConfigError("say what is to be done", field="goal", fix="write a goal, or choose a task")
        return free_task(goal.strip(), platform, self._free_seed(), DEFAULT_MAX_STEPS)

    def _free_seed(self) -> int:
        """Free goals have no seed of their own; each recorded one is a task of its own."""
        seed = 0
        while self._writer.layout.episode(episode_id(free_task("x", "android", seed, 1).id, 1)).exists():
            seed += 1
        return seed

    async def record(self, device: Device, task: Task, hand: Hand, on_step: Callable[[Step], None]) -> Episode:
        """One demonstration, from the set-up to the verdict, stored; a cancelled one leaves nothing behind.

        Raises:
            StorageError: it could not be stored.
        """
        runner = EpisodeRunner(HumanPolicy(hand), self._template_of, limits=self._limits, provenance=self._extra)
        patient = replace(task, max_steps=_MAX_STEPS, time_budget_s=_BUDGET_S)
        episode = await runner.run(device, Assignment(task=patient, attempt=self._attempt(task)), on_step)
        whole = await asyncio.to_thread(with_changes, demonstration(episode, task))
        async with self._one_at_a_time:
            await asyncio.to_thread(self._writer.add, whole)
            await asyncio.to_thread(write_report, self.folder)
        return whole

    def _attempt(self, task: Task) -> int:
        attempt = 1
        while self._writer.layout.episode(episode_id(task.id, attempt)).exists():
            attempt += 1
        return attempt

    def _template_of(self, task: Task) -> TaskTemplate:
        return _FREE if task.suite == _FREE_SUITE else self._suite.template(task.template)
