"""What the trainer trains: a torch module that can tell the log-probabilities of given responses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from gui_agent.rl.types import TrainSample

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenScores:
    """Of a batch of N responses, padded at the end to the longest, T: float32 (N, T), both with gradients.

    `logprobs_NT` natural logarithms at the policy's training temperature of 1; `entropies_NT` in nats. Padding is 0.
    """

    logprobs_NT: torch.Tensor
    entropies_NT: torch.Tensor


class TrainablePolicy(Protocol):
    """Model and tokenizer together. The same object is what rollouts sample from where it serves itself."""

    @property
    def module(self) -> torch.nn.Module: ...

    def score(self, samples: Sequence[TrainSample]) -> TokenScores:
        """One forward pass. Samples of one trajectory may share it; the result is as if each had its own.

        Raises DataError naming the sample for a prompt that the policy cannot read.
        """
        ...

    def save(self, folder: Path) -> None:
        """Writes what `load` of the same class needs."""
        ...
