"""Lines: text and boxes in it, broken at the width there is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from device_farm.simulator.apps.chrome.web.boxes import Box, Fragment, Layouter
from device_farm.simulator.apps.chrome.web.fonts import weight_of
from device_farm.simulator.apps.chrome.web.model import Element, Style
from device_farm.simulator.apps.chrome.web.style import (
    REPLACED,
    edges,
    font_size,
    is_out_of_flow,
    line_height,
)
from device_farm.simulator.toolkit.base import FontWeight
from device_farm.simulator.toolkit.fonts import ascent_descent

ASCENT, DESCENT = (part / 1000.0 for part in ascent_descent("regular", 1000.0))
NATURAL: Final = ASCENT + DESCENT
_BLANKS: Final = re.compile(r"[ \t\n\r\f]+")
_PIECES: Final = re.compile(r"[ ]+|[^ ]+")
_FITS: Final = 0.01
"""Widths that differ by less than this count as equal."""


@dataclass(slots=True)
class _Word:
    owner: Element
    text: str
    width: float
    size: float
    weight: FontWeight
    wraps: bool

    @property
    def blank(self) -> bool:
        return self.wraps and self.text.isspace()


@dataclass(slots=True)
class _Atom:
    """A box in the line; its corner lies at 0, 0 until the line is placed."""

    box: Box
    left: float
    right: float
    ascent: float
    descent: float
    align: str

    @property
    def width(self) -> float:
        return self.left + self.box.width + self.right


@dataclass(slots=True)
class _Gap:
    """Room at the start or end of an inline element: its padding, border and margin."""

    width: float


class _Break:
    """A forced line end."""


_Item = _Word | _Atom | _Gap | _Break


@dataclass(slots=True)
class Lines:
    """What came of a run of inline content. `widest` is its longest line, before alignment."""

    boxes: list[Box] = field(default_factory=list)
    fragments: list[Fragment] = field(default_factory=list)
    height: float = 0.0
    widest: float = 0.0
    baseline: float | None = None


def lay_out_lines(
    layouter: Layouter, nodes: Sequence[Element | str], parent: Element, x: float, y: float, room: float
) -> Lines:
    items: list[_Item] = []
    for node in nodes:
        _collect(layouter, node, parent, room, items)
    _trim(items)
    made = Lines()
    line: list[_Item] = []
    used = 0.0
    for item in items:
        if isinstance(item, _Break):
            _finish(made, line, parent, x, y, room, forced=True)
            line, used = [], 0.0
            continue
        too_wide = used + item.width > room + _FITS and not isinstance(item, _Gap)
        breakable = not isinstance(item, _Word) or item.wraps
        if too_wide and breakable and line:
            if isinstance(item, _Word) and item.blank:
                continue
            _finish(made, line, parent, x, y, room)
            line, used = [], 0.0
        if isinstance(item, _Word) and item.blank and not line:
            continue
        line.append(item)
        used += item.width
    if line:
        _finish(made, line, parent, x, y, room)
    return made


# Collecting


def _collect(layouter: Layouter, node: Element | str, parent: Element, room: float, items: list[_Item]) -> None:
    if isinstance(node, str):
        _collect_text(layouter, node, parent, items)
        return
    if is_out_of_flow(node):
        return
    if node.tag == "br":
        items.append(_Break())
        return
    if node.style["display"] != "inline" or node.tag in REPLACED:
        items.append(_atom(layouter, node, room))
        return
    margin, border, padding = (
        edges(node.style, name, room, layouter.viewport) for name in ("margin", "border", "padding")
    )
    before = margin.left + border.left + padding.left
    after = margin.right + border.right + padding.right
    if before:
        items.append(_Gap(before))
    for child in node.children:
        _collect(layouter, child, node, room, items)
    if after:
        items.append(_Gap(after))


def _collect_text(layouter: Layouter, text: str, owner: Element, items: list[_Item]) -> None:
    style = owner.style
    space = str(style.get("white-space", "normal"))
    wraps = space in ("normal", "pre-wrap", "pre-line", "break-spaces")
    text = _transformed(text, style)
    parts = [text]
    if space in ("pre", "pre-wrap", "pre-line", "break-spaces"):
        parts = text.replace("\r\n", "\n").split("\n")
    keeps = space in ("pre", "pre-wrap", "break-spaces")
    size, weight = font_size(style), weight_of(style.get("font-weight"))
    for number, part in enumerate(parts):
        if number:
            items.append(_Break())
        shown = part.replace("\t", "    ") if keeps else _BLANKS.sub(" ", part)
        for piece in _PIECES.findall(shown):
            if piece.isspace() and not keeps and _ends_blank(items):
                continue
            width = layouter.text_width(piece, weight, size)
            items.append(_Word(owner, piece, width, size, weight, wraps))


def _ends_blank(items: list[_Item]) -> bool:
    """Whether the last thing is a blank, so that another one adds nothing."""
    for item in reversed(items):
        if not isinstance(item, _Gap):
            return isinstance(item, _Break) or (isinstance(item, _Word) and item.text.isspace())
    return True


def _transformed(text: str, style: Style) -> str:
    match style.get("text-transform", "none"):
        case "uppercase":
            return text.upper()
        case "lowercase":
            return text.lower()
        case "capitalize":
            return re.sub(r"\b\w", lambda match: match.group().upper(), text)
        case _:
            return text


def _trim(items: list[_Item]) -> None:
    while items and isinstance(items[-1], _Word) and items[-1].blank:
        items.pop()


def _atom(layouter: Layouter, element: Element, room: float) -> _Atom:
    margin = edges(element.style, "margin", room, layouter.viewport)
    wanted = min(layouter.preferred(element, room), max(room, 0.0)) - margin.across
    box = layouter.block(element, 0.0, 0.0, room, width=max(wanted, 0.0), alone=True)
    box.move(-box.x, -box.y)
    below = box.height - box.baseline if box.baseline is not None and element.tag != "canvas" else 0.0
    return _Atom(
        box,
        margin.left,
        margin.right,
        margin.top + box.height - below,
        below + margin.bottom,
        str(element.style.get("vertical-align", "baseline")),
    )


# Placing


def _finish(
    made: Lines, line: list[_Item], parent: Element, x: float, y: float, room: float, *, forced: bool = False
) -> None:
    """Places one line below the ones there are."""
    while line and isinstance(line[-1], _Word) and line[-1].blank:
        line.pop()
    if not line and not forced:
        return
    ascent, descent = _strut(parent.style)
    for item in line:
        if isinstance(item, _Word):
            over, under = _strut(item.owner.style)
            ascent, descent = max(ascent, over), max(descent, under)
    for item in line:
        if isinstance(item, _Atom):
            over, under = _reach(item, ascent, descent, parent.style)
            ascent, descent = max(ascent, over), max(descent, under)
    width = sum(item.width for item in line if not isinstance(item, _Break))
    made.widest = max(made.widest, width)
    top = y + made.height
    left = x + _shift(parent.style, room - width)
    for item in line:
        if isinstance(item, _Atom):
            over, _ = _reach(item, ascent, descent, parent.style)
            drop = item.ascent - item.box.height if item.box.baseline is None else 0.0
            margin_top = max(drop, 0.0)
            item.box.move(left + item.left, top + ascent - over + margin_top)
            made.boxes.append(item.box)
        elif isinstance(item, _Word):
            _write(made, item, left, top, ascent, descent)
        if not isinstance(item, _Break):
            left += item.width
    made.baseline = made.height + ascent
    made.height += ascent + descent


def _strut(style: Style) -> tuple[float, float]:
    """How far a line of this style's text reaches above and below its baseline."""
    size = font_size(style)
    spare = line_height(style, NATURAL) - NATURAL * size
    return ASCENT * size + spare / 2, DESCENT * size + spare / 2


def _reach(atom: _Atom, ascent: float, descent: float, style: Style) -> tuple[float, float]:
    """The same for a box, by its vertical alignment."""
    total = atom.ascent + atom.descent
    match atom.align:
        case "middle":
            middle = font_size(style) * 0.25
            return total / 2 + middle, total / 2 - middle
        case "top" | "text-top":
            return ascent, total - ascent
        case "bottom" | "text-bottom":
            return total - descent, descent
        case _:
            return atom.ascent, atom.descent


def _shift(style: Style, spare: float) -> float:
    match style.get("text-align", "start"):
        case "center" | "-webkit-center":
            return max(spare, 0.0) / 2
        case "right" | "end":
            return max(spare, 0.0)
        case _:
            return 0.0


def _write(made: Lines, word: _Word, left: float, top: float, ascent: float, descent: float) -> None:
    """A piece of text; it lengthens the one before where both belong together."""
    over, under = _strut(word.owner.style)
    line_top, height = top + ascent - over, over + under
    last = made.fragments[-1] if made.fragments else None
    if (
        last is not None
        and last.owner is word.owner
        and last.top == line_top
        and abs(last.x + last.width - left) < _FITS
    ):
        last.text += word.text
        last.width += word.width
        return
    made.fragments.append(Fragment(word.owner, word.text, left, line_top, word.width, height, word.size, word.weight))
