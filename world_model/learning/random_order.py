"""(b) The target in random orders: augmentation by permutations."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from world_model.sketch.ranking import in_reading_order
from world_model.sketch.sketch import Sketch


def random_orders(true: Sketch, count: int, rng: np.random.Generator) -> tuple[Sketch, ...]:
    """`count` independent uniform permutations of the lines of `true`: loss = mean cross-entropy of their texts.

    The expectation over permutations favours no order, at the price of targets that cannot all be predicted: with n
    lines the first one is any of n. The order of `true` itself does not matter. One line or none: always the same.

    Raises:
        ValueError: `count` is less than 1.
    """
    if count < 1:
        raise ValueError(f"{count} permutations are no target")
    lines = in_reading_order(true).lines
    return tuple(
        replace(true, lines=tuple(lines[at] for at in rng.permutation(len(lines)).tolist())) for _ in range(count)
    )
