"""An accessibility tree as the XML of `dumpWindowHierarchy`, and a node as `objInfo`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from xml.sax.saxutils import quoteattr

from device_farm.simulator.uiautomator.selector import Place
from device_farm.types.geometry import Rect
from device_farm.types.ui_tree import UiNode, UiState, UiTree

# XML 1.0 forbids most control characters and half characters; the real server replaces them too.
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

_SPECIAL = re.compile(r"[\x00-\x1f\"&<>\ud800-\udfff\ufffe\uffff]")
"""What may not stand in an attribute as it is; most texts have nothing of it, and a dump is made at every step."""

_FLAGS: tuple[tuple[str, UiState], ...] = (
    ("checkable", "checkable"),
    ("checked", "checked"),
    ("clickable", "clickable"),
    ("enabled", "enabled"),
    ("focusable", "focusable"),
    ("focused", "focused"),
    ("scrollable", "scrollable"),
    ("long-clickable", "long_clickable"),
    ("password", "password"),
    ("selected", "selected"),
    ("visible-to-user", "visible"),
)


def hierarchy_xml(tree: UiTree, *, rotation: int, compressed: bool = False, max_depth: int = 50) -> str:
    """The dump. `rotation` counts quarter turns; `compressed` leaves out nodes that say nothing.

    `max_depth` is the deepest level shown; a window's root is level 1.
    """
    lines = ["<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>", f'<hierarchy rotation="{rotation}">']
    for index, root in enumerate(tree.roots):
        lines.extend(_lines(root, index, 1, max_depth, compressed))
    return "\r\n".join([*lines, "</hierarchy>"])


def _lines(node: UiNode, index: int, depth: int, max_depth: int, compressed: bool) -> Iterator[str]:
    if depth > max_depth:
        return
    if compressed and _says_nothing(node):
        for child_index, child in enumerate(node.children):
            yield from _lines(child, child_index, depth, max_depth, compressed)
        return
    pad = "  " * depth
    if not node.children or depth == max_depth:
        yield f"{pad}<node {_attributes(node, index)} />"
        return
    yield f"{pad}<node {_attributes(node, index)}>"
    for child_index, child in enumerate(node.children):
        yield from _lines(child, child_index, depth + 1, max_depth, compressed)
    yield f"{pad}</node>"


def _says_nothing(node: UiNode) -> bool:
    return not (node.label or node.resource_id or node.states & {"clickable", "scrollable", "editable"})


def _attributes(node: UiNode, index: int) -> str:
    bounds, states = node.bounds, node.states
    flags = " ".join([f'{name}="true"' if state in states else f'{name}="false"' for name, state in _FLAGS])
    return (
        f'index="{index}" text={_quoted(node.text)} resource-id={_quoted(node.resource_id)} class={_quoted(node.role)}'
        f" package={_quoted(node.app)} content-desc={_quoted(node.description)} {flags}"
        f' bounds="[{bounds.left},{bounds.top}][{bounds.right},{bounds.bottom}]"'
        f' hint={_quoted(node.hint)} display-id="0"'
    )


def _quoted(text: str) -> str:
    if not _SPECIAL.search(text):
        return f'"{text}"'
    return quoteattr(_FORBIDDEN.sub("?", text), {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})


def object_info(place: Place) -> dict[str, Any]:
    """`objInfo` of uiautomator2; an absent text or description is an empty string or None, as the real server says."""
    node = place.node
    box = _box(node.bounds)
    info: dict[str, Any] = {
        "bounds": box,
        "visibleBounds": box,
        "childCount": len(node.children),
        "className": node.role,
        "contentDescription": node.description or None,
        "packageName": node.app,
        "resourceName": node.resource_id or None,
        "text": node.text,
    }
    for name, state in _FLAGS[:-1]:
        head, _, tail = name.partition("-")
        info[head + tail.capitalize()] = state in node.states
    return info


def _box(bounds: Rect) -> dict[str, int]:
    return {"left": bounds.left, "top": bounds.top, "right": bounds.right, "bottom": bounds.bottom}
