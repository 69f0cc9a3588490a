"""The suite `osworld`: its tasks come from task files, their set-ups and verdicts from OSWorld's own code."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from device_farm.desktop.packages import SYSTEM_PATH
from device_farm.errors import BackendError, ConfigError, PrerequisiteError
from device_farm.types.task import JsonValue, Platform, Task
from gui_agent.benchmarks.base import Suite, TaskTemplate, unknown_task
from gui_agent.benchmarks.osworld.crew import Crew, hello
from gui_agent.benchmarks.osworld.left_out import Offer, reason_left_out
from gui_agent.benchmarks.osworld.mirror import Mirror
from gui_agent.benchmarks.osworld.settings import (
    INSTALL_FIX,
    OsworldConfig,
    assets_folder,
    interpreter,
    tasks_folder,
)
from gui_agent.benchmarks.osworld.stage import Terms
from gui_agent.benchmarks.osworld.taskfile import TaskFile, named, read_tasks
from gui_agent.benchmarks.osworld.template import SUITE_NAME, OsworldTemplate, osworld_template
from gui_agent.benchmarks.worker_channel import WorldError

RESULTS: Final = "osworld"
"""The folder of OSWorld's own layout inside a run folder."""
_KNOWN: Final = ("metrics", "getters", "steps")


@dataclass(frozen=True, slots=True, kw_only=True)
class OsworldSuite(Suite):
    """Its processes run while it is open. `left` holds why tasks are left out, by name."""

    crew: Crew
    files: Sequence[TaskFile]
    left: Mapping[str, str]
    known: dict[str, frozenset[str]] = field(default_factory=dict)
    said: dict[str, JsonValue] = field(default_factory=dict)

    def select(self, *, platform: Platform | None = None, names: Sequence[str] = ()) -> tuple[TaskTemplate, ...]:
        """Tasks by name, by the beginning of it, or by domain, without those that are left out.

        Raises:
            ConfigError: a name means none, or every one that was named is left out.
        """
        if platform not in (None, "desktop"):
            raise ConfigError(
                "OSWorld's tasks are for desktops", field="--platform", fix="use desktop, or leave it out"
            )
        chosen = tuple(dict.fromkeys(file for name in names for file in self._named(name))) or self.templates
        left = tuple(template for template in chosen if template.name not in self.left)
        if not left:
            first = chosen[0].name
            message = f"every chosen task is left out; {first}: {self.left[first]}"
            raise ConfigError(message, field="--tasks", fix="choose others, or provide what they need")
        return left

    def _named(self, name: str) -> list[TaskTemplate]:
        found = {file.name for file in named(self.files, name)}
        if not found:
            raise unknown_task(name, self.name, [file.name for file in self.files][:20])
        return [template for template in self.templates if template.name in found]

    async def plan(
        self, count: int, *, seed: int = 0, platform: Platform | None = None, names: Sequence[str] = (), rounds: int = 0
    ) -> list[Task]:
        """Every chosen task once, or `rounds` times.

        Raises:
            ConfigError: as `select`.
            PrerequisiteError: OSWorld does not run.
        """
        chosen = self.select(platform=platform, names=names)
        await self._learn()
        return [template.task(self.name, seed + turn) for turn in range(max(1, rounds)) for template in chosen]

    async def _learn(self) -> None:
        """What the installed OSWorld knows."""
        if self.known:
            return
        try:
            said = await hello(self.crew.python)
        except (WorldError, BackendError) as error:
            message = f"OSWorld does not run under {self.crew.python}: {error.message}"
            raise PrerequisiteError(message, field="osworld.python", fix=INSTALL_FIX) from error
        self.known.update({key: frozenset(said[key]) for key in _KNOWN})
        self.said["version"] = str(said["version"])

    @asynccontextmanager
    async def opened(self, out: Path | None) -> AsyncIterator[None]:
        for template in self.templates:
            if isinstance(template, OsworldTemplate):
                template.folder = None if out is None else out / RESULTS
        async with self.crew:
            await self._learn()
            yield

    def provenance(self) -> dict[str, JsonValue]:
        return {"osworld": dict(self.said)}

    def left_out(self) -> Mapping[str, str]:
        return self.left


def make_suite(config: OsworldConfig, *, here: bool) -> OsworldSuite:
    """The suite, not open. `here` says whether the desktops run this machine's programs, which can be looked for;
    others are asked when they are leased, and a task whose program they lack is an `infra_error` then.

    Raises:
        ConfigError: the task files or the assets cannot be read.
        PrerequisiteError: OSWorld is not installed.
    """
    files = read_tasks(tasks_folder(config))
    mirror = Mirror(assets_folder(config))
    crew = Crew(interpreter(config), Terms(call_s=config.call_s, mirror=mirror, password=config.password))
    offer = Offer(mirror=mirror, has_program=_on_this_machine if here else lambda program: True)
    known: dict[str, frozenset[str]] = {}
    templates = [osworld_template(file, crew, max_steps=config.max_steps, known=known) for file in files]
    reasons = {file.name: reason_left_out(file, offer) for file in files}
    left = {name: reason for name, reason in reasons.items() if reason is not None}
    return OsworldSuite(name=SUITE_NAME, templates=tuple(templates), crew=crew, files=files, left=left, known=known)


def _on_this_machine(program: str) -> bool:
    """The desktops run the programs of this machine's system, and no others."""
    return shutil.which(program, path=SYSTEM_PATH) is not None
