"""The figures of a run, as its last line prints them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from device_farm.types.trajectory import Episode, Scored
from gui_agent.store.reader import final_attempts

_Z95 = 1.959963984540054
"""The 97.5% quantile of the standard normal distribution."""


def wilson_interval(successes: float, trials: int) -> tuple[float, float]:
    """The 95% score interval of a proportion; (0, 1) for no trials.

    E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927):
    (p + z²/2n ± z·sqrt(p(1-p)/n + z²/4n²)) / (1 + z²/n). Assumes independent trials.
    """
    if trials == 0:
        return 0.0, 1.0
    share, square = successes / trials, _Z95**2 / trials
    center = (share + square / 2) / (1 + square)
    half = _Z95 * math.sqrt(share * (1 - share) / trials + square / (4 * trials)) / (1 + square)
    return max(0.0, center - half), min(1.0, center + half)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSummary:
    """Counts of final attempts, one a task, so that the five outcomes add up to `episodes`.

    `attempts` counts every stored attempt, `infra_attempts` those that the infrastructure broke, retried or not.
    `success` counts rewards of 1. `steps` and `wall_s` are those of this invocation; `device_utilisation` is the
    share of device time, from the first lease to the last, in which a device worked on an episode.
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
        return {"rated": self.rated, "success_rate": rate, "interval": [round(low, 4), round(high, 4)]}


def summarise(
    episodes: Sequence[Episode], *, planned: int, steps: int, wall_s: float, device_utilisation: float
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
    )
