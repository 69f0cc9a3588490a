"""The suite `androidworld`: its tasks come from AndroidWorld, and so do their verdicts."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from device_farm.errors import BackendError, PrerequisiteError
from device_farm.types.task import JsonValue, Platform, Task
from gui_agent.benchmarks.androidworld.catalogue import NAMES
from gui_agent.benchmarks.androidworld.crew import Crew, CrewSettings, read_plan
from gui_agent.benchmarks.androidworld.settings import (
    INSTALL_FIX,
    AndroidWorldConfig,
    effective_wait_scale,
    interpreter,
)
from gui_agent.benchmarks.androidworld.template import STEP_S, UNMADE, WorldTemplate, world_template
from gui_agent.benchmarks.base import Suite, unknown_task
from gui_agent.benchmarks.worker_channel import WorldError

SUITE_NAME = "androidworld"
CHECKPOINTS = "androidworld"
"""The folder of AndroidWorld's own checkpoints inside a run folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldSuite(Suite):
    """Its crew runs while the suite is open."""

    crew: Crew

    async def plan(
        self, count: int, *, seed: int = 0, platform: Platform | None = None, names: Sequence[str] = (), rounds: int = 0
    ) -> list[Task]:
        """`rounds` instances (at least one) of every named task, as AndroidWorld's `create_suite` seeds them.

        Raises:
            ConfigError: a name is none of AndroidWorld's.
            PrerequisiteError: AndroidWorld does not run.
        """
        chosen = self.select(platform=platform, names=names)
        wanted = tuple(template.name for template in chosen) if names else ()
        said = await _asked(self.crew.settings.python, seed=seed, combinations=max(1, rounds), tasks=wanted)
        if unknown := said.get("unknown"):
            raise unknown_task(str(unknown[0]), self.name, [str(name) for name in said["names"]])
        for row in said["tasks"]:
            self.crew.packages[row["name"]] = tuple(row.get("packages", ()))
        made = sorted(said["tasks"], key=lambda row: (row["instance"], row["name"]))
        return [_task(row, seed) for row in made]

    @asynccontextmanager
    async def opened(self, out: Path | None) -> AsyncIterator[None]:
        for template in self.templates:
            if isinstance(template, WorldTemplate):
                template.folder = None if out is None else out / CHECKPOINTS
        async with self.crew:
            yield

    def provenance(self) -> dict[str, JsonValue]:
        settings = self.crew.settings
        return {"androidworld": {"wait_scale": settings.wait_scale, "require_done": settings.require_done}}


def make_suite(config: AndroidWorldConfig, *, simulated: bool) -> WorldSuite:
    """The suite, not open; `simulated` says whether every device is a simulated phone.

    Raises:
        PrerequisiteError: AndroidWorld is not installed.
    """
    settings = CrewSettings(
        python=interpreter(config),
        wait_scale=effective_wait_scale(config, simulated=simulated),
        accessibility=config.accessibility,
        require_done=config.require_done,
        call_s=config.call_s,
    )
    crew = Crew(settings)
    return WorldSuite(name=SUITE_NAME, templates=tuple(world_template(name, crew) for name in NAMES), crew=crew)


async def _asked(python: Path, *, seed: int, combinations: int, tasks: tuple[str, ...]) -> dict[str, Any]:
    try:
        return await read_plan(python, seed=seed, combinations=combinations, tasks=tasks)
    except (WorldError, BackendError) as error:
        message = f"AndroidWorld does not run under {python}: {error.message}"
        raise PrerequisiteError(message, field="androidworld.python", fix=INSTALL_FIX) from error


def _task(row: dict[str, Any], seed: int) -> Task:
    name, instance = str(row["name"]), int(row["instance"])
    task_id = f"{SUITE_NAME}/{name}/{seed}" + (f"/{instance}" if instance else "")
    error = row.get("error")
    steps = int(row.get("max_steps", 1))
    return Task(
        id=task_id,
        suite=SUITE_NAME,
        template=name,
        platform="android",
        goal=str(row.get("goal", "")),
        seed=seed,
        max_steps=steps,
        time_budget_s=steps * STEP_S,
        evaluator="androidworld",
        params=row["params"] if error is None else {UNMADE: str(error["last_line"])},
        tags=tuple(row.get("apps", ())),
    )
