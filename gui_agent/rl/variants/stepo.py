"""STEPO, step-level policy optimisation: a trajectory's advantage is shared out over its steps.

    A_{i,t} = A_i / T_i

Known to us by this rule alone, without a paper to cite.

Where each step is a sample of its own, a rollout of T steps enters the loss T times: with A_i on each of them, long
rollouts, most often failures that wander about, outweigh short ones. Shared out, each rollout's steps add up to A_i.
Assumes steps of about equal length in tokens. Degenerate: a rollout without steps gives an empty array; of one step it
is A_i.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gui_agent.rl.types import Floats


def shared_advantages(advantages_G: Sequence[float], lengths_G: Sequence[int]) -> list[Floats]:
    """One float64 array (T_i,) a rollout. Raises ValueError where the two differ in length."""
    return [
        np.full(length, advantage / max(length, 1)) for advantage, length in zip(advantages_G, lengths_G, strict=True)
    ]
