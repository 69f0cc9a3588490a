"""G-RA, gated reward accumulation (arXiv 2508.10548): small rewards count only where the large one says so.

    r_t = [R ≥ v] · (r_step,t + r_format,t)        t < T
    r_T = [R ≥ v] · (r_step,T + r_format,T) + R

R is the task's outcome, v the gate. It keeps a policy from collecting step and format rewards while the task fails.
Assumes an outcome that can be trusted. Degenerate: a rollout without steps gives an empty array, and R is nowhere; if
nothing passes, all that is left is R, and a group of failures has no spread.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gui_agent.rl.types import Floats

GATE = 1.0
"""An outcome of 0 or 1: only solved tasks pass."""


def gated_rewards(
    steps_S: Sequence[float], formats_S: Sequence[float], outcome: float, *, gate: float = GATE
) -> Floats:
    """float64 (S,). Raises ValueError where the lengths differ."""
    if len(steps_S) != len(formats_S):
        raise ValueError(f"{len(steps_S)} step rewards but {len(formats_S)} format rewards")
    rewards_S = np.zeros(len(steps_S))
    if outcome >= gate:
        rewards_S += np.asarray(steps_S, dtype=np.float64) + np.asarray(formats_S, dtype=np.float64)
    if len(rewards_S):
        rewards_S[-1] += outcome
    return rewards_S
