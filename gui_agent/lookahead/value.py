"""What an imagined future is worth where no model is asked: whether it can be, or what of the goal it shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from device_farm.types.observation import Foreground, Observation
from device_farm.types.task import Platform
from verifier.judges.checks import Check, checks_of
from verifier.judges.goal import wanted_of
from verifier.judges.seen import read_screen
from world_model.imagination.types import Branch
from world_model.sketch.sketch import Sketch
from world_model.sketch.tree import tree_of

LATER: Final = 0.1
"""What a screen loses by every action before it: of equal ends the sooner, so that nothing is put off for ever."""


class OwnValue:
    """0 for a first action that the device would refuse, else 1: the policy's own is taken, unless it would be refused.

    It knows nothing of the goal. An action that changes nothing is left alone, too: to tap a field that has the focus
    already, or to press home at home, belongs to the habits of learnt policies, which go on worse without.
    """

    async def values(self, goal: str, now: Sketch, branches: Sequence[Branch]) -> tuple[float, ...]:
        return tuple(0.0 if branch.steps[0].prediction.refused else 1.0 for branch in branches)


class ReaderValue:
    """The checks of the rule-based reader of screens, asked of each screen of a branch. A screen k actions behind the
    first is worth held / checks − `LATER`·k, and a branch what its best screen is: at most 1.

    What a screen contradicts does not count against it: a switch that is still off, a text that is not saved yet, are
    on the way to the goal. A screen that complains holds nothing. A goal that names nothing a screen could show makes
    all screens alike, so that every branch is worth 0 and there is nothing to choose by. The reader sees what stands on
    a screen, and no progress that the goal has no word for.
    """

    def __init__(self, platform: Platform) -> None:
        self._platform: Platform = platform

    async def values(self, goal: str, now: Sketch, branches: Sequence[Branch]) -> tuple[float, ...]:
        """`now` counts where a branch has no screen."""
        checks = checks_of(wanted_of(goal), None)
        return tuple(self._of_branch(branch, now, checks) for branch in branches)

    def _of_branch(self, branch: Branch, now: Sketch, checks: Sequence[Check]) -> float:
        screens = [step.prediction.sketch for step in branch.steps if step.prediction.sketch is not None] or [now]
        return max(self._of_screen(screen, checks) - LATER * at for at, screen in enumerate(screens))

    def _of_screen(self, sketch: Sketch, checks: Sequence[Check]) -> float:
        seen = read_screen(observation_of(sketch, self._platform))
        if seen is None or seen.complaint or not checks:
            return 0.0
        return sum(check.ask(seen).holds is True for check in checks) / len(checks)


def observation_of(sketch: Sketch, platform: Platform) -> Observation:
    """The imagined screen as whatever reads screens knows them, without pixels."""
    return Observation(
        sequence=0,
        screen=sketch.screen,
        orientation="portrait" if sketch.screen.height >= sketch.screen.width else "landscape",
        device_time_s=0.0,
        foreground=Foreground(app=sketch.app, window=sketch.window),
        ui_tree=tree_of(sketch, platform),
    )
