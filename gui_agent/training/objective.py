"""What an update minimises: a loss a token, and figures to watch."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import torch

from gui_agent.training.batches import Padded
from gui_agent.training.policy import TokenScores


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenLosses:
    """`losses_NT` with gradients; the trainer takes their mean over all trained tokens of the update.

    `figures_NT` are means over the same tokens, by name, without gradients.
    """

    losses_NT: torch.Tensor
    figures_NT: dict[str, torch.Tensor] = field(default_factory=dict)


class Objective(Protocol):
    """`needs_reference` asks the trainer for the log-probabilities of the frozen reference policy."""

    @property
    def needs_reference(self) -> bool: ...

    def __call__(self, scores: TokenScores, batch: Padded) -> TokenLosses: ...


class LikelihoodObjective:
    """Supervised: −w_t · log π(y_t), with w the sample's advantages (1 for demonstrations)."""

    needs_reference = False

    def __call__(self, scores: TokenScores, batch: Padded) -> TokenLosses:
        return TokenLosses(
            losses_NT=-batch.advantages_NT * scores.logprobs_NT,
            figures_NT={"entropy": scores.entropies_NT.detach(), "likelihood": scores.logprobs_NT.detach().exp()},
        )
