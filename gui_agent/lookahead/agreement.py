"""What was imagined of an episode beside what its screens became, and the figures of a run that looked ahead."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from math import fsum
from statistics import fmean
from typing import Any, Final

from device_farm.errors import DataError
from device_farm.types.action import Answer, Terminate
from device_farm.types.geometry import Size
from device_farm.types.trajectory import ImaginedScreen, Step, StepLookahead
from gui_agent.store.reader import RunReader
from gui_agent.store.record import StoredEpisode
from world_model.matching.scores import score_lines
from world_model.sketch.observed import sketch_of
from world_model.sketch.parsing import parse_sketch
from world_model.sketch.sketch import Sketch

RIGHT: Final = 0.9
"""From this F1 on an imagined screen counts as the one that came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One imagined screen and what it became. `depth` is how many actions lie between, from 1 on."""

    depth: int
    imagined: Sketch
    real: Sketch

    @property
    def f1(self) -> float:
        return score_lines(self.imagined.lines, self.real.lines).f1


def outcomes(reader: RunReader, stored: StoredEpisode, at: int) -> tuple[Outcome, ...]:
    """What was imagined before step `at` of the actions that were then taken, as deep as some branch goes along with
    them; none where nobody looked ahead. It ends at an action that was refused, or that touches no device.
    """
    steps = stored.episode.steps
    ahead = steps[at].lookahead
    if ahead is None:
        return ()
    found: list[Outcome] = []
    branches = list(ahead.branches)
    for depth, step in enumerate(steps[at:], start=1):
        branches = [branch for branch in branches if len(branch) >= depth and branch[depth - 1].action == step.action]
        if not branches or step.error or isinstance(step.action, Answer | Terminate):
            break
        imagined, real = _read(branches[0][depth - 1]), screen_after(reader, stored, at + depth - 1)
        if imagined is not None and real is not None:
            found.append(Outcome(depth=depth, imagined=imagined, real=real))
    return tuple(found)


def _read(screen: ImaginedScreen) -> Sketch | None:
    return None if screen.screen is None else parse_sketch(screen.screen, Sketch(screen=Size(1, 1))).sketch


def screen_after(reader: RunReader, stored: StoredEpisode, at: int) -> Sketch | None:
    """What the screen showed behind step `at`; None where it was not seen, or its tree is damaged."""
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
        return None


def lookahead_figures(reader: RunReader) -> dict[str, Any]:
    """`steps` that were looked ahead of, `changed` where another action than the policy's own was taken, `fell_back`
    where its own was taken because something failed, by `reasons`; `faults` by kind; `ms_per_step` and
    `tokens_per_step` of looking ahead alone. `agreement` is of what was imagined of the actions taken with what came,
    by depth, over `n` screens: the mean F1, and which share was `right`, with an F1 of `RIGHT` or more. Raises
    DataError for a damaged episode.
    """
    told: list[tuple[Step, StepLookahead]] = []
    agreeing: dict[int, list[float]] = {}
    for stored in reader.episodes():
        for at, ahead in _looked(stored.episode.steps):
            told.append((stored.episode.steps[at], ahead))
            for outcome in outcomes(reader, stored, at):
                agreeing.setdefault(outcome.depth, []).append(outcome.f1)
    aheads = [ahead for _, ahead in told]
    n = max(1, len(told))
    return {
        "steps": len(told),
        "changed": sum(step.action != ahead.reactive for step, ahead in told),
        "fell_back": sum(ahead.fell_back for ahead in aheads),
        "reasons": _counted(ahead.reason for ahead in aheads),
        "faults": _counted(fault.partition(":")[0] for ahead in aheads for fault in ahead.faults),
        "ms_per_step": round(fsum(ahead.ms for ahead in aheads) / n, 1),
        "tokens_per_step": round(sum(ahead.prompt_tokens + ahead.completion_tokens for ahead in aheads) / n, 1),
        "agreement": {
            str(depth): {
                "f1": round(fmean(values), 4),
                "right": round(fmean(value >= RIGHT for value in values), 4),
                "n": len(values),
            }
            for depth, values in sorted(agreeing.items())
        },
    }


def _looked(steps: Iterable[Step]) -> Iterator[tuple[int, StepLookahead]]:
    for at, step in enumerate(steps):
        if step.lookahead is not None:
            yield at, step.lookahead


def _counted(names: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(names).items()))


def figures_line(figures: dict[str, Any]) -> str:
    """The figures in a sentence."""
    parts = [f"looked ahead of {figures['steps']} actions, changed {figures['changed']}"]
    if figures["fell_back"]:
        faults = ", ".join(f"{count} {kind}" for kind, count in figures["faults"].items())
        parts.append(f"the policy's own was taken blindly {figures['fell_back']} times ({faults})")
    parts += [f"depth {depth} agreed at F1 {told['f1']:.3f}" for depth, told in figures["agreement"].items()]
    tokens = f" and {figures['tokens_per_step']:.0f} tokens" if figures["tokens_per_step"] else ""
    return ", ".join([*parts, f"{figures['ms_per_step']:.0f} ms{tokens} a step"])
