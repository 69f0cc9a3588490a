"""Which groups are worth training on: dynamic sampling (DAPO, arXiv 2503.14476, in UI-S1's form).

A group is kept while the spread of its advantages exceeds η. Batches are refilled a bounded number of times; then the
groups with the widest spread are taken, so a run goes on with what there is. The released code looks at the returns of
step 0 alone, where with γ = 0.5 a group that agrees on its first two steps can never pass, and raises after the last
refill. Here the spread is over all steps of all rollouts, before any division by the deviation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

from gui_agent.rl.types import Floats

ETA = 0.3
REFILLS_MAX = 10
"""The paper's threshold, and the released code's limit."""
_EPSILON = 1e-6

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection(Generic[T]):
    """`kept` in order of decreasing spread; `below` of them are not above η; `equal` groups had no spread at all."""

    kept: tuple[T, ...]
    below: int = 0
    equal: int = 0


def spread(advantages: Sequence[Floats]) -> float:
    """Population standard deviation over all steps of all rollouts of a group; 0 for a group without steps."""
    steps = [values for values in advantages if len(values)]
    return float(np.std(np.concatenate(steps))) if steps else 0.0


def enough(spreads_G: Sequence[float], wanted: int, eta: float = ETA) -> bool:
    """Whether that many groups pass, so that no refill is needed."""
    return sum(value > eta for value in spreads_G) >= wanted


def select(groups: Sequence[T], spreads_G: Sequence[float], wanted: int, eta: float = ETA) -> Selection[T]:
    """The `wanted` groups of widest spread. Those without any are never taken: they teach nothing.

    Fewer come back where there are fewer; none where all groups are equal, and the caller skips the update.
    """
    ranked = sorted(zip(spreads_G, range(len(groups)), strict=True), key=lambda pair: (-pair[0], pair[1]))
    useful = [(value, index) for value, index in ranked if value > _EPSILON][:wanted]
    return Selection(
        kept=tuple(groups[index] for _, index in useful),
        below=sum(value <= eta for value, _ in useful),
        equal=sum(value <= _EPSILON for value in spreads_G),
    )
