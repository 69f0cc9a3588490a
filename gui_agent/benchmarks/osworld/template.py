"""A task of OSWorld: its own environment sets up and judges; an expert may stand beside it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import ClassVar, Final, Literal

from device_farm.device import Device
from device_farm.errors import ConfigError, FarmError, VerifierError
from device_farm.types.task import JsonValue, Task
from device_farm.types.trajectory import Episode, Evidence, InfraError, Scored, Undecided
from gui_agent.benchmarks.base import Ending, Script, TaskTemplate
from gui_agent.benchmarks.osworld.crew import Crew
from gui_agent.benchmarks.osworld.results import result_folder, write_results
from gui_agent.benchmarks.osworld.taskfile import TaskFile

TIME_BUDGET_S: Final = 1200.0
SUITE_NAME: Final = "osworld"


class OsworldTemplate(TaskTemplate):
    """`name` is set by the subclass that `osworld_template` makes. Use while its crew is open."""

    goal: ClassVar[str] = "as the task file states it"
    platform: ClassVar[Literal["android", "desktop"]] = "desktop"
    evaluator: ClassVar[str] = SUITE_NAME
    time_budget_s: ClassVar[float] = TIME_BUDGET_S

    def __init__(self, file: TaskFile, crew: Crew, *, max_steps: int, known: Mapping[str, frozenset[str]]) -> None:
        self.file = file
        self.folder: Path | None = None
        self._crew = crew
        self._max_steps = max_steps
        self._known = known

    def task(self, suite: str, seed: int, overrides: Mapping[str, JsonValue] | None = None) -> Task:
        """The one instance that there is, whatever the seed. Raises ConfigError for overrides."""
        if overrides:
            raise ConfigError("a task of OSWorld has no parameters", field="--param", fix="write another task file")
        return Task(
            id=f"{suite}/{self.name}/{seed}",
            suite=suite,
            template=self.name,
            platform="desktop",
            goal=self.file.instruction,
            seed=seed,
            max_steps=self._max_steps,
            time_budget_s=self.time_budget_s,
            evaluator=self.evaluator,
            params={"domain": self.file.domain},
            tags=tuple(str(app) for app in self.file.document.get("related_apps") or ()),
        )

    async def set_up(self, device: Device, task: Task) -> Task:
        self._check_known()
        stage = await self._crew.begin(device)
        try:
            instruction = await stage.set_up(self.file)
        except FarmError:
            await self._crew.dismiss(device.info.id)
            raise
        return replace(task, goal=instruction)

    def _check_known(self) -> None:
        """Raises VerifierError for a name in the file that this OSWorld does not have."""
        steps = {str(step["type"]) for step in (*self.file.steps, *self.file.closing_steps)}
        for what, names, key in (
            ("metric", self.file.functions, "metrics"),
            ("getter", sorted({str(getter["type"]) for getter in self.file.getters()}), "getters"),
            ("set-up step", sorted(steps), "steps"),
        ):
            for name in names:
                if name not in self._known[key]:
                    raise VerifierError(f"this OSWorld has no {what} {name!r:.80}", field="evaluator")

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored | Undecided:
        """The verdict for an agent that said that it is done."""
        return await self.judge(device, task, Ending(answer=answer, claimed="success", stop="terminated"))

    async def judge(self, device: Device, task: Task, ending: Ending) -> Scored:
        """An agent that ends with failure says that the task is infeasible: OSWorld's FAIL."""
        last = "FAIL" if ending.claimed == "failure" else "DONE" if ending.done else ""
        reward = await self._crew.under_way(device.info.id).judge(last)
        names = ", ".join(self.file.functions)
        evidence = Evidence(probe=names, observed=f"{reward:g}", expected="1", holds=reward >= 1.0)
        return Scored(reward=reward, evidence=(evidence,))

    async def tear_down(self, device: Device, episode: Episode) -> None:
        """Stores the episode in OSWorld's layout and closes what was opened for the attempt."""
        if isinstance(episode.outcome, InfraError):
            await self._crew.dismiss(device.info.id)
        else:
            await self._crew.end(device.info.id)
        if self.folder is not None:
            folder = result_folder(self.folder, episode.provenance.policy, self.file.domain, self.file.id)
            await asyncio.to_thread(write_results, folder, episode)

    def expert(self, task: Task) -> Script:
        # Only where one is asked for: they are many modules.
        from gui_agent.benchmarks.osworld.experts import find_expert

        found = find_expert(self.file)
        return found if found is not None else super().expert(task)


def osworld_template(
    file: TaskFile, crew: Crew, *, max_steps: int, known: Mapping[str, frozenset[str]]
) -> OsworldTemplate:
    """The template of one task file."""
    kind: type[OsworldTemplate] = type("OsworldTask", (OsworldTemplate,), {"name": file.name})
    return kind(file, crew, max_steps=max_steps, known=known)
