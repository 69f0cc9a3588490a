"""What each branch of a packed sequence sees, for attention that is computed branch by branch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch


@dataclass(slots=True)
class BranchMask:
    """For each branch its tokens, those that it sees (Q, K), and which of them each of its tokens sees.

    `read` counts the layers that looked at it: a model that does not hand it on would see too much.
    """

    branches: list[tuple[slice, torch.Tensor, torch.Tensor]]
    read: int = 0


def branch_mask(branches: Sequence[tuple[int, int, torch.Tensor]], device: torch.device) -> BranchMask:
    """`branches` as start, stop and the int64 indices of what they see before that; together every token once."""
    made = []
    for start, stop, before_T in branches:
        own_T = torch.arange(start, stop, device=device)
        seen_QK = torch.ones(len(own_T), len(before_T) + len(own_T), dtype=torch.bool, device=device)
        made.append((slice(start, stop), torch.cat([before_T, own_T]), seen_QK.tril(len(before_T))))
    return BranchMask(branches=made)
