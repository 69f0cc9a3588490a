"""Which task the next group tries: those that the policy sometimes solves (UItron, arXiv 2508.21767, curriculum RL).

    p_i = (s_i + 1) / (n_i + 2)             successes and verdicts so far, both fading by `MEMORY` a group
    weight_i = p_i (1 − p_i) + FLOOR

p(1 − p) is the variance of a task's outcome: a group of one that always or never succeeds teaches nothing. The floor
keeps looking at those, too, so that a task comes into reach when it does. UItron orders its tasks by difficulty; the
weights are ours. Assumes outcomes of success or failure. Degenerate: without verdicts all tasks are alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from gui_agent.rl.samples import is_trained
from gui_agent.rl.types import Group

MEMORY = 0.8
FLOOR = 0.02


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
    """Draws tasks by `weights` of what is known when a group begins; each of them once before any is drawn."""

    def __init__(self, count: int, seed: int) -> None:
        self._rounds, self._count, self._seed = Rounds(count, seed), count, seed
        self._verdicts, self._successes = np.zeros(count), np.zeros(count)

    def task(self, number: int) -> int:
        if number < self._count:
            return self._rounds.task(number)
        chances = weights(self._successes.tolist(), self._verdicts.tolist())
        return int(np.random.default_rng([self._seed, number]).choice(self._count, p=chances / chances.sum()))

    def told(self, task: int, group: Group) -> None:
        rewards = [rollout.outcome_reward or 0.0 for rollout in group.rollouts if is_trained(rollout)]
        self._verdicts[task] = MEMORY * self._verdicts[task] + len(rewards)
        self._successes[task] = MEMORY * self._successes[task] + sum(reward >= 1.0 for reward in rewards)

    def state(self) -> dict[str, Any]:
        return {"verdicts": self._verdicts.tolist(), "successes": self._successes.tolist()}

    def restore(self, state: dict[str, Any]) -> None:
        self._verdicts, self._successes = np.array(state["verdicts"]), np.array(state["successes"])


def weights(successes: Sequence[float], verdicts: Sequence[float]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """One weight a task, not normalised."""
    rates = (np.asarray(successes, dtype=np.float64) + 1) / (np.asarray(verdicts, dtype=np.float64) + 2)
    return np.asarray(rates * (1 - rates) + FLOOR)
