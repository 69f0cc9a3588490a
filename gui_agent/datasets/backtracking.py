"""Planning with a look back: the actions that led to a screen, and the next one.

ScaleTrack (arXiv 2505.00416): (a_{t-k}, …, a_{t-1}, a_t) = M(goal, a_1 … a_{t-k-1}, o_{t-k} … o_t), with k = 1 there.
UItron (arXiv 2508.21767) has the first part as a task of its own: what was done between these screens?

A look back is asked for only where its answer shows: two equal screens tell nothing of the action between them, and a
text that was typed must be found on the screen behind it, so that of a password is not asked for. A step that the
dialect cannot say ends a trajectory's samples, as later histories would lack it. The first k steps have no sample.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from device_farm.errors import DialectError
from device_farm.types.action import Answer, Terminate, TypeText, Wait
from device_farm.types.codec.dialect import Dialect
from device_farm.types.codec.space import CoordinateSpace
from gui_agent.datasets.questions import Dialogue, Exchange, QuestionKind
from gui_agent.datasets.types import ExpertStep, Trajectory
from gui_agent.policies.prompts import first_message, system_prompt

_BACK = "Write in that form the action that was taken on each screen but the last, oldest first, one below the other."
_BOTH = f"{_BACK} Then write the next action, on the last screen."


@dataclass(frozen=True, slots=True, kw_only=True)
class BacktrackingSettings:
    """`depth` is how many actions are to be found, k. `plan` asks for the next one, too, of trajectories that
    succeeded; the others get the look back alone. `thoughts` writes the demonstrated thought before the next action.
    """

    depth: int = 1
    plan: bool = True
    thoughts: bool = True


def backtracking_dialogues(
    trajectories: Iterable[Trajectory],
    dialect: Dialect,
    space: Callable[[ExpertStep], CoordinateSpace],
    settings: BacktrackingSettings | None = None,
) -> list[Dialogue]:
    """One dialogue of one turn for each step that can be looked back from. Raises ValueError for a depth below 1."""
    settings = settings or BacktrackingSettings()
    if settings.depth < 1:
        raise ValueError(f"a look back of {settings.depth} actions is none")
    made: list[Dialogue] = []
    for trajectory in trajectories:
        for index in range(settings.depth, len(trajectory.steps)):
            if not all(_shows(trajectory.steps, at) for at in range(index - settings.depth, index)):
                continue
            try:
                made.append(_dialogue(trajectory, index, dialect, space, settings))
            except DialectError:
                break
    return made


def _shows(steps: Sequence[ExpertStep], index: int) -> bool:
    """Whether the screen behind a step tells what was done on it."""
    step, after = steps[index], steps[index + 1]
    if isinstance(step.action, Answer | Terminate | Wait) or not step.screen.key or step.screen.key == after.screen.key:
        return False
    if isinstance(step.action, TypeText) and after.tree is not None:
        typed = step.action.text.strip()
        return any(typed in node.text or typed in node.value for node in after.tree.walk())
    return True


def _dialogue(
    trajectory: Trajectory,
    index: int,
    dialect: Dialect,
    space: Callable[[ExpertStep], CoordinateSpace],
    settings: BacktrackingSettings,
) -> Dialogue:
    """Raises DialectError where the dialect has no word for a step up to this one."""

    def said(step: ExpertStep, thought: str = "") -> str:
        return dialect.format(step.action, thought, space(step))

    steps, first = trajectory.steps, index - settings.depth
    planned = settings.plan and trajectory.success
    answers = [said(step) for step in steps[first:index]]
    if planned:
        answers.append(said(steps[index], steps[index].thought if settings.thoughts else ""))
    done = [f"{number + 1}. {' '.join(said(step).split())}" for number, step in enumerate(steps[:first])]
    before = ["Actions before the first of these screens:", *done] if done else []
    kind: QuestionKind = "backtrack_and_plan" if planned else "backtrack"
    return Dialogue(
        system=system_prompt(dialect.name, space(steps[index])),
        screens=steps[first : index + 1],
        exchanges=(Exchange(kind=kind, question=_BOTH if planned else _BACK, answer="\n".join(answers)),),
        origin=f"{trajectory.origin}#{index}/{kind}",
        head="\n".join([first_message(trajectory.goal), *before]),
    )
