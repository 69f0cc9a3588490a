"""A task of AndroidWorld: its own code sets up, judges and tears down; the restated task of its name has the expert."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from device_farm.device import Device
from device_farm.errors import BackendError, ConfigError, FarmError, VerifierError
from device_farm.types.task import JsonValue, Task
from device_farm.types.trajectory import Episode, Evidence, InfraError, Scored, Undecided
from gui_agent.benchmarks.androidworld.checkpoint import group_name, to_checkpoint
from gui_agent.benchmarks.androidworld.crew import Crew
from gui_agent.benchmarks.base import Ending, Script, TaskTemplate
from gui_agent.benchmarks.worker_channel import WorldError

UNMADE = "unmade"
"""Parameter of a task that AndroidWorld could not instantiate: why."""
STEP_S = 60.0
"""Wall-clock time that one step may take on average before the attempt is a timeout; AndroidWorld has no such limit."""


def instance_of(task: Task) -> int:
    """Which of a template's instances a task is: the number behind its seed, 0 where there is none."""
    parts = task.id.split("/")
    return int(parts[3]) if len(parts) > 3 and parts[3].isdigit() else 0


class WorldTemplate(TaskTemplate):
    """`name` is set by the subclass that `world_template` makes. Use while its crew is open."""

    goal = "as AndroidWorld states it"
    evaluator = "androidworld"

    def __init__(self, crew: Crew) -> None:
        self._crew = crew
        self.folder: Path | None = None

    def task(self, suite: str, seed: int, overrides: Mapping[str, JsonValue] | None = None) -> Task:
        """AndroidWorld alone knows its instances. Raises ConfigError."""
        raise ConfigError("AndroidWorld samples its tasks itself", field="--param", fix="choose another --seed")

    async def set_up(self, device: Device, task: Task) -> Task:
        """The task as it is once AndroidWorld has set the phone up: some write dates another way in their goals."""
        if UNMADE in task.params:
            raise WorldError(f"AndroidWorld cannot instantiate {task.template}: {task.params[UNMADE]}")
        await check_apps(device, task, self._crew.packages.get(task.template, ()))
        station = await self._crew.station(device.info)
        call_s = self._crew.settings.call_s
        try:
            await station.prepare(timeout_s=call_s)
            begun = await station.worker.call(
                "initialize",
                timeout_s=call_s,
                name=task.template,
                instance=instance_of(task),
                seed=task.seed,
                planned=dict(task.params),
            )
        except FarmError:
            # What a failed set-up leaves in the process is not known.
            await self._crew.dismiss(device.info.id)
            raise
        return replace(task, goal=str(begun["goal"]), params={**task.params, **begun["params"]})

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored | Undecided:
        """AndroidWorld's verdict for an agent that said that it is done."""
        return await self.judge(device, task, Ending(answer=answer, claimed="success", stop="terminated"))

    async def judge(self, device: Device, task: Task, ending: Ending) -> Scored | Undecided:
        station = await self._crew.station(device.info)
        said = await station.worker.call("evaluate", timeout_s=self._crew.settings.call_s, answer=ending.answer)
        return verdict(float(said["reward"]), done=ending.done, require_done=self._crew.settings.require_done)

    async def tear_down(self, device: Device, episode: Episode) -> None:
        """Stores the episode in AndroidWorld's format, then lets AndroidWorld tear down what it set up."""
        await self._store(episode)
        if isinstance(episode.outcome, InfraError):
            await self._crew.dismiss(device.info.id)
            return
        station = await self._crew.station(device.info)
        await station.worker.call("tear_down", timeout_s=self._crew.settings.call_s)

    async def _store(self, episode: Episode) -> None:
        if self.folder is None:
            return
        instance = instance_of(episode.task)
        stored: dict[str, Any] = to_checkpoint(episode, instance=instance, finished_s=time.time())
        await self._crew.checkpoint(self.folder, group_name(episode.task.template, instance), stored)

    def expert(self, task: Task) -> Script:
        # The restated tasks bring in every area's module: only where an expert is asked for.
        from gui_agent.benchmarks.androidworld.tasks import SUITE

        for template in SUITE.templates:
            if template.name == task.template:
                return template.expert(task)
        return super().expert(task)


def world_template(name: str, crew: Crew) -> WorldTemplate:
    """The template of one of AndroidWorld's tasks."""
    kind: type[WorldTemplate] = type(name, (WorldTemplate,), {"name": name, "__doc__": WorldTemplate.__doc__})
    return kind(crew)


def verdict(reward: float, *, done: bool, require_done: bool) -> Scored:
    """AndroidWorld's reward, which it only gives to an agent that said that it is done.

    Raises:
        VerifierError: the reward is none.
    """
    if not 0.0 <= reward <= 1.0:
        raise VerifierError(f"AndroidWorld's reward is {reward}, which is not in [0, 1]")
    evidence = [Evidence(probe="is_successful", observed=f"{reward:g}", expected="1", holds=reward >= 1.0)]
    if require_done:
        said = "yes" if done else "no"
        evidence.append(Evidence(probe="agent said that it is done", observed=said, expected="yes", holds=done))
    return Scored(reward=reward if done or not require_done else 0.0, evidence=tuple(evidence))


async def check_apps(device: Device, task: Task, packages: Sequence[str]) -> None:
    """Raises BackendError where the phone lacks an app: AndroidWorld itself would fail much later, elsewhere."""
    if not packages:
        return
    listed = await device.shell("pm list packages")
    there = {line.removeprefix("package:").strip() for line in listed.stdout.decode("utf-8", "replace").splitlines()}
    missing = sorted(set(packages) - there)
    if missing:
        raise BackendError(
            f"{device.info.id} lacks {', '.join(missing)}, which {task.template} needs",
            fix="install AndroidWorld's apps: python run.py --perform_emulator_setup in its checkout",
        )
