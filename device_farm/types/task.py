"""A task as data. Its set-up, evaluator and expert are code, found by `suite` and `template`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

JsonValue: TypeAlias = "str | int | float | bool | None | list[JsonValue] | dict[str, JsonValue]"
Platform: TypeAlias = Literal["android", "desktop"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One instance of a task template.

    `id` is `suite/template/seed`. `evaluator` names what decides the reward: `state` reads the device's state,
    `answer` compares the agent's answer. `max_steps` counts actions; `time_budget_s` is wall-clock seconds.
    """

    id: str
    suite: str
    template: str
    platform: Platform
    goal: str
    seed: int
    max_steps: int
    time_budget_s: float
    evaluator: str = "state"
    params: Mapping[str, JsonValue] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
