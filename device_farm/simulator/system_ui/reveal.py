"""Scrolls the cursor of the focused field into sight, as Android does when a field gets the focus or is typed into."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from device_farm.simulator.system_ui.window import Window
from device_farm.simulator.toolkit.emit import cursor_place
from device_farm.simulator.toolkit.metrics import px
from device_farm.simulator.toolkit.node import FieldContent, Node
from device_farm.simulator.toolkit.view import ViewState

MARGIN_PX = px(16)


def revealed(view: ViewState, windows: Sequence[Window]) -> ViewState:
    """`view` with scroll offsets that show the focused cursor, and with `reveal` off."""
    view = replace(view, reveal=False)
    for window in windows:
        path = _path_to(window.root, view.focus) if view.focus else ()
        if path:
            return _scrolled(view, path)
    return view


def _path_to(node: Node, key: str) -> tuple[Node, ...]:
    """Nodes from `node` down to the editable leaf of field `key`."""
    if isinstance(node.content, FieldContent) and node.content.key == key:
        return (node,)
    for child in node.children:
        below = _path_to(child, key)
        if below:
            return (node, *below)
    return ()


def _scrolled(view: ViewState, path: tuple[Node, ...]) -> ViewState:
    leaf = path[-1]
    field = leaf.content
    if not isinstance(field, FieldContent):
        return view
    _, row = cursor_place(field)
    line = field.text.line_px
    top, bottom = leaf.top - leaf.scroll_px + row * line, leaf.top - leaf.scroll_px + (row + 1) * line
    for node in reversed(path):
        if not node.scroll_key or node.scroll_max <= 0:
            continue
        margin = 0 if node is leaf else MARGIN_PX
        shift = 0
        if bottom + margin > node.bottom:
            shift = bottom + margin - node.bottom
        elif top - margin < node.top:
            shift = top - margin - node.top
        offset = min(max(node.scroll_px + shift, 0), node.scroll_max)
        moved = offset - node.scroll_px
        if moved:
            view = view.with_scroll(node.scroll_key, offset)
            top, bottom = top - moved, bottom - moved
    return view
