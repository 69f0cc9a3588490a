"""What looking ahead needs of others: actions to try, and a choice between their outcomes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from device_farm.errors import ConfigError, PolicyError
from world_model.imagination.types import Branch, Choice, Proposal, View
from world_model.sketch.sketch import Sketch


@runtime_checkable
class Proposer(Protocol):
    """A policy, asked for more than one action."""

    async def propose(self, view: View, count: int) -> Proposal:
        """At least one action for the screen of `view`, at most `count` that differ, its favourite first.

        Raises:
            PolicyError: the policy or its model failed.
        """
        ...


class Chooser(Protocol):
    """Chooses between futures: the policy with the imagined screens in view, or the best of some value."""

    async def choose(self, goal: str, now: Sketch, branches: Sequence[Branch]) -> Choice:
        """Every branch has an outcome; the first is what the policy would do by itself.

        Raises:
            FarmError: what chooses failed.
        """
        ...


class Value(Protocol):
    """How good a future is for a goal: a learned value, or a verifier's."""

    async def values(self, goal: str, now: Sketch, branches: Sequence[Branch]) -> tuple[float, ...]:
        """One number a branch, the higher the better. Raises FarmError."""
        ...


class BestValue:
    """The branch of the highest value, where it is worth more than `margin` more than the best of the policy's own
    action; else that one. What says nothing, or next to nothing, changes nothing.
    """

    def __init__(self, value: Value, margin: float = 0.0) -> None:
        """Raises ConfigError for a margin below 0."""
        if not margin >= 0:
            raise ConfigError(f"{margin} is no margin", field="margin", fix="use 0 or more")
        self._value = value
        self._margin = margin

    async def choose(self, goal: str, now: Sketch, branches: Sequence[Branch]) -> Choice:
        """Raises PolicyError for values that cannot be compared."""
        values = tuple(await self._value.values(goal, now, branches))
        if len(values) != len(branches) or any(math.isnan(value) for value in values):
            raise PolicyError(f"{values} are no values of {len(branches)} branches", field="values")
        best = values.index(max(values))
        own = max(
            (at for at, branch in enumerate(branches) if branch.first == branches[0].first),
            key=lambda at: (values[at], -at),
        )
        if values[best] == min(values):
            return Choice(index=own, why="all are worth the same", values=values)
        if values[best] > values[own] + self._margin:
            return Choice(index=best, values=values)
        return Choice(index=own, why="" if best == own else "what is better is not better by the margin", values=values)
