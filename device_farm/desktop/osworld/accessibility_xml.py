"""The UI tree in the XML that OSWorld's agents and evaluators read."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from typing import Final

from device_farm.types.ui_tree import UiNode, UiState, UiTree

_ROOT: Final = "https://accessibility.ubuntu.example.org/ns"
NAMESPACES: Final = {
    "st": f"{_ROOT}/state",
    "attr": f"{_ROOT}/attributes",
    "cp": f"{_ROOT}/component",
    "doc": f"{_ROOT}/document",
    "docattr": f"{_ROOT}/document/attributes",
    "txt": f"{_ROOT}/text",
    "val": f"{_ROOT}/value",
    "act": f"{_ROOT}/action",
}
DEPTH_MAX: Final = 50
WIDTH_MAX: Final = 1024
_STATES: Final[dict[UiState, tuple[str, ...]]] = {
    "visible": ("visible", "showing"),
    "enabled": ("enabled", "sensitive"),
    "focusable": ("focusable",),
    "focused": ("focused",),
    "editable": ("editable",),
    "checked": ("checked",),
    "checkable": ("checkable",),
    "selected": ("selected",),
    "expanded": ("expanded",),
}
_ILLEGAL: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TAG: Final = re.compile(r"[^a-z0-9-]")


_KNOWN_AS: Final = {"Chromium": "Google Chrome"}
"""Evaluators look for the browser of OSWorld's image."""


def to_xml(tree: UiTree) -> str:
    """`desktop-frame` with an `application` for every program, its windows below, deep and wide up to the limits.

    Of the states, those that a UI tree knows are written, each as `st:NAME="true"`.
    """
    # Prefixes are written as they are and declared at the root, whether or not something uses them.
    root = ET.Element("desktop-frame", {"name": "main", **{f"xmlns:{name}": uri for name, uri in NAMESPACES.items()}})
    applications: dict[str, ET.Element] = {}
    for window in tree.roots:
        if window.app not in applications:
            name = _clean(_KNOWN_AS.get(window.app, window.app))
            applications[window.app] = ET.SubElement(root, "application", {"name": name})
        _add(applications[window.app], [window], 2)
    return ET.tostring(root, encoding="unicode")


def _add(parent: ET.Element, nodes: Iterable[UiNode], depth: int) -> None:
    if depth > DEPTH_MAX:
        return
    for number, node in enumerate(nodes):
        if number == WIDTH_MAX:
            return
        element = ET.SubElement(parent, _TAG.sub("", node.role.lower().replace(" ", "-")) or "unknown")
        element.set("name", _clean(node.text))
        for state in sorted(node.states):
            for name in _STATES.get(state, ()):
                element.set(f"st:{name}", "true")
        if "visible" in node.states and node.bounds.area > 0:
            box = node.bounds
            element.set("cp:screencoord", f"({box.left}, {box.top})")
            element.set("cp:size", f"({box.width}, {box.height})")
        if node.description:
            element.set("attr:description", _clean(node.description))
        if node.value:
            element.text = _clean(node.value)
        _add(element, node.children, depth + 1)


def _clean(text: str) -> str:
    """Without the characters that XML cannot hold."""
    return _ILLEGAL.sub("", text)
