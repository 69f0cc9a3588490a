"""Which elements of a screen an action changed."""

from __future__ import annotations

from typing import Final

from world_model.matching.assignment import DEFAULT_WEIGHTS
from world_model.matching.cost import pairwise
from world_model.sketch.sketch import Sketch, SketchLine

SAME_PLACE_IOU: Final = 0.9
"""A box that was read a pixel off is no change."""


def changed_lines(before: Sketch, after: Sketch) -> tuple[SketchLine, ...]:
    """The lines of `after` that are new or other: no line of `before` has their label, text and states with an IoU of
    at least `SAME_PLACE_IOU`. All of them where `before` is empty, none where nothing changed. What is gone is not
    among them: it is no element of `after`.
    """
    if not before.lines or not after.lines:
        return after.lines
    table = pairwise(after.lines, before.lines, DEFAULT_WEIGHTS)
    same_N = (
        (table.iou_NM >= SAME_PLACE_IOU) & (table.similarity_NM == 1) & table.same_label_NM & table.same_states_NM
    ).any(axis=1)
    return tuple(line for line, same in zip(after.lines, same_N.tolist(), strict=True) if not same)
