"""Sizes of elements that are not made of their content: pictures, canvases, form controls."""

from __future__ import annotations

from device_farm.simulator.apps.chrome.web.boxes import Layouter
from device_farm.simulator.apps.chrome.web.inline import NATURAL
from device_farm.simulator.apps.chrome.web.model import Element
from device_farm.simulator.apps.chrome.web.style import font_size

BUTTON_TYPES = frozenset(("button", "submit", "reset"))
_SUBMIT_LABELS = {"submit": "Submit", "reset": "Reset"}
_CHARACTER = 0.53
"""Average width of a character at a size of 1."""


def label_of(element: Element) -> str:
    """What an `<input>` that is a button says."""
    kind = str(element.details.get("type", "text")).lower()
    return str(element.details.get("value") or _SUBMIT_LABELS.get(kind, ""))


def control_kind(element: Element) -> str:
    """The type of an input; the tag of another control."""
    return str(element.details.get("type", "text")).lower() if element.tag == "input" else element.tag


def intrinsic_size(layouter: Layouter, element: Element) -> tuple[float, float]:
    """Width and height of the content box, where style says nothing."""
    size = font_size(element.style)
    line = NATURAL * size
    kind = control_kind(element)
    match kind:
        case "canvas":
            return _number(element, "width", 300.0), _number(element, "height", 150.0)
        case "img" | "video" | "svg":
            return _number(element, "width", 24.0), _number(element, "height", 24.0)
        case "checkbox" | "radio":
            return 13.0, 13.0
        case "range":
            return 129.0, 16.0
        case "color":
            return 44.0, 23.0
        case "progress" | "meter":
            return 10.0 * size, size
        case "select":
            options = element.details.get("options") or [""]
            return max(layouter.text_width(str(option), "regular", size) for option in options) + 1.6 * size, line
        case "textarea":
            return _number(element, "cols", 20.0) * _CHARACTER * size, _number(element, "rows", 2.0) * line
        case _:
            if kind in BUTTON_TYPES:
                return layouter.text_width(label_of(element), "regular", size), line
            return _number(element, "size", 20.0) * _CHARACTER * size, line


def _number(element: Element, name: str, default: float) -> float:
    try:
        return max(float(str(element.details.get(name, default)).removesuffix("px")), 0.0)
    except ValueError:
        return default
