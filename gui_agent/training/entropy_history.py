"""The entropy that earlier updates saw, by the step of an episode: what EPO keeps a policy near."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch


class EntropyHistory:
    """Means over all tokens of the updates before this one; `settle` makes an update part of the past.

    Each process of a distributed run keeps that of its own samples.
    """

    def __init__(self) -> None:
        self._past: dict[int, tuple[float, int]] = {}
        self._present: dict[int, tuple[float, int]] = {}

    def means(self, steps_N: Sequence[int]) -> torch.Tensor | None:
        """float32 (N,) in nats; a step that was never seen has the mean of all, and without any past it is None."""
        total, count = _sum(self._past.values())
        if count == 0:
            return None
        found = [self._past.get(step, (total, count)) for step in steps_N]
        return torch.tensor([entropy / tokens for entropy, tokens in found], dtype=torch.float32)

    def see(self, step: int, entropy: float, tokens: int) -> None:
        """`entropy` is the sum over `tokens` tokens; what is not finite is left out."""
        if tokens and math.isfinite(entropy):
            self._present[step] = _sum([self._present.get(step, (0.0, 0)), (entropy, tokens)])

    def settle(self) -> None:
        for step, seen in self._present.items():
            self._past[step] = _sum([self._past.get(step, (0.0, 0)), seen])
        self._present.clear()

    def state(self) -> dict[str, Any]:
        self.settle()
        return {str(step): list(seen) for step, seen in sorted(self._past.items())}

    def restore(self, state: dict[str, Any]) -> None:
        self._present.clear()
        self._past = {int(step): (float(entropy), int(tokens)) for step, (entropy, tokens) in state.items()}


def _sum(seen: Any) -> tuple[float, int]:
    pairs = list(seen)
    return math.fsum(entropy for entropy, _ in pairs), sum(tokens for _, tokens in pairs)
