"""The elements of a screen that the miniature can see and point at."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from device_farm.types.geometry import Point, Rect
from device_farm.types.ui_tree import UiNode, UiTree

MAX_ELEMENTS = 96
_INPUT = {"checkable", "editable"}
_TOUCHABLE = {"clickable", "long_clickable"}
_EDGE_PX = 4
PLACES = ("center", "left", "right")
"""Where an element is touched: sliders are set by a touch at one of their ends."""


@dataclass(frozen=True, slots=True)
class Element:
    """`depth` counts windows from the topmost, 0."""

    node: UiNode
    depth: int

    @property
    def bounds(self) -> Rect:
        return self.node.bounds


_known: OrderedDict[int, tuple[UiTree, tuple[Element, ...]]] = OrderedDict()
_KEPT = 4096


def elements_of(tree: UiTree) -> tuple[Element, ...]:
    """Those with a label, inputs, and what can be touched and holds neither, the topmost window first, at most
    MAX_ELEMENTS. A row of a list that can be touched is there by its label.

    Found once a tree object: rollouts of a group look at the same screens over and over.
    """
    known = _known.get(id(tree))
    if known is None:
        # The tree is kept with them: while it lives, its id is no other's.
        known = _known[id(tree)] = (tree, _elements(tree))
        while len(_known) > _KEPT:
            _known.popitem(last=False)
    return known[1]


def _elements(tree: UiTree) -> tuple[Element, ...]:
    found = [
        Element(node, depth)
        for depth, root in enumerate(reversed(tree.roots))
        for node in root.walk()
        if _is_element(node)
    ]
    return tuple(found[:MAX_ELEMENTS])


def _is_element(node: UiNode) -> bool:
    if "visible" not in node.states or node.bounds.area == 0:
        return False
    if node.label or node.states & _INPUT:
        return True
    return bool(node.states & _TOUCHABLE) and not any(_is_element(inner) for inner in node.children)


def scrolling_area(tree: UiTree) -> Rect | None:
    """The biggest area of the screen that scrolls."""
    boxes = [node.bounds for node in tree.walk() if {"visible", "scrollable"} <= node.states]
    return max(boxes, key=lambda box: box.area, default=None)


def point_of(box: Rect, place: int) -> Point:
    """The pixel that `PLACES[place]` of an element stands for."""
    match PLACES[place]:
        case "left":
            return Point(box.left + min(_EDGE_PX, box.width // 2), box.center.y)
        case "right":
            return Point(box.right - 1 - min(_EDGE_PX, box.width // 2), box.center.y)
        case _:
            return box.center


def pointed_at(elements: tuple[Element, ...], at: Point) -> tuple[int, int] | None:
    """The element and place that come nearest to a touch inside it; of equals the smallest. None where none holds it.

    A touch far from every place of an element still means the smallest that holds it, by its centre.
    """
    holding = [index for index, element in enumerate(elements) if element.bounds.contains(at)]
    if not holding:
        return None

    def off(index: int, place: int) -> float:
        point = point_of(elements[index].bounds, place)
        return abs(point.x - at.x) + abs(point.y - at.y)

    pairs = [(index, place) for index in holding for place in range(len(PLACES))]
    best = min(pairs, key=lambda pair: (off(*pair), elements[pair[0]].bounds.area, pair[1]))
    if off(*best) <= 2 * _EDGE_PX:
        return best
    return min(holding, key=lambda index: elements[index].bounds.area), 0
