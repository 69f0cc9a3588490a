"""EPO (arXiv 2509.22576): an entropy bonus that is to stay near its own past.

    L = −( mean_t H_t − β · mean_t P_t )
    P_t = 0 where 0.8 · H̄ ≤ H_t ≤ 1.2 · H̄, else

    constant:   P_t = 0.1                                     the paper's and its released code's
    distance:   P_t = max(0.8 · H̄ − H_t, H_t − 1.2 · H̄)      ours

H̄ is the mean entropy that earlier updates saw at the same step of an episode. Assumes that this past is worth staying
near. A constant has no gradient: in the paper's form the penalty shows in the loss, but what moves the policy is the
bonus alone; `distance` pulls entropy back. Degenerate: no past yet (None) is the plain bonus; no trained token gives 0.
"""

from __future__ import annotations

from typing import Literal, TypeAlias, assert_never

import torch
from torch import Tensor

from gui_agent.rl.losses.base import Loss, figure, masked, share, token_mean

PenaltyForm: TypeAlias = Literal["constant", "distance"]
LOW, HIGH = 0.8, 1.2
PENALTY = 0.1


def epo(
    entropies_NT: Tensor,
    history_N: Tensor | None,
    mask_NT: Tensor,
    *,
    form: PenaltyForm = "constant",
    beta: float = 1.0,
    low: float = LOW,
    high: float = HIGH,
    total: float | None = None,
) -> Loss:
    """Unweighted. `history_N` in nats, one H̄ a response, by the step of its episode; `total` as in `token_mean`."""
    entropies_NT = masked(entropies_NT, mask_NT)
    bonus = token_mean(entropies_NT, mask_NT, total)
    if history_N is None:
        return -bonus, {"entropy": figure(bonus), "entropy_penalty": 0.0, "entropy_outside": 0.0}
    floor_N1, ceiling_N1 = (low * history_N).unsqueeze(1), (high * history_N).unsqueeze(1)
    outside_NT = (entropies_NT < floor_N1) | (entropies_NT > ceiling_N1)
    match form:
        case "constant":
            penalty_NT = outside_NT.to(entropies_NT.dtype) * PENALTY
        case "distance":
            penalty_NT = torch.maximum(floor_N1 - entropies_NT, entropies_NT - ceiling_N1).clamp(min=0)
        case _:
            assert_never(form)
    penalty = token_mean(penalty_NT, mask_NT, total)
    return beta * penalty - bonus, {
        "entropy": figure(bonus),
        "entropy_penalty": figure(penalty),
        "entropy_outside": share(outside_NT, mask_NT),
    }
