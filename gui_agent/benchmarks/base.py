"""Task templates and suites: what a benchmark consists of."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import ClassVar, Final, TypeAlias

from device_farm.device import Device
from device_farm.errors import ConfigError
from device_farm.types.action import Action
from device_farm.types.observation import Observation
from device_farm.types.task import JsonValue, Platform, Task
from device_farm.types.trajectory import Scored, Undecided
from gui_agent.benchmarks.params import Param, check_params


@dataclass(frozen=True, slots=True)
class Look:
    """What an expert yields to see the current screen. It is no action: it costs no step and no time."""


LOOK: Final = Look()

Script: TypeAlias = Generator[Action | Look, Observation, None]
"""An expert at work: it yields an action (or `LOOK`) and is sent the observation that follows."""


class TaskTemplate(ABC):
    """A task with parameters. Subclasses state the class variables and implement `evaluate` and `expert`.

    `goal` is a format string over the parameters, unless `goal_text` is overridden. `max_steps` counts actions,
    `time_budget_s` is wall-clock seconds, `complexity` goes from 1 (one screen) to 5. `evaluator` is `answer` where
    the agent's answer decides.
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

    async def set_up(self, device: Device, task: Task) -> None:
        """Brings the reset device into the state where the task begins; may use shell and push."""
        return

    @abstractmethod
    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored | Undecided:
        """The verdict, built by `verifier.rules.base.judge` from probes of the device's state.

        `answer` is the agent's answer, None where it gave none.

        Raises:
            VerifierError, GuestError, TransportError: a probe could not run; recorded as an infrastructure error.
        """

    @abstractmethod
    def expert(self, task: Task) -> Script:
        """Solves the task through the UI only, with the helpers of `gui_agent.benchmarks.ui`."""

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
        known = ", ".join(template.name for template in self.templates)
        raise ConfigError(f"no task {name!r} in suite {self.name!r}", field="--tasks", fix=f"one of: {known}")

    def select(self, *, platform: Platform | None = None, names: Sequence[str] = ()) -> tuple[TaskTemplate, ...]:
        """The named templates (all of them for none) of one platform. Raises ConfigError when nothing is left."""
        chosen = tuple(self.template(name) for name in names) or self.templates
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
