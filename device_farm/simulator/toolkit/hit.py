"""Which node a touch meets."""

from __future__ import annotations

from collections.abc import Callable

from device_farm.simulator.toolkit.node import Node


def path_at(node: Node, x: int, y: int) -> tuple[Node, ...]:
    """Nodes under the point from `node` down to the deepest, topmost one; empty where the point is outside."""
    if not node.contains(x, y):
        # Children may stick out of a box that does not clip.
        return () if node.clip else _children_at(node, x, y)
    return (node, *_children_at(node, x, y))


def _children_at(node: Node, x: int, y: int) -> tuple[Node, ...]:
    """Of the children under the point the topmost that takes touches, else the topmost."""
    topmost: tuple[Node, ...] = ()
    for child in reversed(node.children):
        found = path_at(child, x, y)
        if found and any(_takes_touch(hit) for hit in found):
            return found
        topmost = topmost or found
    return topmost


def _takes_touch(node: Node) -> bool:
    handlers = (node.on_tap, node.on_long_press, node.on_drag, node.on_stroke, node.on_swipe)
    return any(handlers) or bool(node.field_key or node.scroll_key) or node.background >> 24 == 0xFF


def deepest(path: tuple[Node, ...], wanted: Callable[[Node], bool]) -> Node | None:
    """The last node of `path` that is `wanted`."""
    return next((node for node in reversed(path) if wanted(node)), None)
