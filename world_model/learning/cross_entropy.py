"""What every way of ordering a target comes down to: log-probabilities of its tokens, weighted."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike


def weighted_cross_entropy(logprobs_T: ArrayLike, weights_T: ArrayLike) -> tuple[float, Mapping[str, float]]:
    """−Σ w·log p / Σ w over the tokens of a reply, in nats a token; weights are not negative.

    Without weight (a target of no token) the loss is 0 and `weight` says so. Metrics: `weight` = Σ w, `perplexity`.

    Raises:
        ValueError: the shapes differ, or a weight is negative.
    """
    logprobs, weights = np.asarray(logprobs_T, dtype=np.float64), np.asarray(weights_T, dtype=np.float64)
    if logprobs.shape != weights.shape:
        raise ValueError(f"{logprobs.shape} log-probabilities and {weights.shape} weights")
    if (weights < 0).any():
        raise ValueError("a weight is negative")
    total = float(weights.sum())
    if total == 0:
        return 0.0, {"weight": 0.0, "perplexity": 1.0}
    # Where nothing is weighed, minus infinity is no loss.
    loss = float(-(np.where(weights > 0, logprobs, 0.0) * weights).sum() / total)
    return loss, {"weight": total, "perplexity": float(np.exp(min(loss, 700.0)))}
