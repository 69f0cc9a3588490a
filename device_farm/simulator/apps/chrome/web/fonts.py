"""The fonts of pages: whatever family they name, it is the bundled Roboto."""

from __future__ import annotations

import re
from typing import Final

import skia

from device_farm.simulator.toolkit.base import FontWeight
from device_farm.simulator.toolkit.fonts import font

_SIZE: Final = re.compile(r"([\d.]+)(px|pt|em|rem|%)?")
_BOLD_FROM: Final = 600
_MEDIUM_FROM: Final = 500
_UNITS_PX: Final = {"px": 1.0, "pt": 4.0 / 3.0, "em": 16.0, "rem": 16.0, "%": 0.16}


def weight_of(text: str | None) -> FontWeight:
    """The nearest of the three bundled weights."""
    value = (text or "normal").strip().lower()
    if value in ("bold", "bolder"):
        return "bold"
    if value.isdigit():
        return "bold" if int(value) >= _BOLD_FROM else "medium" if int(value) >= _MEDIUM_FROM else "regular"
    return "regular"


def font_of(css: str) -> skia.Font:
    """The font that a canvas's `font` names, such as `bold 24px Arial`."""
    weights = [part for part in css.split() if part in ("bold", "bolder") or (part.isdigit() and len(part) == 3)]
    sized = [match for match in _SIZE.finditer(css) if match.group(2)]
    size = float(sized[0].group(1)) * _UNITS_PX[sized[0].group(2)] if sized else 10.0
    return font(weight_of(weights[0] if weights else None), min(max(size, 1.0), 1000.0))
