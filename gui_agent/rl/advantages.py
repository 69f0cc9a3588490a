"""Step and episode advantages within a group of rollouts of one task (UI-S1, arXiv 2509.11543, section 3.3).

    A_S(i, t) = (R_{i,t} − mean_j R_{j,t}) / std_j R_{j,t}          over the rollouts j that reached step t
    A_E(i)    = (R_i − mean_j R_j) / std_j R_j,   R_i = Σ_t r_{i,t}  over all rollouts
    A(i, t)   = A_E(i) + ω · A_S(i, t)

The standard deviation is the population's. Where there is nothing to compare with, a step that a single rollout
reached, or rollouts that all got the same, the advantage is 0: neither reward says anything about the choice.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

import numpy as np

from gui_agent.rl.types import Floats

Scale: TypeAlias = Literal["std", "none"]
"""`std` divides by the standard deviation (the paper's formula), `none` only centres (what the released code runs)."""
OMEGA = 1.0
_EPSILON = 1e-6
"""Spreads below are rounding, not signal; also the released code's guard against division by 0."""


def normalised(values_G: Floats, scale: Scale = "std") -> Floats:
    """Centred, and scaled to unit deviation; zeros for a group of one or one without spread. float64 (G,)."""
    values_G = np.asarray(values_G, dtype=np.float64)
    if len(values_G) < 2 or (spread := float(np.std(values_G))) < _EPSILON:
        return np.zeros(len(values_G))
    centred_G = values_G - np.mean(values_G)
    return centred_G / spread if scale == "std" else centred_G


def step_advantages(returns: Sequence[Floats], scale: Scale = "std") -> list[Floats]:
    """One array (S_i,) a rollout: its returns compared with the others' at the same step."""
    result: list[Floats] = [np.zeros(len(returns_S)) for returns_S in returns]
    for step in range(max((len(returns_S) for returns_S in returns), default=0)):
        there = [index for index, returns_S in enumerate(returns) if len(returns_S) > step]
        values_G = normalised(np.array([returns[index][step] for index in there]), scale)
        for index, value in zip(there, values_G, strict=True):
            result[index][step] = value
    return result


def episode_advantages(rewards: Sequence[Sequence[float]], scale: Scale = "std") -> list[Floats]:
    """One array (S_i,) a rollout, the same value at each step: its total reward compared with the others'."""
    totals_G = normalised(np.array([float(np.sum(rewards_S)) for rewards_S in rewards]), scale)
    return [np.full(len(rewards_S), total) for rewards_S, total in zip(rewards, totals_G, strict=True)]


def episode_advantages_released(rewards: Sequence[Sequence[float]], scale: Scale = "none") -> list[Floats]:
    """The released code's: each step's own reward, compared with those of all steps of all rollouts."""
    if not rewards:
        return []
    lengths = [len(rewards_S) for rewards_S in rewards]
    flat = normalised(np.concatenate([np.asarray(rewards_S, dtype=np.float64) for rewards_S in rewards]), scale)
    return list(np.split(flat, np.cumsum(lengths)[:-1]))


def combined(episode: Sequence[Floats], step: Sequence[Floats], omega: float = OMEGA) -> list[Floats]:
    """A_E + ω · A_S, rollout by rollout. ω = 0 or an `episode` of zeros leaves one of the two out."""
    return [of_episode + omega * of_step for of_episode, of_step in zip(episode, step, strict=True)]
