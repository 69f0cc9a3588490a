"""The elements of a screen that the miniature can see and point at."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from device_farm.types.geometry import Point, Rect
from device_farm.types.ui_tree import UiNode, UiTree

MAX_ELEMENTS = 96
_TOUCHABLE = {"clickable", "long_clickable", "checkable", "editable", "scrollable"}
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
    """Those with a label or something to touch, the topmost window first, at most MAX_ELEMENTS.

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
        if "visible" in node.states and node.bounds.area > 0 and (node.label or node.states & _TOUCHABLE)
    ]
    return tuple(found[:MAX_ELEMENTS])


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
