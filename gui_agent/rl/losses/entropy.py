"""Entropy bonus (A3C, arXiv 1602.01783): keeps a policy from settling too early.

    L = −Σ H_t / number of trained tokens,    H_t = −Σ_v π(v) log π(v)   in nats

Assumes the entropy of the whole distribution at each token, not of the sampled token alone. Degenerate: a policy that
is certain has H = 0; no trained token gives 0. UI-S1 trains without it (weight 0).
"""

from __future__ import annotations

from torch import Tensor

from gui_agent.rl.losses.base import Loss, figure, token_mean


def entropy_bonus(entropies_NT: Tensor, mask_NT: Tensor, *, total: float | None = None) -> Loss:
    """Unweighted: −mean entropy. `total` as in `token_mean`."""
    loss = token_mean(-entropies_NT, mask_NT, total)
    return loss, {"entropy": -figure(loss)}
