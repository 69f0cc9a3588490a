"""What it costs to take one element for another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from device_farm.errors import DataError
from world_model.matching.similarity import text_similarities
from world_model.sketch.sketch import SketchLine


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """Of cost = α(1−IoU) + β(1−text similarity) + γ·[label differs]; MobileDreamer's form (arXiv 2601.04035).

    A pair that costs `cap` or more is no pair: to leave both alone costs as much. The values are this project's: text
    and place count alike, the label half, and with both of them right to one half a pair is at the edge.

    Raises:
        DataError: a weight is negative, or the cap is not above 0.
    """

    alpha: float = 1.0
    beta: float = 1.0
    gamma: float = 0.5
    cap: float = 1.0

    def __post_init__(self) -> None:
        for name in ("alpha", "beta", "gamma"):
            if not getattr(self, name) >= 0:
                raise DataError(f"{getattr(self, name)} is no weight", field=name, fix="use 0 or more")
        if not self.cap > 0:
            raise DataError(f"{self.cap} leaves no pair", field="cap", fix="use more than 0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairwise:
    """All pairs of N and M elements: `iou_NM` and `similarity_NM` in [0, 1], `cost_NM` from 0 on; the rest is bool."""

    iou_NM: NDArray[np.float64]
    similarity_NM: NDArray[np.float64]
    same_label_NM: NDArray[np.bool_]
    same_states_NM: NDArray[np.bool_]
    cost_NM: NDArray[np.float64]


def pairwise(lines_N: Sequence[SketchLine], others_M: Sequence[SketchLine], weights: Weights) -> Pairwise:
    """Compares every line with every other one; arrays of shape (N, M), also where N or M is 0."""
    iou = box_ious(_boxes(lines_N), _boxes(others_M))
    similarity = text_similarities([line.text for line in lines_N], [line.text for line in others_M])
    same_label = _equal([line.label for line in lines_N], [line.label for line in others_M])
    cost = weights.alpha * (1 - iou) + weights.beta * (1 - similarity) + weights.gamma * ~same_label
    return Pairwise(
        iou_NM=iou,
        similarity_NM=similarity,
        same_label_NM=same_label,
        same_states_NM=_equal([line.states for line in lines_N], [line.states for line in others_M]),
        cost_NM=cost,
    )


def box_ious(boxes_N4: NDArray[np.int64], others_M4: NDArray[np.int64]) -> NDArray[np.float64]:
    """Intersection over union of every pair, shape (N, M). Boxes are left, top, right, bottom, and have an area."""
    common = _shared(boxes_N4, others_M4, 0) * _shared(boxes_N4, others_M4, 1)
    total = _areas(boxes_N4)[:, None] + _areas(others_M4)[None, :] - common
    shares: NDArray[np.float64] = common / total
    return shares


def _shared(boxes_N4: NDArray[np.int64], others_M4: NDArray[np.int64], axis: int) -> NDArray[np.int64]:
    """How far two boxes overlap along one axis, in pixels, 0 where they do not."""
    shared: NDArray[np.int64] = np.minimum.outer(boxes_N4[:, axis + 2], others_M4[:, axis + 2])
    shared -= np.maximum.outer(boxes_N4[:, axis], others_M4[:, axis])
    return np.maximum(shared, 0, out=shared)


def _areas(boxes: NDArray[np.int64]) -> NDArray[np.int64]:
    areas: NDArray[np.int64] = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    return areas


def _boxes(lines: Sequence[SketchLine]) -> NDArray[np.int64]:
    corners = [(line.box.left, line.box.top, line.box.right, line.box.bottom) for line in lines]
    return np.array(corners, dtype=np.int64).reshape(-1, 4)


def _equal(values_N: Sequence[object], others_M: Sequence[object]) -> NDArray[np.bool_]:
    index: dict[object, int] = {}
    numbers = np.array([index.setdefault(value, len(index)) for value in (*values_N, *others_M)], dtype=np.int64)
    same: NDArray[np.bool_] = numbers[: len(values_N), None] == numbers[None, len(values_N) :]
    return same
