"""ELPO's error-localised clipping (arXiv 2602.09598): wider where the error lies.

`policy_gradient` with the range of each token

    ε_high,t = ε_wide   from the first step from which the task could not be saved any more, to the end
             = ε        before it

The branch search that finds the step, and its advantages, are in `variants.elpo`. Assumes that tokens of the suffix
are marked in `critical_NT`; the width is ours, for want of the paper's figure, and the caller's to choose. Degenerate:
nothing marked is `policy_gradient`.
"""

from __future__ import annotations

import torch
from torch import Tensor

from gui_agent.rl.losses.base import Loss, share
from gui_agent.rl.losses.policy_gradient import CLIP, DUAL_CLIP, policy_gradient

WIDE_CLIP = 0.3


def elpo(
    logprobs_NT: Tensor,
    old_NT: Tensor,
    advantages_NT: Tensor,
    mask_NT: Tensor,
    critical_NT: Tensor,
    *,
    clip: float = CLIP,
    wide_clip: float = WIDE_CLIP,
    dual_clip: float | None = DUAL_CLIP,
    weights_NT: Tensor | None = None,
    total: float | None = None,
) -> Loss:
    """Both sides widen. Raises ValueError where `wide_clip` is below `clip`, or as `policy_gradient`."""
    if wide_clip < clip:
        raise ValueError(f"wide_clip {wide_clip} is narrower than clip {clip}")
    range_NT = torch.where(critical_NT, wide_clip, clip).to(logprobs_NT)
    loss, metrics = policy_gradient(
        logprobs_NT,
        old_NT,
        advantages_NT,
        mask_NT,
        clip_low=range_NT,
        clip_high=range_NT,
        dual_clip=dual_clip,
        weights_NT=weights_NT,
        total=total,
    )
    return loss, {**metrics, "critical_share": share(critical_NT, mask_NT)}
