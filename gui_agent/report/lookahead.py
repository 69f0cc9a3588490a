"""What was imagined before each step, beside what the screen really became."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from device_farm.errors import DataError
from device_farm.types.action import Answer, Terminate
from device_farm.types.codec.json import encode
from device_farm.types.geometry import Size
from device_farm.types.trajectory import Step
from gui_agent.store.reader import RunReader
from gui_agent.store.record import StoredEpisode
from world_model.matching.scores import score_lines
from world_model.sketch.observed import sketch_of
from world_model.sketch.parsing import parse_sketch
from world_model.sketch.printing import print_sketch
from world_model.sketch.sketch import Sketch


def lookahead_content(reader: RunReader, stored: StoredEpisode) -> list[dict[str, Any] | None]:
    """One a step: its lookahead as JSON, with the screen behind the step as `real` and the F1 of what was imagined of
    it as `agreement`; both are null where there is nothing to compare. None where nobody looked ahead.
    """
    told: list[dict[str, Any] | None] = []
    for at, step in enumerate(stored.episode.steps):
        if step.lookahead is None:
            told.append(None)
            continue
        imagined, real = foreseen(step), _screen_after(reader, stored, at)
        content: Any = encode(step.lookahead)
        if imagined is None or real is None:
            told.append({**content, "real": None, "agreement": None})
            continue
        agreement = score_lines(imagined.lines, real.lines).f1
        told.append({**content, "real": print_sketch(real), "agreement": agreement})
    return told


def foreseen(step: Step) -> Sketch | None:
    """The screen that was imagined of the action that was taken; None where there was none, or it touches no device."""
    lookahead = step.lookahead
    if lookahead is None or step.error or isinstance(step.action, Answer | Terminate):
        return None
    for branch in lookahead.branches:
        if branch and branch[0].action == step.action and branch[0].screen is not None:
            return parse_sketch(branch[0].screen, Sketch(screen=Size(1, 1))).sketch
    return None


def _screen_after(reader: RunReader, stored: StoredEpisode, at: int) -> Sketch | None:
    episode = stored.episode
    if at + 1 < len(episode.steps):
        screen, tree = episode.steps[at + 1].observation, stored.trees[at + 1]
    elif episode.final is not None:
        screen, tree = episode.final, stored.final_tree
    else:
        return None
    try:
        return None if tree is None else sketch_of(replace(screen, ui_tree=reader.tree(tree)))
    except DataError:
        # The report names damaged trees itself.
        return None
