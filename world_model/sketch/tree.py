"""From a sketch back to a UI tree, so that whatever reads trees can read what was imagined."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from device_farm.types.elements import cut_off
from device_farm.types.geometry import Rect
from device_farm.types.task import Platform
from device_farm.types.ui_tree import UiNode, UiState, UiTree
from world_model.sketch.labels import implied_states, role_of
from world_model.sketch.sketch import Sketch, SketchLine

_DEPTH: Final = 12
"""Deeper nesting than screens have; boxes of a model that loops may be nested a thousand times."""


def tree_of(sketch: Sketch, platform: Platform) -> UiTree:
    """One window. A line is a child of the smallest line whose box holds its own, so that it is drawn on top of it.

    `sketch_of` of such a tree gives the lines back where none covers another that does not hold it.
    """
    drawn = sorted(sketch.lines, key=lambda line: -line.box.area)
    parents = _parents(drawn)
    children: list[list[UiNode]] = [[] for _ in range(len(drawn) + 1)]
    # From the smallest on: a node is made when all that it holds is made.
    for index in reversed(range(len(drawn))):
        node = _node(drawn[index], sketch.app, platform, tuple(reversed(children[index])))
        children[parents[index]].append(node)
    frame = Rect(0, 0, sketch.screen.width, sketch.screen.height)
    root = "android.widget.FrameLayout" if platform == "android" else "frame"
    states: frozenset[UiState] = frozenset({"enabled", "visible"})
    held = tuple(reversed(children[-1]))
    return UiTree(roots=(UiNode(role=root, bounds=frame, app=sketch.app, states=states, children=held),))


def _parents(drawn: Sequence[SketchLine]) -> list[int]:
    """For every line of a list that begins with the largest, the index of the smallest that holds it; -1: none does.

    What touches the edge of a scrolling area would count as cut off by it, so it goes to what holds the area.
    """
    areas = ["scrollable" in node_states(line) for line in drawn]
    parents: list[int] = []
    depths = [0] * (len(drawn) + 1)
    for index, line in enumerate(drawn):
        holding = (
            at
            for at in reversed(range(index))
            if depths[at] < _DEPTH
            and line.box.intersect(drawn[at].box) == line.box
            and not (areas[at] and cut_off(line.box, drawn[at].box))
        )
        parents.append(next(holding, -1))
        depths[index] = depths[parents[-1]] + 1
    return parents


def _node(line: SketchLine, app: str, platform: Platform, children: tuple[UiNode, ...]) -> UiNode:
    return UiNode(
        role=role_of(line.label, platform),
        bounds=line.box,
        text=line.text,
        value=line.text if platform == "desktop" and line.label == "field" else "",
        app=app,
        states=node_states(line),
        children=children,
    )


def node_states(line: SketchLine) -> frozenset[UiState]:
    """The states of the element in a UI tree: what its label implies and its line says."""
    states: set[UiState] = set(implied_states(line.label))
    for state in line.states:
        match state:
            case "checked":
                states |= {"checkable", "checked"}
            case "unchecked":
                states.add("checkable")
            case "disabled":
                states.discard("enabled")
            case _:
                states.add(state)
    return frozenset(states)
