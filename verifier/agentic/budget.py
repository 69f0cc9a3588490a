"""What one verification may spend, and what is left of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, Self, runtime_checkable

from device_farm.errors import VerifierError
from verifier.verdict import Cost


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """`steps` counts probes and model turns, `tokens` prompts and replies together, `seconds` wall clock.

    Steps are never overdrawn. Tokens are counted by the server after the fact: the reply that uses them up may go over,
    and a server that counts none leaves steps and seconds to bound it.

    The defaults are about three times what VAGEN reports for a verdict (17.4 steps; 2602.00575).
    """

    steps: int = 50
    tokens: int = 300_000
    seconds: float = 300.0

    def __post_init__(self) -> None:
        for name, value in (("steps", self.steps), ("tokens", self.tokens), ("seconds", self.seconds)):
            if value < 0:
                raise VerifierError(f"{value} is no budget", field=name, fix="use 0 or more")

    def left(self, spent: Cost) -> Budget:
        """What remains after `spent`; never below 0."""
        return Budget(
            steps=max(0, self.steps - spent.steps),
            tokens=max(0, self.tokens - spent.prompt_tokens - spent.completion_tokens),
            seconds=max(0.0, self.seconds - spent.seconds),
        )

    @property
    def gone(self) -> str:
        """Which of the three is used up, "" while there is some of each."""
        for name, value in (("steps", self.steps), ("tokens", self.tokens), ("seconds", self.seconds)):
            if value <= 0:
                return name
        return ""


@runtime_checkable
class Bounded(Protocol):
    """A thinker that can be held to a budget inside a stage; the others are held to it between stages only."""

    def within(self, left: Budget) -> Self:
        """The same thinker, which ends a stage with what it has once `left` is used up."""
        ...
