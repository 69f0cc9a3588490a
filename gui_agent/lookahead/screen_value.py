"""What an imagined future is worth where only its screens are known."""

from __future__ import annotations

from collections.abc import Sequence

from device_farm.types.action import Answer, Terminate
from device_farm.types.observation import Foreground, Observation
from device_farm.types.task import Platform
from device_farm.types.trajectory import Step
from verifier.case import Case
from verifier.judges.reader import read_trajectory
from world_model.imagination.types import Branch
from world_model.sketch.sketch import Sketch
from world_model.sketch.tree import tree_of


class OwnValue:
    """0 for a first action that the device would refuse, else 1: the policy's own is taken, unless it would be refused.

    It knows nothing of the goal. An action that changes nothing is left alone, too: to tap a field that has the focus
    already, or to press home at home, belongs to the habits of learnt policies, which go on worse without.
    """

    async def values(self, goal: str, now: Sketch, branches: Sequence[Branch]) -> tuple[float, ...]:
        return tuple(0.0 if branch.steps[0].prediction.refused else 1.0 for branch in branches)


class ScreenValue:
    """1 for a branch whose imagined screens show the rule-based reader of whole trajectories all that the goal asks
    for, saved and not undone; else 0. Half-way is worth nothing: a dialog that names a file is no file.

    The reader sees no state and forgets what was done before this decision. No model is asked.
    """

    def __init__(self, platform: Platform) -> None:
        self._platform: Platform = platform

    async def values(self, goal: str, now: Sketch, branches: Sequence[Branch]) -> tuple[float, ...]:
        """`now` is the screen before every branch."""
        return tuple(self._of_branch(goal, now, branch) for branch in branches)

    def _of_branch(self, goal: str, now: Sketch, branch: Branch) -> float:
        screens = [now, *(one.prediction.sketch for one in branch.steps if one.prediction.sketch is not None)]
        seen = [observation_of(screen, self._platform, at) for at, screen in enumerate(screens)]
        steps = tuple(
            Step(index=at, observation=before, action=one.action, error=one.prediction.refused)
            for at, (before, one) in enumerate(zip(seen, branch.steps, strict=False))
            if not isinstance(one.action, Answer | Terminate)
        )
        answers = [one.action.text for one in branch.steps if isinstance(one.action, Answer)]
        case = Case(
            goal=goal,
            platform=self._platform,
            steps=steps,
            final=seen[-1],
            answer=answers[-1] if answers else None,
            claimed=None,
            stop="step_budget",
        )
        reading = read_trajectory(case)
        return 1.0 if reading.decision == "success" and all(piece.holds for piece in reading.evidence) else 0.0


def observation_of(sketch: Sketch, platform: Platform, sequence: int = 0) -> Observation:
    """The imagined screen as whatever reads screens knows them, without pixels."""
    return Observation(
        sequence=sequence,
        screen=sketch.screen,
        orientation="portrait" if sketch.screen.height >= sketch.screen.width else "landscape",
        device_time_s=0.0,
        foreground=Foreground(app=sketch.app, window=sketch.window),
        ui_tree=tree_of(sketch, platform),
    )
