"""G²RPO, Gaussian GRPO (arXiv 2604.08539): only the order of rewards in a group counts.

    A_i = Φ⁻¹( (rank_i − 1/2) / G ),   rank 1 to G by reward

The map of least transport from a group's rewards to N(0, 1): every task then moves the policy alike, whatever the scale
and the tail of its rewards. Equal rewards share their quantiles' mean, so the advantages of a group add up to 0.
Assumes that rewards are comparable within the group only. Degenerate: a group of one, or of equals, gives 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist

import numpy as np

from gui_agent.rl.types import Floats


def gaussian_advantages(rewards_G: Sequence[float]) -> Floats:
    """float64 (G,). Raises ValueError for a reward that is not finite."""
    values_G = np.asarray(rewards_G, dtype=np.float64)
    if not np.isfinite(values_G).all():
        raise ValueError(f"rewards must be finite, got {list(rewards_G)}")
    size = len(values_G)
    quantiles_G = np.array([NormalDist().inv_cdf((rank + 0.5) / size) for rank in range(size)])
    advantages_G = np.zeros(size)
    ranked_G = np.sort(values_G)
    for value in np.unique(values_G):
        advantages_G[values_G == value] = quantiles_G[ranked_G == value].mean()
    # Mirrored quantiles cancel to rounding only; equals get a clean 0.
    return np.where(np.abs(advantages_G) < 1e-12, 0.0, advantages_G)
