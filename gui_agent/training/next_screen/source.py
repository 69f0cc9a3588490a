"""Transitions as the samples of a trainer's updates."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import numpy as np

from device_farm.errors import DataError
from gui_agent.rl.types import TrainSample
from gui_agent.training.next_screen.samples import NextScreen
from gui_agent.training.source import Cycle, Supply
from gui_agent.transitions.recorded import Recorded


class NextScreenSource:
    """`size` transitions an update, over and over in new orders; `begins` is the update from which matched and
    transport order ask the policy for its own prediction. A transition that is too long for it is left out and counted.
    """

    def __init__(
        self, shown: NextScreen, transitions: Sequence[Recorded], *, size: int, seed: int, begins: int
    ) -> None:
        """Raises DataError for no transition."""
        if not transitions:
            raise DataError("there is no transition to learn from", field="data.path", fix="export another run")
        self._shown, self._transitions = shown, transitions
        self._size, self._seed, self._begins = size, seed, begins
        self._cycle = Cycle(len(transitions), seed)
        self._unreadable = 0

    async def next(self, policy_version: int) -> Supply:
        """Raises DataError where none of an update's transitions can be taught, PolicyError where the policy fails."""
        first = self._cycle.taken
        numbers = self._cycle.take(self._size)
        begun = policy_version >= self._begins
        made = await asyncio.gather(*(self._made(number, first + at, begun) for at, number in enumerate(numbers)))
        errors = [one for one in made if isinstance(one, DataError)]
        self._unreadable += len(errors)
        if len(errors) == len(made):
            last = errors[-1]
            raise DataError(f"no transition of an update can be taught: {last.message}", field=last.field, fix=last.fix)
        samples = [sample for one in made if not isinstance(one, DataError) for sample in one]
        figures = {"epoch": first / len(self._transitions), "unreadable": float(self._unreadable)}
        return Supply(samples=tuple(samples), figures=figures)

    async def _made(self, number: int, turn: int, begun: bool) -> tuple[TrainSample, ...] | DataError:
        try:
            rng = np.random.default_rng([self._seed, turn])
            return await self._shown.samples(self._transitions[number], rng, begun=begun)
        except DataError as error:
            return error

    def state(self) -> dict[str, Any]:
        return {"taken": self._cycle.taken, "unreadable": self._unreadable}

    def restore(self, state: dict[str, Any]) -> None:
        self._cycle.taken, self._unreadable = int(state["taken"]), int(state["unreadable"])
