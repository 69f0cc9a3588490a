"""Reading computed style: lengths in CSS pixels, edges of a box, kinds of display."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from device_farm.simulator.apps.chrome.web.model import Element, Style

_LENGTH: Final = re.compile(r"(-?[\d.]+)(px|em|rem|%|vw|vh|vmin|vmax|pt|ch|cm|mm|in)?")
_CALC_PART: Final = re.compile(r"([+-]?)\s*(-?[\d.]+(?:px|em|rem|%|vw|vh|pt)?)")
_PX: Final = {"px": 1.0, "pt": 4.0 / 3.0, "cm": 37.795, "mm": 3.7795, "in": 96.0}
_ROOT_SIZE: Final = 16.0

INLINE: Final = frozenset(("inline", "inline-block", "inline-flex", "inline-grid", "inline-table"))
REPLACED: Final = frozenset(("canvas", "img", "input", "select", "textarea", "progress", "meter", "video", "svg"))


@dataclass(frozen=True, slots=True)
class Viewport:
    """Size in CSS pixels; `scale` is device pixels to the CSS pixel."""

    width: float
    height: float
    scale: float


@dataclass(frozen=True, slots=True)
class Edges:
    left: float
    top: float
    right: float
    bottom: float

    @property
    def across(self) -> float:
        return self.left + self.right

    @property
    def along(self) -> float:
        return self.top + self.bottom


def length(text: str | None, base: float, size: float, viewport: Viewport) -> float | None:
    """CSS pixels; percentages are of `base`, em of `size`. None for `auto` and what is no length."""
    if not text:
        return None
    value = text.strip().lower()
    if value.startswith(("calc(", "min(", "max(", "clamp(")):
        return _calculated(value, base, size, viewport)
    match = _LENGTH.fullmatch(value)
    if match is None:
        return None
    try:
        number = float(match.group(1))
    except ValueError:
        return None
    match match.group(2):
        case None | "px" | "pt" | "cm" | "mm" | "in":
            return number * _PX[match.group(2) or "px"]
        case "em":
            return number * size
        case "rem":
            return number * _ROOT_SIZE
        case "%":
            return number * base / 100.0
        case "ch":
            return number * size * 0.55
        case "vh":
            return number * viewport.height / 100.0
        case "vw":
            return number * viewport.width / 100.0
        case "vmin":
            return number * min(viewport.width, viewport.height) / 100.0
        case _:
            return number * max(viewport.width, viewport.height) / 100.0


def _calculated(value: str, base: float, size: float, viewport: Viewport) -> float | None:
    """Sums in calc(), and the smallest, largest or middle of min(), max(), clamp()."""
    name, _, inside = value.partition("(")
    inside = inside.removesuffix(")")
    if name == "calc":
        total = 0.0
        for sign, part in _CALC_PART.findall(inside):
            found = length(part, base, size, viewport)
            total += (-(found or 0.0)) if sign == "-" else (found or 0.0)
        return total
    parts = [length(part, base, size, viewport) for part in inside.split(",")]
    known = sorted(part for part in parts if part is not None)
    if not known:
        return None
    return known[0] if name == "min" else known[-1] if name == "max" else known[len(known) // 2]


def font_size(style: Style) -> float:
    return min(max(float(style["font-size"]), 0.5), 600.0)


def edges(style: Style, name: str, base: float, viewport: Viewport) -> Edges:
    """`margin`, `padding` or `border` (widths); auto margins count as 0."""
    size = font_size(style)

    def side(which: str) -> float:
        key = f"border-{which}-width" if name == "border" else f"{name}-{which}"
        if name == "border" and style.get(f"border-{which}-style", "none") in ("none", "hidden"):
            return 0.0
        found = length(style.get(key), base, size, viewport) or 0.0
        return found if name == "margin" else max(found, 0.0)

    return Edges(side("left"), side("top"), side("right"), side("bottom"))


def line_height(style: Style, natural: float) -> float:
    """`natural` is the line height of the font at a size of 1."""
    size = font_size(style)
    value = str(style.get("line-height", "normal")).strip()
    try:
        return float(value) * size
    except ValueError:
        pass
    match = _LENGTH.fullmatch(value)
    if match is None:
        return natural * size
    number = float(match.group(1))
    return number * {"px": 1.0, "em": size, "%": size / 100.0, "rem": _ROOT_SIZE}.get(match.group(2) or "px", 1.0)


def is_inline(element: Element) -> bool:
    return element.style["display"] in INLINE or element.style.get("float", "none") in ("left", "right")


def is_out_of_flow(element: Element) -> bool:
    return element.style.get("position") in ("absolute", "fixed")


def number_of(style: Style, name: str, default: float) -> float:
    try:
        return float(style.get(name, default))
    except ValueError:
        return default
