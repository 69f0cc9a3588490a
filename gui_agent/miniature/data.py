"""Stored expert episodes as what the miniature learns from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from device_farm.errors import DataError
from gui_agent.datasets.types import ExpertStep, Trajectory
from gui_agent.miniature.elements import elements_of, pointed_at
from gui_agent.miniature.kinds import encode, thought_of
from gui_agent.models.prompt import ScreenPrompt


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """`left_out` are demonstrations that the miniature's decisions cannot say, by the reason."""

    trajectories: tuple[Trajectory, ...]
    left_out: dict[str, str]


def prepare(trajectories: Iterable[Trajectory], *, thoughts: bool = False) -> Prepared:
    """Those that succeeded and can be said. `thoughts` puts the miniature's own words to every step; experts have none.

    The box of a slider is taken away: where it is touched is what the touch means.
    """
    kept, left_out = [], {}
    for trajectory in trajectories:
        if not trajectory.success:
            left_out[trajectory.id] = "it did not succeed"
            continue
        try:
            steps = tuple(_step(trajectory.goal, step, thoughts=thoughts) for step in trajectory.steps)
        except DataError as error:
            left_out[trajectory.id] = str(error)
            continue
        kept.append(replace(trajectory, steps=steps))
    return Prepared(trajectories=tuple(kept), left_out=left_out)


def _step(goal: str, step: ExpertStep, *, thoughts: bool) -> ExpertStep:
    if step.tree is None:
        raise DataError("a step has no UI tree", field="tree", fix="collect with UI trees")
    prompt = ScreenPrompt(goal=goal, screen=step.screen.size, tree=step.tree)
    encode(step.action, prompt)
    boxes = () if _is_slider(step) else step.boxes
    return replace(step, thought=thought_of(step.action, prompt) if thoughts else "", boxes=boxes)


def _is_slider(step: ExpertStep) -> bool:
    at = getattr(step.action, "at", None)
    if at is None or step.tree is None:
        return False
    elements = elements_of(step.tree)
    found = pointed_at(elements, at)
    return found is not None and elements[found[0]].node.role.endswith("SeekBar")


def small_part(trajectories: Sequence[Trajectory], seeds: int) -> list[Trajectory]:
    """The first `seeds` demonstrations of every template, in their order."""
    counts: dict[str, int] = {}
    part = []
    for trajectory in sorted(trajectories, key=_seed):
        template = trajectory.id.split("/")[1]
        counts[template] = counts.get(template, 0) + 1
        if counts[template] <= seeds:
            part.append(trajectory)
    return part


def _seed(trajectory: Trajectory) -> tuple[int, str]:
    return int(trajectory.id.rsplit("/", 1)[1]), trajectory.id


def reworded(trajectory: Trajectory) -> Trajectory:
    """The same demonstration with thoughts in another's words: what the miniature itself never writes."""
    steps = tuple(replace(step, thought=_other_words(step)) for step in trajectory.steps)
    return replace(trajectory, steps=steps)


def _other_words(step: ExpertStep) -> str:
    doing = " ".join(re.findall("[A-Z][a-z]+", type(step.action).__name__)).lower()
    return f"Next I should {doing} {step.thought or 'here'} to get closer to the goal"
