"""Clipped policy gradient: PPO (arXiv 1707.06347) with the dual clip (arXiv 1912.09729), per token.

    ρ_t = π(y_t) / π_old(y_t)
    L_t = max(−ρ_t A_t, −clip(ρ_t, 1 − ε_low, 1 + ε_high) A_t)          A_t ≥ 0
    L_t = min(max(…), −c A_t)                                           A_t < 0
    L   = Σ w_t L_t / number of trained tokens

UI-S1 (arXiv 2509.11543) takes ε 0.2 on both sides, c = 3 and the mean over all tokens of the batch.
Assumes that `old_NT` are the log-probabilities of the policy before the update, at the temperature of sampling.
Degenerate: on the first pass over fresh samples ρ = 1, and the gradient is REINFORCE's; A = 0 gives 0; no trained
token gives 0.
"""

from __future__ import annotations

import torch
from torch import Tensor

from gui_agent.rl.losses.base import Loss, figure, log_ratio, masked, share, token_mean

CLIP = 0.2
DUAL_CLIP = 3.0


def policy_gradient(
    logprobs_NT: Tensor,
    old_NT: Tensor,
    advantages_NT: Tensor,
    mask_NT: Tensor,
    *,
    clip_low: float | Tensor = CLIP,
    clip_high: float | Tensor = CLIP,
    dual_clip: float | None = DUAL_CLIP,
    weights_NT: Tensor | None = None,
    total: float | None = None,
) -> Loss:
    """The clip ranges may differ by token, (N, T). `weights_NT` are those of `staleness`; `total` as in `token_mean`.

    Raises:
        ValueError: shapes differ, or `dual_clip` is not above 1.
    """
    if dual_clip is not None and dual_clip <= 1:
        raise ValueError(f"dual_clip must be above 1, got {dual_clip}")
    log_ratio_NT = log_ratio(logprobs_NT, old_NT, mask_NT)
    ratio_NT, advantages_NT = log_ratio_NT.exp(), masked(advantages_NT, mask_NT)
    low, high = torch.as_tensor(1 - clip_low).to(ratio_NT), torch.as_tensor(1 + clip_high).to(ratio_NT)
    plain_NT = -ratio_NT * advantages_NT
    clipped_NT = -ratio_NT.clamp(low, high) * advantages_NT
    loss_NT = torch.maximum(plain_NT, clipped_NT)
    dual_NT = torch.zeros_like(mask_NT)
    if dual_clip is not None:
        bound_NT = -dual_clip * advantages_NT
        dual_NT = (advantages_NT < 0) & (loss_NT > bound_NT)
        loss_NT = torch.where(dual_NT, bound_NT, loss_NT)
    if weights_NT is not None:
        loss_NT = loss_NT * masked(weights_NT, mask_NT)
    loss = token_mean(loss_NT, mask_NT, total)
    return loss, {
        "pg_loss": figure(loss),
        "clip_fraction": share(clipped_NT > plain_NT, mask_NT),
        "dual_clip_fraction": share(dual_NT, mask_NT),
        "ratio_mean": figure(token_mean(ratio_NT, mask_NT)),
        "approx_kl": figure(token_mean(-log_ratio_NT, mask_NT)),
    }
