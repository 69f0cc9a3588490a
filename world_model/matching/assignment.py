"""Which element of one sketch is which of another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from world_model.matching.cost import Weights, pairwise
from world_model.sketch.ranking import reading_key
from world_model.sketch.sketch import SketchLine

DEFAULT_WEIGHTS: Final = Weights()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """`left` and `right` are indices into what was matched; `iou` and `similarity` in [0, 1]."""

    left: int
    right: int
    cost: float
    iou: float
    similarity: float
    same_label: bool
    same_states: bool


def match(
    lines: Sequence[SketchLine], others: Sequence[SketchLine], weights: Weights = DEFAULT_WEIGHTS
) -> tuple[Pair, ...]:
    """The pairs of the cheapest assignment, by `left`; no element is in two.

    min over partial one-to-one pairings of Σ cost(pair) + cap · (elements that could be paired and are not), by the
    Hungarian method on costs cut at the cap (scipy's `linear_sum_assignment`; Kuhn 1955, Crouse 2016). Both sides are
    sorted before, and the lesser side is put first, so that of several cheapest assignments the same one is taken
    whatever the order and the sides. Without elements on one side there are no pairs.
    """
    if not lines or not others:
        return ()
    left = sorted(range(len(lines)), key=lambda at: reading_key(lines[at]))
    right = sorted(range(len(others)), key=lambda at: reading_key(others[at]))
    turned = [reading_key(lines[at]) for at in left] > [reading_key(others[at]) for at in right]
    if turned:
        lines, others, left, right = others, lines, right, left
    pairs = _assigned([lines[at] for at in left], [others[at] for at in right], weights)
    pairs = [replace(pair, left=left[pair.left], right=right[pair.right]) for pair in pairs]
    if turned:
        pairs = [replace(pair, left=pair.right, right=pair.left) for pair in pairs]
    return tuple(sorted(pairs, key=lambda pair: pair.left))


def _assigned(lines: Sequence[SketchLine], others: Sequence[SketchLine], weights: Weights) -> list[Pair]:
    from scipy.optimize import linear_sum_assignment

    table = pairwise(lines, others, weights)
    rows, columns = linear_sum_assignment(np.minimum(table.cost_NM, weights.cap))
    return [
        Pair(
            left=row,
            right=column,
            cost=float(table.cost_NM[row, column]),
            iou=float(table.iou_NM[row, column]),
            similarity=float(table.similarity_NM[row, column]),
            same_label=bool(table.same_label_NM[row, column]),
            same_states=bool(table.same_states_NM[row, column]),
        )
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
        if table.cost_NM[row, column] < weights.cap
    ]
