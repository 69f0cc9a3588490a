"""What all losses share: the global mean over trained tokens, and the ratio of two policies.

Tensors are (N, T): N responses, padded to T tokens. `mask_NT` is False for padding and for what is not trained on;
nothing that stands there, NaN included, reaches a value or a gradient.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import torch
from torch import Tensor

Metrics: TypeAlias = dict[str, float]
Loss: TypeAlias = tuple[Tensor, Metrics]
"""A scalar with gradients, and figures to log without."""
_LOG_RATIO_MAX = 20.0
"""exp(20) is far outside every clip range, and still finite in float32 after squaring."""


def masked(values_NT: Tensor, mask_NT: Tensor) -> Tensor:
    """`values_NT`, 0 where masked. Raises ValueError where the shapes differ."""
    if values_NT.shape != mask_NT.shape:
        raise ValueError(f"values are {tuple(values_NT.shape)} but the mask is {tuple(mask_NT.shape)}")
    return torch.where(mask_NT, values_NT, torch.zeros((), dtype=values_NT.dtype, device=values_NT.device))


def token_mean(values_NT: Tensor, mask_NT: Tensor, total: float | None = None) -> Tensor:
    """Σ_NT mask·value / total: every token of the batch weighs the same, however long its response (DAPO, 2503.14476).

    `total` is the number of trained tokens of the whole update, over all micro-batches and workers, so that their
    losses add up to the mean; None counts those of `mask_NT`. Degenerate: no token at all gives 0 with a gradient of 0.
    """
    count = float(mask_NT.sum()) if total is None else total
    return masked(values_NT, mask_NT).sum() / max(count, 1.0)


def log_ratio(logprobs_NT: Tensor, other_NT: Tensor, mask_NT: Tensor) -> Tensor:
    """log π/π_other a token, within ±20, 0 where masked."""
    # Masked before the exponential: a gradient of 0 times infinity would be NaN.
    difference_NT = masked(logprobs_NT, mask_NT) - masked(other_NT, mask_NT)
    return difference_NT.clamp(-_LOG_RATIO_MAX, _LOG_RATIO_MAX)


def figure(value: Tensor | Any) -> float:
    """A number to log."""
    return float(value.detach()) if isinstance(value, Tensor) else float(value)


def share(hits_NT: Tensor, mask_NT: Tensor) -> float:
    """Of the trained tokens, the share where `hits_NT` holds; 0 where there is none."""
    return figure(token_mean(hits_NT.to(torch.float32), mask_NT))
