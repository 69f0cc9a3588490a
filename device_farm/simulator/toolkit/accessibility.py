"""Laid-out nodes to the accessibility tree: the same boxes that are painted."""

from __future__ import annotations

from device_farm.simulator.toolkit.node import Node
from device_farm.types.geometry import Rect
from device_farm.types.ui_tree import UiNode, UiState


def ui_nodes(node: Node, package: str, visible: Rect) -> tuple[UiNode, ...]:
    """The nodes that accessibility sees at and below `node`; what is scrolled out of `visible` is left out."""
    left, top = max(node.left, visible.left), max(node.top, visible.top)
    right, bottom = min(node.right, visible.right), min(node.bottom, visible.bottom)
    if right <= left or bottom <= top:
        return ()
    bounds = Rect(left, top, right, bottom)
    inside = bounds if node.clip else visible
    children = tuple(found for child in node.children for found in ui_nodes(child, package, inside))
    if not node.role:
        return children
    return (
        UiNode(
            role=node.role,
            bounds=bounds,
            text=node.text,
            description=node.description,
            hint=node.hint,
            resource_id=node.resource_id,
            app=package,
            states=_states(node),
            children=children,
        ),
    )


def _states(node: Node) -> frozenset[UiState]:
    states: set[UiState] = {"visible", *node.states}
    clickable = (
        node.on_tap is not None or bool(node.field_key) or node.on_drag is not None or node.on_stroke is not None
    )
    if node.enabled:
        states.add("enabled")
    if clickable:
        states.update(("clickable", "focusable"))
    if node.on_long_press is not None or node.field_key:
        states.add("long_clickable")
    if node.scroll_max > 0 or node.axis in ("scroll", "list"):
        states.add("focusable")
    if node.scroll_max > 0:
        states.add("scrollable")
    for child in node.children if node.field_key else ():
        # The editable leaf has no node of its own.
        if child.scroll_max > 0:
            states.add("scrollable")
    return frozenset(states)
