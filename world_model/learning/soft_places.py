"""(d) as a lesson: which line is taught at which place behind the model's own lines, and where the end is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from world_model.learning.soft_transport import transport_plan
from world_model.matching.assignment import DEFAULT_WEIGHTS
from world_model.matching.cost import Weights, pairwise
from world_model.sketch.sketch import SketchLine

EPSILON: Final = 0.05
ITERATIONS: Final = 30
SHARE: Final = 0.01


def soft_places(
    own: Sequence[SketchLine],
    true: Sequence[SketchLine],
    *,
    share: float = SHARE,
    weights: Weights = DEFAULT_WEIGHTS,
) -> tuple[tuple[int, int | None, float], ...]:
    """(place, index of a true line or None for the end, weight). Place i stands behind the first i of the own lines.

    Line j has at place i what `transport_plan` puts there, where that is at least `share`; what no place answers for is
    taught behind all own lines. So is the end, with 1 − min(1, what is taught there); and at each place behind the last
    that answers for a line (by half at least) it has what that place leaves. Without own lines every true line stands
    at place 0, and the end has weight 0 unless there is no true line either: then it alone is taught.
    """
    if not own or not true:
        there = tuple((0, at, 1.0) for at in range(len(true)))
        return there if true else ((0, None, 1.0),)
    table = pairwise(own, true, weights)
    plan = transport_plan(table.cost_NM, cap=weights.cap, epsilon=EPSILON, iterations=ITERATIONS)
    lines = plan[:, : len(true)]
    places: list[tuple[int, int | None, float]] = [
        (place, line, float(lines[place, line])) for place, line in np.argwhere(lines >= share).tolist()
    ]
    answering = [place for place in range(len(own)) if lines[place].sum() >= 0.5]
    behind = range(answering[-1] + 1 if answering else 0, len(own))
    places += [(place, None, float(plan[place, -1])) for place in behind]
    complete = 1.0 - min(1.0, float(lines[-1].sum()))
    if complete > 0:
        places.append((len(own), None, complete))
    return tuple(places)
