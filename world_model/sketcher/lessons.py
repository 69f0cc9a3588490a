"""What one example teaches, by the order of its lines: what is said before each place, what should be said there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import assert_never

import numpy as np

from world_model.learning.fixed_order import fixed_order
from world_model.learning.matched_order import matched_order
from world_model.learning.random_order import random_orders
from world_model.learning.soft_places import soft_places
from world_model.learning.transition import Transition
from world_model.sketch.sketch import Sketch, SketchLine
from world_model.sketcher.batch import MAX_LINES
from world_model.sketcher.features import Items, items_of
from world_model.sketcher.orders import Order
from world_model.sketcher.said import Said, Sayings, Scene, scene_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A transition as a sketcher can say it: `true` holds the lines that it can, in fixed order, `said` how. `unsaid`
    counts those that it cannot.
    """

    scene: Scene
    items: Items
    true: Sketch
    said: dict[SketchLine, Said]
    header: int
    unsaid: int

    @property
    def teaches(self) -> bool:
        return bool(self.true.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """`before` are the lines said, so that place i follows the first i of them. `places` are (place, line or None for
    the end, weight).
    """

    before: tuple[Said, ...]
    places: tuple[tuple[int, Said | None, float], ...]


def example_of(transition: Transition, sayings: Sayings) -> Example:
    """At most MAX_LINES lines, no two that need the same choice."""
    scene, after = scene_of(transition.question), fixed_order(transition.after)
    header = sayings.vocabulary.header_of.get((after.app, after.window), 0)
    found: dict[SketchLine, Said] = {}
    taken: set[tuple[str, int]] = set()
    for line in after.lines:
        said = sayings.said(line, scene, after.app)
        if said is not None and said[:2] not in taken and len(found) < MAX_LINES:
            taken.add(said[:2])
            found[line] = said
    same = (after.app, after.window) == (transition.before.app, transition.before.window)
    return Example(
        scene=scene,
        items=items_of(scene),
        true=replace(after, lines=tuple(found)),
        said=found,
        header=0 if same else header,
        unsaid=len(after.lines) - len(found),
    )


def lesson(
    example: Example,
    order: Order,
    rng: np.random.Generator,
    *,
    own: Sequence[Said] = (),
    shown: Sequence[SketchLine | None] = (),
) -> Lesson:
    """`own` is what the model itself says, `shown` what each of that comes out as; for matched and transport. Where
    nothing is said, these are the fixed order.
    """
    match order:
        case "fixed":
            return in_order(example, example.true)
        case "random":
            return in_order(example, random_orders(example.true, 1, rng)[0])
        case "matched":
            lines = tuple(dict.fromkeys(line for line in shown if line is not None))
            return in_order(example, matched_order(example.true, replace(example.true, lines=lines)))
        case "transport":
            return transported(example, own, shown)
        case _:
            assert_never(order)


def in_order(example: Example, target: Sketch) -> Lesson:
    """One line a place, then the end, each with weight 1."""
    said = tuple(example.said[line] for line in target.lines)
    places = tuple((at, one, 1.0) for at, one in enumerate(said))
    return Lesson(before=said, places=(*places, (len(said), None, 1.0)))


def transported(example: Example, own: Sequence[Said], shown: Sequence[SketchLine | None]) -> Lesson:
    """As `soft_places` has it, behind what the model says itself; where that is nothing, the fixed order.

    A line is not taught at a place before which it is said already, where it could not be said again.
    """
    kept = [(said, line) for said, line in zip(own, shown, strict=True) if line is not None]
    if not kept:
        return in_order(example, example.true)
    said_at = {said[:2]: at for at, (said, _) in reversed(list(enumerate(kept)))}
    places: list[tuple[int, Said | None, float]] = []
    for at, line, weight in soft_places([line for _, line in kept], example.true.lines):
        said = None if line is None else example.said[example.true.lines[line]]
        if said is None or said_at.get(said[:2], len(kept) + 1) >= at:
            places.append((at, said, weight))
    return Lesson(before=tuple(said for said, _ in kept), places=tuple(places))
