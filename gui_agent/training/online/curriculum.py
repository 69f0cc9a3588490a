"""Which task the next group tries: those that the policy sometimes solves (UItron, arXiv 2508.21767, curriculum RL).

    p_T = (s_T + 1) / (n_T + 2)         successes and verdicts of all tasks of a template, fading by `MEMORY` a group
    p_i = (s_i + K p_T) / (n_i + K)     the task's own, which count against K verdicts of its template
    weight_i = p_i (1 − p_i) + FLOOR

p(1 − p) is the variance of a task's outcome: a group of one that always or never succeeds teaches nothing. The floor
keeps looking at those, too, so that a task comes into reach when it does. What a task of a template came to says much
about the others, so that choosing begins long before each was tried. UItron orders its tasks by difficulty; the weights
are ours. Assumes outcomes of success or failure. Degenerate: without verdicts all tasks are alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from gui_agent.rl.samples import is_trained
from gui_agent.rl.types import Group

MEMORY = 0.8
FLOOR = 0.02
TEMPLATE_VERDICTS = 4.0
"""K: half a group of eight."""


class TaskOrder(Protocol):
    """Chooses tasks by the number of the group. `state` is JSON-like."""

    def task(self, number: int) -> int: ...

    def told(self, task: int, group: Group) -> None:
        """A group of the task was taken."""
        ...

    def state(self) -> dict[str, Any]: ...

    def restore(self, state: dict[str, Any]) -> None: ...


class Rounds:
    """All tasks over and over, in a new order each time; the same for the same seed."""

    def __init__(self, count: int, seed: int) -> None:
        self._count, self._seed = count, seed

    def task(self, number: int) -> int:
        epoch, position = divmod(number, self._count)
        return int(np.random.default_rng([self._seed, epoch]).permutation(self._count)[position])

    def told(self, task: int, group: Group) -> None:
        return

    def state(self) -> dict[str, Any]:
        return {}

    def restore(self, state: dict[str, Any]) -> None:
        return


class SuccessRate:
    """Draws tasks by `weights` of what is known when a group begins; one of each template before any is drawn.

    `templates` names that of each task.
    """

    def __init__(self, templates: Sequence[str], seed: int) -> None:
        self._templates, self._count, self._seed = tuple(templates), len(templates), seed
        self._verdicts, self._successes = np.zeros(self._count), np.zeros(self._count)
        first: dict[str, int] = {}
        for task in np.random.default_rng([seed, 0]).permutation(self._count).tolist():
            first.setdefault(self._templates[task], task)
        self._first = tuple(first.values())

    def task(self, number: int) -> int:
        if number < len(self._first):
            return self._first[number]
        chances = weights(self._successes.tolist(), self._verdicts.tolist(), self._templates)
        return int(np.random.default_rng([self._seed, number]).choice(self._count, p=chances / chances.sum()))

    def told(self, task: int, group: Group) -> None:
        rewards = [rollout.outcome_reward or 0.0 for rollout in group.rollouts if is_trained(rollout)]
        self._verdicts[task] = MEMORY * self._verdicts[task] + len(rewards)
        self._successes[task] = MEMORY * self._successes[task] + sum(reward >= 1.0 for reward in rewards)

    def state(self) -> dict[str, Any]:
        return {"verdicts": self._verdicts.tolist(), "successes": self._successes.tolist()}

    def restore(self, state: dict[str, Any]) -> None:
        self._verdicts, self._successes = np.array(state["verdicts"]), np.array(state["successes"])


def weights(
    successes: Sequence[float], verdicts: Sequence[float], templates: Sequence[str]
) -> np.ndarray[Any, np.dtype[np.float64]]:
    """One weight a task, not normalised."""
    successes_N, verdicts_N = np.asarray(successes, dtype=np.float64), np.asarray(verdicts, dtype=np.float64)
    _, kinds_N = np.unique(np.asarray(templates, dtype=np.str_), return_inverse=True)
    rates_K = (np.bincount(kinds_N, successes_N) + 1) / (np.bincount(kinds_N, verdicts_N) + 2)
    rates_N = (successes_N + TEMPLATE_VERDICTS * rates_K[kinds_N]) / (verdicts_N + TEMPLATE_VERDICTS)
    return np.asarray(rates_N * (1 - rates_N) + FLOOR)
