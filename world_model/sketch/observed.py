"""From what a device shows to a sketch: the accessibility tree, for phones and desktops alike."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from device_farm.errors import DataError
from device_farm.types.elements import Element, visible_elements
from device_farm.types.observation import Observation
from device_farm.types.ui_tree import UiNode
from world_model.sketch.labels import implied_states, label_of
from world_model.sketch.sketch import MAX_LINES, MAX_SIDE_PX, MAX_TEXT_CHARS, LineState, Sketch, SketchLine

_SHOWN_CHARS: Final = 300
"""Of one element's text: a whole page in one node would be the whole budget."""


def sketch_of(observation: Observation) -> Sketch:
    """The sketch of all that a person would see, in document order, which is top down on most screens.

    A line stands for every element that can be acted on or scrolled, and for every one that shows a text of its own.
    A row without a text of its own is called by the first text in it, and that text has no line of its own.

    Raises:
        DataError: the observation has no UI tree, or no screen.
    """
    tree = observation.ui_tree
    if tree is None:
        raise DataError("the observation has no UI tree", field="ui_tree", fix="observe it, or sketch from pixels")
    if max(observation.screen.width, observation.screen.height) > MAX_SIDE_PX:
        raise DataError(f"{observation.screen} is no screen", field="screen", fix=f"at most {MAX_SIDE_PX} pixels")
    elements = visible_elements(tree, observation.screen)
    lent = {id(node) for element in elements for node in _lenders(element)}
    lines = dict.fromkeys(line_of(element) for element in elements if _counts(element) and id(element.node) not in lent)
    foreground = observation.foreground
    return Sketch(
        screen=observation.screen,
        lines=tuple(lines)[:MAX_LINES],
        app=foreground.app[:MAX_TEXT_CHARS],
        window=foreground.window[:MAX_TEXT_CHARS],
    )


def _counts(element: Element) -> bool:
    node = element.node
    return bool(node.label.strip()) or _touchable(node) or "scrollable" in node.states


def _touchable(node: UiNode) -> bool:
    return bool(node.states & {"clickable", "long_clickable", "checkable", "editable"})


def _lenders(element: Element) -> Iterator[UiNode]:
    """The text below a row that the row is called by."""
    if element.node.label.strip() or not _touchable(element.node):
        return
    for node in element.node.walk():
        if node is not element.node and not _touchable(node) and _flat(node.label) == element.name != "":
            yield node
            return


def line_of(element: Element) -> SketchLine:
    node = element.node
    label = label_of(node.role)
    # What a field holds changes with typing; what it is called stands beside it.
    own = node.value if "editable" in node.states and node.value.strip() else node.label
    text = own if own.strip() else (element.name if _touchable(node) else "")
    return SketchLine(label=label, text=text[:_SHOWN_CHARS], box=element.box, states=frozenset(_states(node, label)))


def _states(node: UiNode, label: str) -> Iterator[LineState]:
    states, implied = node.states, implied_states(label)
    if "checkable" in states:
        yield "checked" if "checked" in states else "unchecked"
    elif "checked" in states:
        yield "checked"
    if "selected" in states:
        yield "selected"
    if "focused" in states:
        yield "focused"
    if "expanded" in states:
        yield "expanded"
    if "password" in states:
        yield "password"
    if "enabled" not in states:
        yield "disabled"
    if "clickable" in states and "clickable" not in implied:
        yield "clickable"
    if "long_clickable" in states and not {"editable"} & states:
        yield "long_clickable"
    if "scrollable" in states and "scrollable" not in implied:
        yield "scrollable"


def _flat(text: str) -> str:
    return " ".join(text.split())
