"""95% intervals of proportions and of what is made of two independent ones."""

from __future__ import annotations

import math
from typing import TypeAlias

Z95 = 1.959963984540054
"""The 97.5% quantile of the standard normal distribution."""
Interval: TypeAlias = tuple[float, float]


def wilson_interval(successes: float, trials: float) -> Interval:
    """The 95% score interval of a proportion; (0, 1) for no trials.

    E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927):
    (p + z²/2n ± z·sqrt(p(1-p)/n + z²/4n²)) / (1 + z²/n). Assumes independent trials.
    """
    if trials == 0:
        return 0.0, 1.0
    share, square = successes / trials, Z95**2 / trials
    center = (share + square / 2) / (1 + square)
    half = Z95 * math.sqrt(share * (1 - share) / trials + square / (4 * trials)) / (1 + square)
    return max(0.0, center - half), min(1.0, center + half)


def sum_interval(one: float, one_95: Interval, other: float, other_95: Interval, weight: float) -> Interval:
    """The interval of weight·one + (1 - weight)·other for independent estimates with intervals of their own.

    MOVER (Zou & Donner, Statistics in Medicine 27, 2008): the distance of each bound from the estimate is the root of
    the squared weighted distances of the parts' bounds. Unlike a bootstrap it keeps its width where both are 0 or 1.
    """
    rest = 1 - weight
    middle = weight * one + rest * other
    down = math.hypot(weight * (one - one_95[0]), rest * (other - other_95[0]))
    up = math.hypot(weight * (one_95[1] - one), rest * (other_95[1] - other))
    return max(0.0, middle - down), min(1.0, middle + up)


def ratio_interval(top: float, top_95: Interval, bottom: float, bottom_95: Interval) -> Interval:
    """The interval of top / bottom for independent estimates; (0, inf) where `bottom` may be 0.

    MOVER for ratios (Donner & Zou, Statistical Methods in Medical Research 21, 2012), with t = top, b = bottom and
    bounds t₁ ≤ t ≤ t₂, b₁ ≤ b ≤ b₂:
    low  = (tb - sqrt((tb)² - t₁b₂(2t - t₁)(2b - b₂))) / (b₂(2b - b₂)),
    high = (tb + sqrt((tb)² - t₂b₁(2t - t₂)(2b - b₁))) / (b₁(2b - b₁)).
    """
    if bottom_95[0] <= 0 or bottom <= 0:
        return 0.0, math.inf
    product = top * bottom
    low_part = bottom_95[1] * (2 * bottom - bottom_95[1])
    high_part = bottom_95[0] * (2 * bottom - bottom_95[0])
    under = product**2 - top_95[0] * (2 * top - top_95[0]) * low_part
    over = product**2 - top_95[1] * (2 * top - top_95[1]) * high_part
    low = (product - math.sqrt(max(0.0, under))) / low_part if low_part > 0 else 0.0
    high = (product + math.sqrt(max(0.0, over))) / high_part
    return max(0.0, low), high
