"""Semi-online performance (SOP; arXiv 2509.11543, section 4): how far a model gets on its own history.

A task's replies are compared step by step until the first one that does not match. With s_i matched of t_i steps:

    PG = mean(s_i / t_i)        TSR = mean([s_i = t_i])        score = (PG + TSR) / 2

Nothing is patched; the replies come from greedy decoding with the model's own earlier replies as history.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from device_farm.errors import DialectError
from device_farm.types.action import Action, OpenApp
from device_farm.types.codec.dialect import Dialect
from device_farm.types.codec.space import CoordinateSpace
from device_farm.types.geometry import Size
from gui_agent.datasets.types import ExpertStep, Trajectory
from gui_agent.matching.base import Match, Matcher

_RESAMPLES = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskScore:
    """One task: `matched` of `steps` from the start on. `matches` are the comparisons made, the failing one last."""

    task_id: str
    steps: int
    matched: int
    kinds: tuple[str, ...]
    matches: tuple[Match, ...]
    needs_open: bool
    missing: bool = False

    @property
    def progress(self) -> float:
        return self.matched / self.steps

    @property
    def solved(self) -> bool:
        return self.matched == self.steps


@dataclass(slots=True)
class _Row:
    steps: int = 0
    reached: int = 0
    type: int = 0
    exact: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SopReport:
    """Fractions in [0, 1]; intervals are 95 % percentile bootstrap over tasks."""

    tasks: int
    steps: int
    pg: float
    tsr: float
    score: float
    interval_95: dict[str, tuple[float, float]] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        intervals = {name: [round(low, 6), round(high, 6)] for name, (low, high) in self.interval_95.items()}
        figures = {"pg": self.pg, "tsr": self.tsr, "score": self.score}
        return {**figures, "tasks": self.tasks, "steps": self.steps, "interval_95": intervals}


def score_task(
    trajectory: Trajectory, outputs: Sequence[str | None], matcher: Matcher, dialect: Dialect, space: SpaceOf
) -> TaskScore:
    """Compares until the first reply that does not match, or is not there."""
    matches: list[Match] = []
    matched, missing = 0, False
    for index, step in enumerate(trajectory.steps):
        text = outputs[index] if index < len(outputs) else None
        if text is None:
            missing = True
            break
        match = matcher.match(text, parsed(text, step, dialect, space), step)
        matches.append(match)
        if match.fatal:
            matched = 0
        if not match.exact:
            break
        matched += 1
    return TaskScore(
        task_id=trajectory.id,
        steps=len(trajectory.steps),
        matched=matched,
        kinds=tuple(type(step.action).__name__ for step in trajectory.steps),
        matches=tuple(matches),
        needs_open=any(isinstance(step.action, OpenApp) for step in trajectory.steps),
        missing=missing,
    )


def parsed(text: str, step: ExpertStep, dialect: Dialect, space: SpaceOf) -> Action | None:
    """What the dialect makes of a reply; None where it does not parse."""
    try:
        return dialect.parse(text, space(step)).action
    except DialectError:
        return None


class SpaceOf:
    """The coordinates that a model speaks in on the screen of a step: `resized`, `relative` or `native`."""

    def __init__(self, kind: str, *, max_pixels: int) -> None:
        self._kind = kind
        self._max_pixels = max_pixels

    def __call__(self, step: ExpertStep) -> CoordinateSpace:
        size = step.screen.size
        if step.screen.stated is None:
            return self._space(size)
        # Of a screen that is not there and cannot have the stated size, the model is taken to have used the same scale.
        stated = self._space(step.screen.stated)
        times = max(math.ceil(size.width / stated.native.width), math.ceil(size.height / stated.native.height)) + 1
        return CoordinateSpace(native=_times(stated.native, times), model=_times(stated.model, times))

    def _space(self, size: Size) -> CoordinateSpace:
        match self._kind:
            case "relative":
                return CoordinateSpace.relative(size)
            case "native":
                return CoordinateSpace.exact(size)
            case _:
                return CoordinateSpace.resized(size, max_pixels=self._max_pixels)


def _times(size: Size, factor: int) -> Size:
    return Size(size.width * factor, size.height * factor)


def report(scores: Sequence[TaskScore], *, seed: int = 0) -> SopReport:
    """Means over tasks. No task at all: zeros and no intervals."""
    if not scores:
        return SopReport(tasks=0, steps=0, pg=0.0, tsr=0.0, score=0.0)
    progress = np.array([score.progress for score in scores])
    solved = np.array([float(score.solved) for score in scores])
    pg, tsr = math.fsum(progress) / len(scores), math.fsum(solved) / len(scores)
    return SopReport(
        tasks=len(scores),
        steps=sum(score.steps for score in scores),
        pg=pg,
        tsr=tsr,
        score=(pg + tsr) / 2,
        interval_95=_intervals(progress, solved, seed),
    )


def _intervals(
    progress: np.ndarray[Any, Any], solved: np.ndarray[Any, Any], seed: int
) -> dict[str, tuple[float, float]]:
    picks = np.random.default_rng(seed).integers(0, len(progress), (_RESAMPLES, len(progress)))
    means = {"pg": progress[picks].mean(axis=1), "tsr": solved[picks].mean(axis=1)}
    means["score"] = (means["pg"] + means["tsr"]) / 2
    bounds = {name: np.percentile(values, [2.5, 97.5]) for name, values in means.items()}
    return {name: (float(low), float(high)) for name, (low, high) in bounds.items()}


def action_table(scores: Sequence[TaskScore]) -> dict[str, dict[str, float | int]]:
    """By kind of the expert's action: `steps` in the data, those `reached`, and of these the shares right."""
    rows: dict[str, _Row] = {}
    for score in scores:
        for index, kind in enumerate(score.kinds):
            row = rows.setdefault(kind, _Row())
            row.steps += 1
            if index < len(score.matches):
                row.reached += 1
                row.type += score.matches[index].type
                row.exact += score.matches[index].exact
    return {
        kind: {
            "steps": row.steps,
            "reached": row.reached,
            "type": row.type / row.reached if row.reached else 0.0,
            "exact": row.exact / row.reached if row.reached else 0.0,
        }
        for kind, row in sorted(rows.items())
    }


def first_failures(scores: Sequence[TaskScore]) -> dict[str, int]:
    """What ended the tasks that were not solved, by kind of the expert's action there."""
    kinds = (
        score.kinds[min(len(score.matches) - 1, score.steps - 1)]
        for score in scores
        if not score.solved and score.matches
    )
    return dict(sorted(Counter(kinds).items()))
