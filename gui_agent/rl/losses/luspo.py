"""LUSPO (arXiv 2602.05261): GSPO with each response weighed by its length.

    L = −(1/N) Σ_i |y_i| · min(s_i A_i, clip(s_i, 1 − ε_low, 1 + ε_high) A_i)

GSPO's ratio s_i divides by |y_i|, so a token of a long response moves the policy less than one of a short response, and
replies shrink; the factor takes that back: at s = 1 each token's gradient is A_i / N. Assumptions and degenerate cases
are GSPO's. The loss grows with the length of replies: learning rates are not those of GSPO.
"""

from __future__ import annotations

from torch import Tensor

from gui_agent.rl.losses.base import Loss, figure
from gui_agent.rl.losses.gspo import CLIP_HIGH, CLIP_LOW, sequence_mean, sequence_terms


def luspo(
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
    loss = sequence_mean(terms_N * lengths_N, lengths_N, total)
    return loss, {"pg_loss": figure(loss), **metrics}
