"""Discounted returns of a rollout on an offline trajectory (UI-S1, arXiv 2509.11543, section 3.3).

A step's future counts as long as the model keeps to the expert's way:

    R_t = Σ_{k=t}^{t_end} γ^(k−t) · r_k,     t_end = min(t_match + 1, T)

with t_match the last step of the run of matches that begins at t (t − 1 where step t does not match) and T the last
step. So the first step that leaves the way is still part of the return of those before it. Patched steps do not match.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gui_agent.rl.types import Floats

GAMMA = 0.5
"""The paper's best; 0.9 and 0 are worse there."""


def discounted_returns(rewards_S: Sequence[float], matches_S: Sequence[bool], gamma: float = GAMMA) -> Floats:
    """float64 (S,). A trajectory without steps gives an empty array.

    Raises:
        ValueError: the lengths differ, or `gamma` is outside [0, 1].
    """
    return _returns(rewards_S, matches_S, gamma, through_mismatch=True)


def discounted_returns_released(rewards_S: Sequence[float], matches_S: Sequence[bool], gamma: float = GAMMA) -> Floats:
    """As the released code has it: the step that does not match has its own reward, and is in nobody else's return.

    Raises:
        ValueError: as `discounted_returns`.
    """
    return _returns(rewards_S, matches_S, gamma, through_mismatch=False)


def _returns(rewards_S: Sequence[float], matches_S: Sequence[bool], gamma: float, *, through_mismatch: bool) -> Floats:
    if not 0 <= gamma <= 1:
        raise ValueError(f"gamma must lie in [0, 1], got {gamma}")
    if len(rewards_S) != len(matches_S):
        raise ValueError(f"{len(rewards_S)} rewards but {len(matches_S)} matches")
    returns_S = np.array(rewards_S, dtype=np.float64)
    ahead = 0.0
    for step in range(len(returns_S) - 1, -1, -1):
        matched = matches_S[step]
        returns_S[step] = rewards_S[step] + (gamma * ahead if matched else 0.0)
        ahead = returns_S[step] if matched or through_mismatch else 0.0
    return returns_S
