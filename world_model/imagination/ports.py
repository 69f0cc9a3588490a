"""What looking ahead needs of others: actions to try, and a choice between their outcomes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from device_farm.errors import PolicyError
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
    """The branch of the highest value; of equal ones the first, so that what says nothing changes nothing."""

    def __init__(self, value: Value) -> None:
        self._value = value

    async def choose(self, goal: str, now: Sketch, branches: Sequence[Branch]) -> Choice:
        """Raises PolicyError for values that cannot be compared."""
        values = tuple(await self._value.values(goal, now, branches))
        if len(values) != len(branches) or any(math.isnan(value) for value in values):
            raise PolicyError(f"{values} are no values of {len(branches)} branches", field="values")
        why = "" if max(values) > min(values) else "all are worth the same"
        return Choice(index=values.index(max(values)), why=why, values=values)
