"""What an imagined future is worth to the embedded verifier: how far the goal's checks hold in the state behind it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from device_farm.device import Device
from device_farm.errors import FarmError
from device_farm.types.action import Answer, Terminate
from device_farm.types.task import Platform
from verifier.planner.standing import Standing, Watch
from world_model.imagination.types import Branch
from world_model.predictors.forks import Appraise
from world_model.sketch.sketch import Sketch

UNFINISHED: Final = -0.5
"""An end before the goal is reached: worse than any state from which it might still be."""


def worth_of(standing: Standing) -> float:
    """The share of the goal's checks that hold; half of it where all do and something else has changed as well."""
    share = standing.held / standing.checks
    return share / 2 if share == 1 and not standing.clean else share


async def appraiser(goal: str, platform: Platform, device: Device) -> Appraise | None:
    """What copies of `device` are worth, by the plan of the goal bound to its present state, in which the task begins.

    None where its state will not tell, or cannot be read.
    """
    try:
        watch = await Watch.begin(goal, platform, device)
    except FarmError:
        return None
    if watch is None:
        return None

    async def appraise(copy: Device) -> float | None:
        try:
            standing = await watch.standing(copy)
        except FarmError:
            return None
        return None if standing is None else worth_of(standing)

    return appraise


class StateValue:
    """A branch is worth what its last state is, as it was read in the copy; one that ends the episode in a state that
    is not worth 1, `UNFINISHED`. `present` says what the device is worth now, for actions that touch none.

    Where the state of some branch could not be read, all are worth 0: there is nothing to choose by.
    """

    def __init__(self, present: Callable[[], Awaitable[float | None]]) -> None:
        self._present = present

    async def values(self, goal: str, now: Sketch, branches: Sequence[Branch]) -> tuple[float, ...]:
        ends = any(isinstance(branch.first, Answer | Terminate) for branch in branches)
        present = await self._present() if ends else None
        found = [_of_branch(branch, present) for branch in branches]
        known = tuple(value for value in found if value is not None)
        return known if len(known) == len(found) else (0.0,) * len(found)


def _of_branch(branch: Branch, present: float | None) -> float | None:
    ends = isinstance(branch.steps[-1].action, Answer | Terminate)
    acted = branch.steps[:-1] if ends else branch.steps
    worth = acted[-1].prediction.worth if acted else present
    if ends and worth is not None and worth < 1:
        return UNFINISHED
    return worth
