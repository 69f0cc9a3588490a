"""GSPO (arXiv 2507.18071): one ratio a response, clipped as a whole.

    s_i = exp( (1/|y_i|) Σ_t log π(y_it)/π_old(y_it) )
    L   = −(1/N) Σ_i min(s_i A_i, clip(s_i, 1 − ε_low, 1 + ε_high) A_i)

Assumes one advantage a response; where tokens differ, their mean counts. The geometric mean moves far less than a
token's ratio, so the clip range is that of the paper, 3e-4 and 4e-4. Degenerate: a response without a trained token is
left out, also of N; a response of one token is PPO's clip.
"""

from __future__ import annotations

import torch
from torch import Tensor

from gui_agent.rl.losses.base import Loss, Metrics, figure, log_ratio, masked

CLIP_LOW = 3e-4
CLIP_HIGH = 4e-4


def gspo(
    logprobs_NT: Tensor,
    old_NT: Tensor,
    advantages_NT: Tensor,
    mask_NT: Tensor,
    *,
    clip_low: float = CLIP_LOW,
    clip_high: float = CLIP_HIGH,
    total: float | None = None,
) -> Loss:
    """`total` is the number of responses of the whole update; None counts those with a trained token."""
    terms_N, lengths_N, metrics = sequence_terms(logprobs_NT, old_NT, advantages_NT, mask_NT, clip_low, clip_high)
    loss = sequence_mean(terms_N, lengths_N, total)
    return loss, {"pg_loss": figure(loss), **metrics}


def sequence_terms(
    logprobs_NT: Tensor, old_NT: Tensor, advantages_NT: Tensor, mask_NT: Tensor, clip_low: float, clip_high: float
) -> tuple[Tensor, Tensor, Metrics]:
    """−min(s_i A_i, clip(s_i) A_i) of each response (N,), 0 where it has no trained token; trained tokens of each."""
    lengths_N = mask_NT.sum(dim=1).to(logprobs_NT.dtype)
    divisors_N = lengths_N.clamp(min=1)
    ratio_N = (log_ratio(logprobs_NT, old_NT, mask_NT).sum(dim=1) / divisors_N).exp()
    advantages_N = masked(advantages_NT, mask_NT).sum(dim=1) / divisors_N
    plain_N, clipped_N = -ratio_N * advantages_N, -ratio_N.clamp(1 - clip_low, 1 + clip_high) * advantages_N
    there_N = lengths_N > 0
    count = max(float(there_N.sum()), 1.0)
    metrics = {
        "clip_fraction": float((there_N & (clipped_N > plain_N)).sum()) / count,
        "ratio_mean": figure((ratio_N * there_N).sum()) / count,
    }
    return torch.maximum(plain_N, clipped_N), lengths_N, metrics


def sequence_mean(terms_N: Tensor, lengths_N: Tensor, total: float | None) -> Tensor:
    """The mean over responses with a trained token; 0 where there is none."""
    count = float((lengths_N > 0).sum()) if total is None else total
    return terms_N.sum() / max(count, 1.0)
