"""Semi-online advantages (UI-S1, arXiv 2509.11543, section 3.3) on a batch as verl has it: (B, T) with masks.

A row is a rollout of several turns; a turn is a run of tokens that the policy sampled (mask 1), between what it was
shown (mask 0). A turn's reward is the sum over its tokens and what follows up to the next turn. From there on

    A(i, t) = A_E(i) + ω · A_S(i, t)

over the rows of the same prompt, as `gui_agent.rl.advantages` has it, the same for all tokens of a turn.
Assumes that a turn's reward is `full` exactly where it matched the expert; with `full` None every turn goes on.
Degenerate: a prompt with one row, or rows without spread, gives 0. A row without a sampled token is a rollout that was
masked; it counts for no other row.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gui_agent.rl.advantages import OMEGA, combined, episode_advantages, step_advantages
from gui_agent.rl.returns import GAMMA, discounted_returns
from gui_agent.rl.types import Floats

_ROUNDING = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnSettings:
    """`full` is the reward of a turn that matches; UI-S1's is 1."""

    gamma: float = GAMMA
    omega: float = OMEGA
    full: float | None = None


def turns(mask_T: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First index and the one behind the last, of each run of True."""
    edges_T = np.flatnonzero(np.diff(np.concatenate([[False], mask_T, [False]]).astype(np.int8)))
    return [(int(start), int(end)) for start, end in zip(edges_T[::2], edges_T[1::2], strict=True)]


def turn_rewards(rewards_T: Floats, spans: Sequence[tuple[int, int]]) -> list[float]:
    """One a turn. What stands before the first turn counts with it."""
    starts = [0, *(start for start, _ in spans[1:])]
    ends = [*starts[1:], len(rewards_T)]
    return [float(np.sum(rewards_T[start:end])) for start, end in zip(starts[: len(spans)], ends, strict=False)]


def turn_advantages(
    rewards_BT: Floats,
    mask_BT: NDArray[np.bool_],
    groups_B: Sequence[Hashable],
    settings: TurnSettings | None = None,
) -> tuple[Floats, Floats]:
    """Advantages and returns, float64 (B, T), 0 where the mask is False.

    Raises:
        ValueError: the shapes differ.
    """
    if not rewards_BT.shape == mask_BT.shape == (len(groups_B), rewards_BT.shape[-1]):
        raise ValueError(f"rewards {rewards_BT.shape}, mask {mask_BT.shape}, {len(groups_B)} groups")
    made = settings or TurnSettings()
    advantages_BT, returns_BT = np.zeros(rewards_BT.shape), np.zeros(rewards_BT.shape)
    members: dict[Hashable, list[int]] = {}
    for row, group in enumerate(groups_B):
        if mask_BT[row].any():
            members.setdefault(group, []).append(row)
    for rows in members.values():
        spans = [turns(mask_BT[row]) for row in rows]
        rewards = [turn_rewards(rewards_BT[row], own) for row, own in zip(rows, spans, strict=True)]
        returns = [discounted_returns(own, _matches(own, made), made.gamma) for own in rewards]
        values = combined(episode_advantages(rewards), step_advantages(returns), made.omega)
        for row, own, values_S, returns_S in zip(rows, spans, values, returns, strict=True):
            for (start, end), value, total in zip(own, values_S, returns_S, strict=True):
                advantages_BT[row, start:end] = value
                returns_BT[row, start:end] = total
    return advantages_BT, returns_BT


def _matches(rewards_S: Sequence[float], settings: TurnSettings) -> list[bool]:
    return [settings.full is None or reward >= settings.full - _ROUNDING for reward in rewards_S]
