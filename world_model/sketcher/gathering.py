"""The vocabulary of a set of transitions."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from device_farm.errors import DataError
from device_farm.types.geometry import Size
from world_model.learning.transition import Transition
from world_model.sketch.sketch import SketchLine
from world_model.sketcher.said import edit_between, scene_of, slot_of, source_of
from world_model.sketcher.vocabulary import Edit, Entry, Vocabulary


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What is kept: the most frequent, each seen in at least `least` transitions. A line that is seen under fewer than
    `goals` goals, with a text that stands in the question, becomes a slot. Shifts are rounded to `step_px`.
    """

    least: int = 2
    goals: int = 3
    entries: int = 2500
    edits: int = 96
    step_px: int = 20


def gathered(transitions: Sequence[Transition], limits: Limits | None = None) -> Vocabulary:
    """Assumes nothing of their order. Raises DataError where there is no transition."""
    if not transitions:
        raise DataError("there is no transition to learn from", field="data")
    limits = limits or Limits()
    sizes: Counter[Size] = Counter(one.before.screen for one in transitions)
    headers: Counter[tuple[str, str]] = Counter((one.after.app, one.after.window) for one in transitions)
    edits = _edits(transitions, limits)
    kept = [(entry, count) for entry, count in _entries(transitions, limits).items() if count >= limits.least]
    kept.sort(key=lambda one: (-one[1], repr(one[0])))
    first = sorted(kept[: limits.entries], key=lambda one: one[0].app)
    return Vocabulary(
        screen=max(sizes, key=lambda size: (sizes[size], size.width, size.height)),
        entries=tuple(entry for entry, _ in first),
        edits=(Edit(), *edits),
        headers=(("", ""), *sorted(headers)),
    )


def _entries(transitions: Sequence[Transition], limits: Limits) -> Counter[Entry]:
    goals: defaultdict[SketchLine, set[str]] = defaultdict(set)
    for one in transitions:
        for line in (*one.before.lines, *one.after.lines):
            goals[line].add(one.goal)
    counts: Counter[Entry] = Counter()
    for one in transitions:
        scene, there = scene_of(one.question), set(one.before.lines)
        found: set[Entry] = set()
        for line in one.after.lines:
            own = len(goals[line]) < limits.goals
            if own and line not in there and source_of(scene, line.text) is not None:
                found.add(slot_of(line, one.after.app))
            else:
                found.add(Entry(line=line, app=one.after.app))
        counts.update(found)
    return counts


def _edits(transitions: Sequence[Transition], limits: Limits) -> list[Edit]:
    counts: Counter[Edit] = Counter()
    for one in transitions:
        there: dict[tuple[str, str, int], SketchLine] = {
            (line.label, line.text, line.box.left): line for line in one.before.lines
        }
        known = set(one.before.lines)
        edits = {
            edit_between(there[key], line, limits.step_px)
            for line in one.after.lines
            if line not in known and (key := (line.label, line.text, line.box.left)) in there
        }
        counts.update(edits - {Edit()})
    kept = [edit for edit, count in counts.items() if count >= limits.least]
    kept.sort(key=lambda edit: (-counts[edit], repr(edit)))
    return kept[: limits.edits]
