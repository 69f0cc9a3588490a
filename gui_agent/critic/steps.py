"""Correct steps of stored runs, and the matcher's word on what else would have been right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from device_farm.types.action import Action, Answer, Terminate, Wait
from device_farm.types.trajectory import Episode, Step
from gui_agent.critic.reflux import known_wrong
from gui_agent.datasets.episodes import RunScreens, action_boxes
from gui_agent.datasets.types import ExpertStep, ScreenRef
from gui_agent.export.base import selected
from gui_agent.matching.base import Matcher
from gui_agent.matching.strict import StrictMatcher
from gui_agent.store.layout import Layout
from gui_agent.store.reader import RunReader
from gui_agent.store.record import StoredEpisode
from verifier.case import case_of
from verifier.reward_model.critic import proposal_at
from verifier.reward_model.data import CorrectStep, Equivalent
from verifier.reward_model.perturbation import does_something


def correct_steps(reader: RunReader) -> Iterator[CorrectStep]:
    """The steps of every episode with reward 1 that brought it nearer, with their UI trees and without pixels.

    Left out is what even a success may hold by mistake: what was not carried out or changed nothing, detours that led
    back to a screen seen before, and what critics called wrong. Raises DataError for a damaged episode or tree.
    """
    for stored in selected(reader, success_only=True):
        yield from _of_episode(with_trees(reader, stored))


def with_trees(reader: RunReader, stored: StoredEpisode) -> Episode:
    """The episode whose steps have their UI trees, but no pixels. Raises DataError."""
    steps = tuple(
        replace(step, observation=replace(step.observation, ui_tree=None if tree is None else reader.tree(tree)))
        for step, tree in zip(stored.episode.steps, stored.trees, strict=True)
    )
    return replace(stored.episode, steps=steps)


def _of_episode(episode: Episode) -> Iterator[CorrectStep]:
    case, around = case_of(episode), _detours(episode)
    for at, step in enumerate(episode.steps):
        if step.action is None or step.error or at in around or _idle(step) or known_wrong(step.review):
            continue
        yield CorrectStep(
            proposal=proposal_at(case, at, step.action),
            app=step.observation.foreground.app,
            origin=f"{episode.id}/{step.index}",
            more_to_do=any(does_something(later.action) for later in episode.steps[at:]),
            previous=episode.steps[at - 1].action if at else None,
        )


def _idle(step: Step) -> bool:
    """Whether the action was to change the screen, and did not."""
    unseen = isinstance(step.action, Wait | Answer | Terminate)
    return not unseen and step.changed is not None and step.changed.area == 0


def _detours(episode: Episode) -> set[int]:
    """The steps between two looks at the same screen, pixel by pixel; none where screens were not kept."""
    shots = [step.observation.screenshot for step in episode.steps]
    last = {shot.digest: at for at, shot in enumerate(shots) if shot is not None}
    return {
        between
        for at, shot in enumerate(shots)
        if shot is not None
        for between in range(at, last[shot.digest])
        if not isinstance(episode.steps[between].action, Answer)
    }


def equivalent_by(matcher: Matcher | None = None) -> Equivalent:
    """Whether the matcher (default: the strict one) takes an action for as right as the step's own."""
    judge = matcher or StrictMatcher()

    def equivalent(step: CorrectStep, action: Action) -> bool:
        return judge.match("", action, _as_expert_step(step)).exact

    return equivalent


def _as_expert_step(step: CorrectStep) -> ExpertStep:
    screen = step.proposal.screen
    # A matcher looks at the size alone; nothing is ever read from here.
    shown = ScreenRef(key="", size=screen.screen, source=RunScreens(layout=Layout(Path())))
    boxes = action_boxes(step.proposal.action, screen.ui_tree, screen.screen)
    return ExpertStep(screen=shown, action=step.proposal.action, boxes=boxes, tree=screen.ui_tree)
