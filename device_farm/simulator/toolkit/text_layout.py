"""Line breaking: words at spaces, long words anywhere, an ellipsis where lines run out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from device_farm.simulator.toolkit.fonts import Face, text_width

ELLIPSIS = "\u2026"


@dataclass(frozen=True, slots=True)
class Line:
    """One laid-out line. `start`, `end` are character offsets in the source text, without its line feed."""

    text: str
    width: float
    start: int
    end: int


@lru_cache(maxsize=8192)
def break_lines(text: str, face: Face, size_px: float, width_px: int, max_lines: int) -> tuple[Line, ...]:
    """Lines no wider than `width_px`; at least one. `max_lines` 0 means no limit."""
    if "\n" not in text:
        width = text_width(text, face, size_px)
        if width <= width_px:
            return (Line(text, width, 0, len(text)),)
    lines: list[Line] = []
    start = 0
    for paragraph in text.split("\n"):
        lines.extend(_break_paragraph(paragraph, start, face, size_px, width_px))
        start += len(paragraph) + 1
        if max_lines and len(lines) > max_lines:
            break
    if max_lines and len(lines) > max_lines:
        kept = lines[max_lines - 1]
        lines = [*lines[: max_lines - 1], _ellipsized(text[kept.start :], kept.start, face, size_px, width_px)]
    return tuple(lines)


def _break_paragraph(text: str, offset: int, face: Face, size_px: float, width_px: int) -> list[Line]:
    lines: list[Line] = []
    start = 0
    while True:
        rest = text[start:]
        width = text_width(rest, face, size_px)
        if width <= width_px:
            lines.append(Line(rest, width, offset + start, offset + len(text)))
            return lines
        fit = max(1, fitting(rest, face, size_px, width_px))
        space = rest.rfind(" ", 0, fit + 1)
        cut = space + 1 if space > 0 else fit
        shown = rest[:cut].rstrip(" ")
        lines.append(Line(shown, text_width(shown, face, size_px), offset + start, offset + start + cut))
        start += cut


def fitting(text: str, face: Face, size_px: float, width_px: float) -> int:
    """How many leading characters of `text` fit into `width_px`."""
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if text_width(text[:middle], face, size_px) <= width_px:
            low = middle
        else:
            high = middle - 1
    return low


def _ellipsized(rest: str, start: int, face: Face, size_px: float, width_px: int) -> Line:
    paragraph = rest.partition("\n")[0]
    room = width_px - text_width(ELLIPSIS, face, size_px)
    fit = min(fitting(paragraph, face, size_px, room), len(paragraph)) if room > 0 else 0
    shown = paragraph[:fit].rstrip() + ELLIPSIS
    return Line(shown, text_width(shown, face, size_px), start, start + fit)
