"""From the steps of stored episodes to transitions, and the count of what is none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from device_farm.errors import DataError
from device_farm.types.action import Answer, Terminate
from device_farm.types.codec.json import type_name
from device_farm.types.observation import Observation
from device_farm.types.trajectory import InfraError, Step, Undecided
from gui_agent.export.base import selected
from gui_agent.store.reader import RunReader
from gui_agent.store.record import StoredEpisode
from world_model.learning.transition import Transition
from world_model.sketch.digest import sketch_digest
from world_model.sketch.observed import sketch_of
from world_model.sketch.sketch import Sketch


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A transition that was seen on a device. `origin` names it: episode and index of the step."""

    transition: Transition
    origin: str

    @property
    def template(self) -> str:
        return self.transition.template

    @property
    def apps(self) -> frozenset[str]:
        """The applications whose screens it shows."""
        return frozenset({self.transition.before.app, self.transition.after.app})

    @property
    def kind(self) -> str:
        """The type of the action, as documents write it."""
        return type_name(type(self.transition.action))

    @property
    def shown(self) -> tuple[str, str, str, str]:
        """Equal for transitions that teach the same: both screens, action and goal."""
        told = self.transition
        return sketch_digest(told.before), repr(told.action), told.goal, sketch_digest(told.after)


def recorded(reader: RunReader, skipped: Counter[str], *, success_only: bool = False) -> Iterator[Recorded]:
    """The transitions of the last attempt at each task. What is left out is counted in `skipped`, in steps:

    - `infra_error`, `undecided`: attempts that broke, or that nobody could judge: what their device showed is in doubt;
    - `no_action`: the policy's reply did not parse;
    - `refused`: the device would not carry the action out;
    - `ends`: answers and ends of an episode, which touch no device;
    - `no_screen`: the attempt stopped before the screen after the step was seen;
    - `no_tree`: a screen without a UI tree, or without one that can be sketched.

    Raises DataError for a damaged episode or tree.
    """
    for stored in selected(reader, success_only=success_only):
        outcome = stored.episode.outcome
        if isinstance(outcome, InfraError | Undecided):
            skipped[outcome.kind] += len(stored.episode.steps)
            continue
        yield from _of_episode(reader, stored, skipped)


def _of_episode(reader: RunReader, stored: StoredEpisode, skipped: Counter[str]) -> Iterator[Recorded]:
    task, steps = stored.episode.task, stored.episode.steps
    screens: list[Observation | None] = [*(step.observation for step in steps), stored.episode.final]
    trees = [*stored.trees, stored.final_tree]
    sketched: dict[int, Sketch | None] = {}
    for at, step in enumerate(steps):
        if (reason := _no_transition(step, screens[at + 1])) is not None:
            skipped[reason] += 1
            continue
        for index in (at, at + 1):
            if index not in sketched:
                sketched[index] = _sketch(reader, screens[index], trees[index])
        before, after, action = sketched[at], sketched[at + 1], step.action
        if before is None or after is None or action is None:
            skipped["no_tree"] += 1
            continue
        transition = Transition(
            before=before,
            action=action,
            after=after,
            goal=task.goal,
            platform=task.platform,
            template=task.template,
        )
        yield Recorded(transition=transition, origin=f"{stored.episode.id}/{step.index}")


def _no_transition(step: Step, after: Observation | None) -> str | None:
    if step.action is None:
        return "no_action"
    if isinstance(step.action, Answer | Terminate):
        return "ends"
    if step.error:
        return "refused"
    return "no_screen" if after is None else None


def _sketch(reader: RunReader, screen: Observation | None, tree: str | None) -> Sketch | None:
    """None where there is nothing to sketch. Raises DataError for a tree that is lost or damaged."""
    if screen is None or tree is None:
        return None
    whole = replace(screen, ui_tree=reader.tree(tree))
    try:
        return sketch_of(whole)
    except DataError:
        return None
