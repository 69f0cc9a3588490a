"""(a) The target in one fixed order: plain next-token training."""

from __future__ import annotations

from world_model.sketch.ranking import in_reading_order
from world_model.sketch.sketch import Sketch


def fixed_order(true: Sketch) -> Sketch:
    """`true` from top to bottom and left to right: loss = cross-entropy of that one text.

    A right set in any other order is punished as if it were wrong; this is the baseline that the other ways are
    measured against. An empty sketch stays empty.
    """
    return in_reading_order(true)
