"""Truncated importance weights: samples of an older policy, or of a server that computes a little differently.

    w_t = min(π_old(y_t) / π_sampled(y_t), C)            no gradient

π_old is the trainer's policy before the update, π_sampled what the sampler said. With these weights on the terms of
`policy_gradient`, the clip range stays around π_old and the age of the samples is paid for apart (decoupled PPO, arXiv
2110.00641; AReaL, arXiv 2505.24298); the cut at C bounds the variance (IMPALA, arXiv 1802.01561).

Assumes that every sampled token had a positive probability under π_sampled. Degenerate: a fresh, exact sampler gives
weights of 1; `limit` 1 never raises a weight. The product over tokens is left out, as all of these do: it is a bias
that grows with staleness, so callers bound that.
"""

from __future__ import annotations

from torch import Tensor

from gui_agent.rl.losses.base import Metrics, figure, log_ratio, masked, share, token_mean

LIMIT = 2.0


def importance_weights(
    old_NT: Tensor, sampled_NT: Tensor, mask_NT: Tensor, *, limit: float = LIMIT
) -> tuple[Tensor, Metrics]:
    """Weights (N, T), 0 where masked, detached.

    Raises:
        ValueError: `limit` is not positive, or shapes differ.
    """
    if limit <= 0:
        raise ValueError(f"limit must be positive, got {limit}")
    ratio_NT = log_ratio(old_NT.detach(), sampled_NT.detach(), mask_NT).exp()
    weights_NT = masked(ratio_NT.clamp(max=limit), mask_NT)
    return weights_NT, {
        "staleness_weight_mean": figure(token_mean(weights_NT, mask_NT)),
        "staleness_truncated": share(ratio_NT > limit, mask_NT),
    }
