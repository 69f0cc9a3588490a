"""Which elements of a UI tree a person would see, and which one a click means."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from device_farm.types.geometry import Point, Rect, Size
from device_farm.types.ui_tree import UiNode, UiState, UiTree

ACTED_ON: Final[frozenset[UiState]] = frozenset({"clickable", "long_clickable", "checkable", "editable"})
LARGEST_SHARE: Final = 0.5
"""Of the screen. A larger element, such as a map or the page behind a menu, is not one place to click."""


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
