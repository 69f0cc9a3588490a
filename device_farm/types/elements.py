"""Which elements of a UI tree a person would see, and which one a click means."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from device_farm.types.geometry import Point, Rect, Size
from device_farm.types.ui_tree import UiNode, UiState, UiTree

ACTED_ON: Final[frozenset[UiState]] = frozenset({"clickable", "long_clickable", "checkable", "editable"})
LARGEST_SHARE: Final = 0.5
"""Of the screen. A larger element, such as a map or the page behind a menu, is not one place to click."""
_Corners: TypeAlias = tuple[int, int, int, int]
_SMALLEST_PX: Final = 8
_ON_SCREEN: Final = 0.9
"""Of an element's area; one that is scrolled half out of sight cannot be read or aimed at reliably."""
_COVERED: Final = 0.1


def walk_with_ancestors(tree: UiTree) -> Iterator[tuple[UiNode, tuple[UiNode, ...]]]:
    """Every node in document order, which is the order of drawing, with those above it, its window first."""
    for root in tree.roots:
        stack: list[tuple[UiNode, tuple[UiNode, ...]]] = [(root, ())]
        while stack:
            node, above = stack.pop()
            yield node, above
            stack.extend((child, (*above, node)) for child in reversed(node.children))


def element_at(tree: UiTree, point: Point) -> UiNode | None:
    """The innermost element that can be acted on, of what is drawn last at `point`. None where nothing there can."""
    hit: tuple[UiNode, ...] = ()
    for node, above in walk_with_ancestors(tree):
        if node.bounds.contains(point) and "visible" in node.states:
            hit = (*above, node)
    return next((node for node in reversed(hit) if node.states & ACTED_ON and node.bounds.contains(point)), None)


def click_box(tree: UiTree, point: Point, screen: Size) -> Rect | None:
    """The box in which another click would mean the same element; None where there is no such box."""
    element = element_at(tree, point)
    if element is None:
        return None
    box = element.bounds.intersect(Rect(0, 0, screen.width, screen.height))
    return box if 0 < box.area <= LARGEST_SHARE * screen.width * screen.height else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """A node that is seen whole, or nearly so. `box` is its part on the screen; `name` what a person would call it, ""
    where nothing says; `above` are the nodes that it lies in, its window first.
    """

    node: UiNode
    box: Rect
    name: str
    above: tuple[UiNode, ...]

    @property
    def acted_on(self) -> bool:
        return bool(self.node.states & ACTED_ON) and "enabled" in self.node.states


def visible_elements(tree: UiTree, screen: Size) -> tuple[Element, ...]:
    """In document order. Left out is what is marked invisible, what has hardly an area on the screen, what a scrolling
    area cuts off, and what lies under something drawn later: under a window, or under an element of the same window
    that shows or does something.
    """
    frame = Rect(0, 0, screen.width, screen.height)
    drawn = [
        (node, above, node.bounds.intersect(frame))
        for node, above in walk_with_ancestors(tree)
        if "visible" in node.states
    ]
    covering = [
        index
        for index, (node, above, box) in enumerate(drawn)
        if box.area and (not above or node.label or node.states & ACTED_ON)
    ]
    covers = [_corners(drawn[index][2]) for index in covering]
    found: list[Element] = []
    for index, (node, above, box) in enumerate(drawn):
        if min(box.width, box.height) < _SMALLEST_PX or box.area < _ON_SCREEN * node.bounds.area:
            continue
        if any("scrollable" in area.states and cut_off(node.bounds, area.bounds) for area in above):
            continue
        later = bisect_left(covering, _end(drawn, index))
        if not _hidden(box, covers[later:]):
            found.append(Element(node=node, box=box, name=name_of(node), above=above))
    return tuple(found)


def _end(drawn: Sequence[tuple[UiNode, tuple[UiNode, ...], Rect]], index: int) -> int:
    """The index behind the last descendant: of what comes later, those lie deeper without a break."""
    depth = len(drawn[index][1])
    return next((at for at in range(index + 1, len(drawn)) if len(drawn[at][1]) <= depth), len(drawn))


def cut_off(bounds: Rect, area: Rect) -> bool:
    """Whether it may go on beyond the area, whose edge clips it: it touches one edge, and not the opposite one."""
    vertical = (bounds.top <= area.top) != (bounds.bottom >= area.bottom)
    return vertical or (bounds.left <= area.left) != (bounds.right >= area.right)


def _corners(box: Rect) -> _Corners:
    return box.left, box.top, box.right, box.bottom


def _hidden(box: Rect, covers: Sequence[_Corners]) -> bool:
    """Whether one of `covers` lies over the middle of `box`, or over more than `_COVERED` of it."""
    # Every element is asked of every one drawn after it: numbers are compared here, no boxes made.
    box_left, box_top, box_right, box_bottom = _corners(box)
    middle, most = box.center, _COVERED * box.area
    for left, top, right, bottom in covers:
        if left >= box_right or right <= box_left or top >= box_bottom or bottom <= box_top:
            continue
        if left <= middle.x < right and top <= middle.y < bottom:
            return True
        width = min(right, box_right) - max(left, box_left)
        if width * (min(bottom, box_bottom) - max(top, box_top)) > most:
            return True
    return False


def name_of(node: UiNode) -> str:
    """Its own label, or of a row that has none the first label in it that is not another element's. In one line."""
    if node.label.strip():
        return " ".join(node.label.split())
    for child in node.children:
        if "visible" in child.states and not child.states & ACTED_ON and (name := name_of(child)):
            return name
    return ""
