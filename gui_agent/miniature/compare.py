"""Comparisons of judged policies: intervals by the bootstrap, over the tasks that all of them tried."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from device_farm.types.trajectory import Scored
from gui_agent.store.reader import RunReader, final_attempts

RESAMPLES = 5000
Floats = NDArray[np.float64]


def outcomes(run: Path) -> dict[str, float]:
    """Task id to 1 or 0 of a run folder; tasks that nobody could judge are left out, a time-out is a failure."""
    found = {}
    for episode in final_attempts([stored.episode for stored in RunReader(run).episodes()]):
        if episode.outcome.kind in ("infra_error", "undecided"):
            continue
        found[episode.task.id] = float(isinstance(episode.outcome, Scored) and episode.outcome.reward >= 1.0)
    return found


def table(runs: Sequence[Mapping[str, float]]) -> tuple[list[str], Floats]:
    """The tasks that every run has, and their outcomes, float64 (runs, tasks)."""
    shared = sorted(set.intersection(*(set(run) for run in runs))) if runs else []
    return shared, np.array([[run[task] for task in shared] for run in runs], dtype=np.float64)


def bootstrap_mean(values_RT: Floats, *, seed: int = 0) -> tuple[float, float, float]:
    """Mean over R runs and T tasks with its 95 % percentile interval; tasks are drawn again, and runs, where there are
    several. Assumes that tasks are independent. No task: zeros.
    """
    if values_RT.size == 0:
        return 0.0, 0.0, 0.0
    rng = np.random.default_rng(seed)
    runs, tasks = values_RT.shape
    # The mean over a drawn set of runs and tasks, by how often each was drawn.
    run_counts = rng.multinomial(runs, np.full(runs, 1 / runs), RESAMPLES)
    task_counts = rng.multinomial(tasks, np.full(tasks, 1 / tasks), RESAMPLES)
    means = ((run_counts @ values_RT) * task_counts).sum(axis=1) / (runs * tasks)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(values_RT.mean()), float(low), float(high)


def paired_difference(one: Sequence[Mapping[str, float]], other: Sequence[Mapping[str, float]]) -> dict[str, Any]:
    """Mean of `one` − `other` over the same tasks, run by run (the same training seed), with its interval."""
    _, values = table([*one, *other])
    half = len(one)
    mean, low, high = bootstrap_mean(values[:half] - values[half:])
    return {"difference": round(mean, 4), "interval_95": [round(low, 4), round(high, 4)]}


def r_squared(x_N: Sequence[float] | Floats, y_N: Sequence[float] | Floats) -> float:
    """Of the straight line of y on x: the squared correlation. 0 where either is constant or has under three points."""
    x, y = np.asarray(x_N, dtype=np.float64), np.asarray(y_N, dtype=np.float64)
    if len(x) < 3 or x.std() == 0 or y.std() == 0:
        return 0.0
    return float(np.corrcoef(x, y)[0, 1] ** 2)


def r_squared_interval(x_N: Sequence[float], y_N: Sequence[float], *, seed: int = 0) -> dict[str, Any]:
    """With the 95 % percentile interval over drawn sets of the N points."""
    x, y = np.asarray(x_N, dtype=np.float64), np.asarray(y_N, dtype=np.float64)
    rng = np.random.default_rng(seed)
    picks = rng.integers(0, len(x), (RESAMPLES, len(x)))
    low, high = np.percentile([r_squared(x[pick], y[pick]) for pick in picks], [2.5, 97.5])
    return {"r2": round(r_squared(x, y), 4), "interval_95": [round(float(low), 4), round(float(high), 4)]}
