"""Task templates and suites: what a benchmark consists of."""

from __future__ import annotations

import difflib
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Generator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import ClassVar, Final, TypeAlias

from device_farm.device import Device
from device_farm.errors import ConfigError, PolicyError
from device_farm.types.action import Action, TerminateStatus
from device_farm.types.observation import Observation
from device_farm.types.task import JsonValue, Platform, Task
from device_farm.types.trajectory import Episode, Scored, StopReason, Undecided
from gui_agent.benchmarks.params import Param, check_params


@dataclass(frozen=True, slots=True)
class Look:
    """What an expert yields to see the current screen. It is no action: it costs no step and no time."""


LOOK: Final = Look()

Script: TypeAlias = Generator[Action | Look, Observation, None]
"""An expert at work: it yields an action (or `LOOK`) and is sent the observation that follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How an attempt ended: the agent's last answer, the status it claimed, what stopped it, and the last screen."""

    answer: str | None
    claimed: TerminateStatus | None
    stop: StopReason
    final: Observation | None = None

    @property
    def done(self) -> bool:
        """Whether the agent itself said that it is done, with success or without."""
        return self.stop == "terminated"


class TaskTemplate(ABC):
    """A task with parameters. Subclasses state the class variables and implement `evaluate`, if they can also `expert`.

    `goal` is a format string over the parameters, unless `goal_text` is overridden. `max_steps` counts actions,
    `time_budget_s` is wall-clock seconds, `complexity` goes from 1 (one screen) to 5. `evaluator` is `answer` where
    the agent's answer decides, and `parts` where the reward is the share of what holds (`judge_parts`).
    """

    name: ClassVar[str]
    platform: ClassVar[Platform] = "android"
    goal: ClassVar[str]
    params: ClassVar[Mapping[str, Param]] = {}
    max_steps: ClassVar[int] = 15
    time_budget_s: ClassVar[float] = 180.0
    tags: ClassVar[tuple[str, ...]] = ()
    complexity: ClassVar[int] = 1
    evaluator: ClassVar[str] = "state"

    def sample(self, rng: Random) -> dict[str, JsonValue]:
        """Values for every parameter. Override where one depends on another; the ranges are checked afterwards."""
        return {name: param.sample(rng) for name, param in self.params.items()}

    def goal_text(self, params: Mapping[str, JsonValue]) -> str:
        return self.goal.format(**params)

    async def set_up(self, device: Device, task: Task) -> Task | None:
        """Brings the reset device into the state where the task begins; may use shell and push.

        Returns the task as it begins, where setting it up decides more of it, such as the wording of its goal.
        """
        return None

    @abstractmethod
    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored | Undecided:
        """The verdict, built by `verifier.rules.base.judge` from probes of the device's state.

        `answer` is the agent's answer, None where it gave none.

        Raises:
            VerifierError, GuestError, TransportError: a probe could not run; recorded as an infrastructure error.
        """

    async def judge(self, device: Device, task: Task, ending: Ending) -> Scored | Undecided:
        """`evaluate`, for templates whose verdict depends on how the attempt ended as well. Raises as it does."""
        return await self.evaluate(device, task, ending.answer)

    async def tear_down(self, device: Device, episode: Episode) -> None:
        """Called after every attempt, a broken one as well. The device is reset afterwards; the verdict stands."""
        return

    def expert(self, task: Task) -> Script:
        """Solves the task through the UI only, with the helpers of `gui_agent.benchmarks.ui`. Optional.

        Raises:
            PolicyError: this template has none.
        """
        raise PolicyError(f"{self.name} has no expert", field="--policy", fix="choose another policy")

    def task(self, suite: str, seed: int, overrides: Mapping[str, JsonValue] | None = None) -> Task:
        """The instance that `seed` stands for; `overrides` replaces sampled parameters.

        Raises:
            ConfigError: a parameter is unknown or out of range; names it, its value and its range.
        """
        # A string seed is hashed by its content, so every machine and process samples the same values.
        values = self.sample(Random(f"{suite}/{self.name}/{seed}")) | dict(overrides or {})
        check_params(f"{suite}/{self.name}", self.params, values)
        return Task(
            id=f"{suite}/{self.name}/{seed}" + _override_mark(overrides or {}),
            suite=suite,
            template=self.name,
            platform=self.platform,
            goal=self.goal_text(values),
            seed=seed,
            max_steps=self.max_steps,
            time_budget_s=self.time_budget_s,
            evaluator=self.evaluator,
            params=values,
            tags=self.tags,
        )


def _override_mark(overrides: Mapping[str, JsonValue]) -> str:
    return "".join(f"+{name}={overrides[name]}" for name in sorted(overrides))


def unknown_task(name: str, suite: str, known: Sequence[str]) -> ConfigError:
    """Lists the tasks there are, the nearest first."""
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    hint = f"did you mean {close[0]}? " if close else ""
    return ConfigError(f"no task {name!r} in suite {suite!r}", field="--tasks", fix=f"{hint}one of: {', '.join(known)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """Templates under one name."""

    name: str
    templates: tuple[TaskTemplate, ...]

    def template(self, name: str) -> TaskTemplate:
        """Raises ConfigError that lists the templates there are."""
        for template in self.templates:
            if template.name == name:
                return template
        raise unknown_task(name, self.name, [template.name for template in self.templates])

    def select(self, *, platform: Platform | None = None, names: Sequence[str] = ()) -> tuple[TaskTemplate, ...]:
        """The named templates (all of them for none), each once, of one platform. Raises ConfigError for an unknown
        name, and when nothing is left."""
        chosen = tuple(self.template(name) for name in dict.fromkeys(names)) or self.templates
        left = tuple(template for template in chosen if platform in (None, template.platform))
        if not left:
            there = ", ".join(sorted({template.platform for template in chosen}))
            message = f"suite {self.name!r} has no chosen task for {platform!r}"
            raise ConfigError(message, field="--platform", fix=f"these are for: {there}")
        return left

    def tasks(
        self, count: int, *, seed: int = 0, platform: Platform | None = None, names: Sequence[str] = ()
    ) -> list[Task]:
        """`count` tasks: every template once with `seed`, then every one with `seed + 1`, and so on."""
        chosen = self.select(platform=platform, names=names)
        return [chosen[index % len(chosen)].task(self.name, seed + index // len(chosen)) for index in range(count)]

    async def plan(
        self, count: int, *, seed: int = 0, platform: Platform | None = None, names: Sequence[str] = (), rounds: int = 0
    ) -> list[Task]:
        """The tasks of a run: `rounds` times every chosen template, or for 0 `count` tasks. Raises as `select`."""
        chosen = self.select(platform=platform, names=names)
        return self.tasks(rounds * len(chosen) or count, seed=seed, platform=platform, names=names)

    @asynccontextmanager
    async def opened(self, out: Path | None) -> AsyncIterator[None]:
        """Holds what the templates need while a run lasts; `out` is its folder, None where nothing is stored."""
        yield

    def provenance(self) -> dict[str, JsonValue]:
        """What an episode's record says of how its suite was run."""
        return {}

    def left_out(self) -> Mapping[str, str]:
        """Tasks that are not run, by name, and why: they are in no rate."""
        return {}
