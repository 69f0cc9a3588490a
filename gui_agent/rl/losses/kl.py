"""Distance from a reference policy: the low-variance estimator k3 (as GRPO has it, arXiv 2402.03300).

    d_t = log π_ref(y_t) − log π(y_t)
    k3_t = exp(d_t) − d_t − 1            L = Σ k3_t / number of trained tokens

Assumes that y was sampled from π (or nearly): then the expectation is KL(π‖π_ref). Never negative, a token at a time,
which the plain estimator −d_t is not. Degenerate: π = π_ref gives 0 with a gradient of 0; |d_t| is cut at 20, beyond
which there is no gradient. UI-S1 (arXiv 2509.11543) weighs it by 1e-4.
"""

from __future__ import annotations

from torch import Tensor

from gui_agent.rl.losses.base import Loss, figure, log_ratio, token_mean

KL_WEIGHT = 1e-4


def low_variance_kl(logprobs_NT: Tensor, reference_NT: Tensor, mask_NT: Tensor, *, total: float | None = None) -> Loss:
    """Unweighted. `total` as in `token_mean`."""
    difference_NT = log_ratio(reference_NT, logprobs_NT, mask_NT)
    loss = token_mean(difference_NT.exp() - difference_NT - 1, mask_NT, total)
    return loss, {"kl": figure(loss)}
