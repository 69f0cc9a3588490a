"""The figures of a run, as its last line prints them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from device_farm.types.task import JsonValue
from device_farm.types.trajectory import Episode, InfraError, Outcome, Scored
from gui_agent.store.reader import final_attempts
from verifier.calibration.intervals import wilson_interval


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSummary:
    """Counts of final attempts, one a task, so that the five outcomes add up to `episodes`.

    `attempts` counts every stored attempt, `infra_attempts` those that the infrastructure broke, retried or not.
    `success` counts rewards of 1. `steps` and `wall_s` are those of this invocation; `device_utilisation` is the
    share of device time, from the first lease to the last, in which a device worked on an episode. `initialised` counts
    tasks that could be set up, `reward` adds up the rewards, `tasks` holds the score or the outcome of every template,
    a list in the order of its instances where it has more than one. `rejected` holds why a planned task was left out.
    """

    episodes: int
    scored: int
    success: int
    undecided: int
    infra_error: int
    timeout: int
    policy_error: int
    attempts: int
    infra_attempts: int
    steps: int
    wall_s: float
    device_utilisation: float
    planned: int
    initialised: int = 0
    reward: float = 0.0
    tasks: Mapping[str, JsonValue] = field(default_factory=dict)
    rejected: Mapping[str, str] = field(default_factory=dict)

    @property
    def infra_share(self) -> float:
        return self.infra_error / self.episodes if self.episodes else 0.0

    def to_json(self) -> dict[str, Any]:
        return {
            "episodes": self.episodes,
            "planned": self.planned,
            "scored": self.scored,
            "success": self.success,
            "undecided": self.undecided,
            "infra_error": self.infra_error,
            "timeout": self.timeout,
            "policy_error": self.policy_error,
            "attempts": self.attempts,
            "infra_attempts": self.infra_attempts,
            "steps": self.steps,
            "wall_s": round(self.wall_s, 3),
            "steps_per_s": round(self.steps / self.wall_s, 3) if self.wall_s > 0 else 0.0,
            "device_utilisation": round(self.device_utilisation, 4),
            "rejected": dict(self.rejected),
        }

    @property
    def rated(self) -> int:
        """The episodes that speak for or against the policy: running out of time or breaking is its own failure.

        Left out are those that the infrastructure broke and those that nobody could judge.
        """
        return self.scored + self.timeout + self.policy_error

    def success_json(self) -> dict[str, Any]:
        """`success_rate` over `rated` episodes with its 95% interval; null where there is none."""
        low, high = wilson_interval(self.success, self.rated)
        rate = round(self.success / self.rated, 4) if self.rated else None
        interval = [round(low, 4), round(high, 4)]
        return {
            "rated": self.rated,
            "initialised": self.initialised,
            "success_rate": rate,
            "interval": interval,
            "interval_95": interval,
            "total": round(self.reward, 4),
            "mean_reward": round(self.reward / self.rated, 4) if self.rated else None,
            "tasks": dict(self.tasks),
        }


def summarise(
    episodes: Sequence[Episode],
    *,
    planned: int,
    steps: int,
    wall_s: float,
    device_utilisation: float,
    rejected: Mapping[str, str] | None = None,
) -> RunSummary:
    """The figures over all stored attempts; `steps`, `wall_s` and utilisation are given by the runner."""
    final = final_attempts(list(episodes))
    kinds = Counter(episode.outcome.kind for episode in final)
    success = sum(isinstance(episode.outcome, Scored) and episode.outcome.reward >= 1.0 for episode in final)
    return RunSummary(
        episodes=len(final),
        scored=kinds["scored"],
        success=success,
        undecided=kinds["undecided"],
        infra_error=kinds["infra_error"],
        timeout=kinds["timeout"],
        policy_error=kinds["policy_error"],
        attempts=len(episodes),
        infra_attempts=sum(episode.outcome.kind == "infra_error" for episode in episodes),
        steps=steps,
        wall_s=wall_s,
        device_utilisation=device_utilisation,
        planned=planned,
        initialised=sum(was_set_up(episode.outcome) for episode in final),
        reward=math.fsum(episode.outcome.reward for episode in final if isinstance(episode.outcome, Scored)),
        tasks=by_template(final),
        rejected=rejected or {},
    )


def was_set_up(outcome: Outcome) -> bool:
    """Whether the attempt got as far as its first step."""
    return not (isinstance(outcome, InfraError) and outcome.phase in ("lease", "set_up"))


def by_template(episodes: Sequence[Episode]) -> dict[str, JsonValue]:
    """Template name to its reward, or to the kind of an outcome without one; to a list where it has several tasks."""
    found: dict[str, list[JsonValue]] = {}
    for episode in sorted(episodes, key=_instance_order):
        outcome = episode.outcome
        said: JsonValue = outcome.reward if isinstance(outcome, Scored) else outcome.kind
        found.setdefault(episode.task.template, []).append(said)
    return {name: values[0] if len(values) == 1 else values for name, values in sorted(found.items())}


def _instance_order(episode: Episode) -> tuple[int, int, str]:
    """By seed, then by the number of the instance, which a longer id has at its end."""
    return episode.task.seed, len(episode.task.id), episode.task.id
