"""Flexible boxes: rows and columns that share their room; grids of equal rows are laid out here, too."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from device_farm.simulator.apps.chrome.web.boxes import Box, Layouter
from device_farm.simulator.apps.chrome.web.model import Element, Style
from device_farm.simulator.apps.chrome.web.style import edges, font_size, is_out_of_flow, length, number_of

_REPEAT: Final = re.compile(r"repeat\(\s*(\d+|auto-fill|auto-fit)\s*,\s*(minmax\([^)]*\)|[^)]+)\)")
_TRACK: Final = re.compile(r"minmax\([^)]*\)|[^\s]+")


@dataclass(slots=True)
class _Item:
    element: Element
    base: float
    """Width of its margin box before sharing."""


def flex_items(element: Element) -> list[Element]:
    """Children that take part; bare text becomes an item of its own."""
    items: list[Element] = []
    for child in element.children:
        if isinstance(child, str):
            if child.strip():
                inherited = {name: value for name, value in element.style.items() if name in _TEXT_STYLE}
                items.append(
                    Element(id=0, tag="#text", style={**inherited, "display": "block"}, children=(child.strip(),))
                )
        elif not is_out_of_flow(child):
            items.append(child)
    return sorted(items, key=lambda item: number_of(item.style, "order", 0.0))


_TEXT_STYLE: Final = frozenset(
    ("font-size", "font-weight", "color", "line-height", "white-space", "text-align", "text-transform", "font-style")
)


def lay_out_flex(
    layouter: Layouter, element: Element, x: float, y: float, room: float, height: float | None
) -> tuple[list[Box], float]:
    """The boxes of a flex container's items, and the height of its content."""
    direction = str(element.style.get("flex-direction", "row"))
    items = flex_items(element)
    if direction.endswith("reverse"):
        items.reverse()
    if direction.startswith("column"):
        return _column(layouter, element.style, items, x, y, room, height)
    return _rows(layouter, element.style, items, x, y, room, height)


def _gap(layouter: Layouter, style: Style, name: str, base: float) -> float:
    return length(style.get(name), base, font_size(style), layouter.viewport) or 0.0


def _basis(layouter: Layouter, item: Element, room: float) -> float:
    margin = edges(item.style, "margin", room, layouter.viewport)
    basis = length(item.style.get("flex-basis"), room, font_size(item.style), layouter.viewport)
    if basis is None:
        return layouter.preferred(item, room)
    inside = edges(item.style, "padding", room, layouter.viewport).across
    inside += edges(item.style, "border", room, layouter.viewport).across
    extra = 0.0 if item.style.get("box-sizing") == "border-box" else inside
    return max(basis + extra, inside) + margin.across


def _rows(
    layouter: Layouter, style: Style, items: Sequence[Element], x: float, y: float, room: float, height: float | None
) -> tuple[list[Box], float]:
    gap = _gap(layouter, style, "column-gap", room)
    measured = [_Item(item, _basis(layouter, item, room)) for item in items]
    lines = [measured] if "wrap" not in str(style.get("flex-wrap", "nowrap")).replace("nowrap", "") else _wrapped(
        measured, room, gap)  # fmt: skip
    boxes: list[Box] = []
    top = y
    for number, line in enumerate(lines):
        if number:
            top += _gap(layouter, style, "row-gap", room)
        forced = height if height is not None and len(lines) == 1 else None
        made, line_height = _row(layouter, style, line, x, top, room, gap, forced)
        boxes += made
        top += line_height
    return boxes, top - y


def _wrapped(items: list[_Item], room: float, gap: float) -> list[list[_Item]]:
    lines: list[list[_Item]] = [[]]
    used = 0.0
    for item in items:
        needed = item.base + (gap if lines[-1] else 0.0)
        if lines[-1] and used + needed > room + 0.01:
            lines.append([])
            used, needed = 0.0, item.base
        lines[-1].append(item)
        used += needed
    return lines


def _shared(line: list[_Item], spare: float) -> list[float]:
    """Widths after growing into spare room or shrinking out of missing room."""
    name = "flex-grow" if spare > 0 else "flex-shrink"
    parts = [number_of(item.element.style, name, 0.0 if spare > 0 else 1.0) for item in line]
    weights = parts if spare > 0 else [part * item.base for part, item in zip(parts, line, strict=True)]
    total = sum(weights)
    if total <= 0:
        return [item.base for item in line]
    share = spare * min(1.0, sum(parts)) if spare > 0 else spare
    return [max(item.base + share * weight / total, 0.0) for item, weight in zip(line, weights, strict=True)]


def _row(
    layouter: Layouter,
    style: Style,
    line: list[_Item],
    x: float,
    y: float,
    room: float,
    gap: float,
    height: float | None,
) -> tuple[list[Box], float]:
    spare = room - sum(item.base for item in line) - gap * max(len(line) - 1, 0)
    widths = _shared(line, spare)
    spare = room - sum(widths) - gap * max(len(line) - 1, 0)
    autos = [
        [side for side in ("left", "right") if item.element.style.get(f"margin-{side}") == "auto"] for item in line
    ]
    auto_share = max(spare, 0.0) / sum(map(len, autos)) if any(autos) else 0.0
    lead, step = (
        (0.0, 0.0) if any(autos) else _spread(str(style.get("justify-content", "flex-start")), spare, len(line))
    )
    boxes: list[Box] = []
    left = x + lead
    for item, width, auto in zip(line, widths, autos, strict=True):
        margin = edges(item.element.style, "margin", room, layouter.viewport)
        left += auto_share if "left" in auto else 0.0
        boxes.append(
            layouter.block(item.element, left, y + margin.top, room, width=max(width - margin.across, 0.0), alone=True)
        )
        left += width + gap + step + (auto_share if "right" in auto else 0.0)
    outer = [_outer(layouter, box, room) for box in boxes]
    tall = height if height is not None else max(outer, default=0.0)
    for place, (box, own) in enumerate(zip(boxes, outer, strict=True)):
        boxes[place] = _aligned(layouter, style, box, tall - own, room, stretch_to=tall)
    return boxes, tall


def _outer(layouter: Layouter, box: Box, room: float) -> float:
    return box.height + edges(box.element.style, "margin", room, layouter.viewport).along


def _aligned(layouter: Layouter, style: Style, box: Box, spare: float, room: float, *, stretch_to: float) -> Box:
    """The box in its place across the row; stretched ones are laid out again."""
    align = str(box.element.style.get("align-self", "auto"))
    align = str(style.get("align-items", "stretch")) if align == "auto" else align
    margin = edges(box.element.style, "margin", room, layouter.viewport)
    if align in ("stretch", "normal") and box.element.style.get("height", "auto") == "auto" and spare > 0:
        return layouter.block(
            box.element, box.x - margin.left, box.y, room, width=box.width, height=stretch_to - margin.along, alone=True
        )
    if align == "center":
        box.move(0.0, spare / 2)
    elif align in ("flex-end", "end"):
        box.move(0.0, spare)
    return box


def _spread(justify: str, spare: float, count: int) -> tuple[float, float]:
    """Room before the first item, and more room between two."""
    match justify:
        case "center":
            return spare / 2, 0.0
        case "flex-end" | "end" | "right":
            return spare, 0.0
        case "space-between" if count > 1 and spare > 0:
            return 0.0, spare / (count - 1)
        case "space-around" if count and spare > 0:
            return spare / count / 2, spare / count
        case "space-evenly" if spare > 0:
            return spare / (count + 1), spare / (count + 1)
        case _:
            return 0.0, 0.0


def _column(
    layouter: Layouter, style: Style, items: Sequence[Element], x: float, y: float, room: float, height: float | None
) -> tuple[list[Box], float]:
    gap = _gap(layouter, style, "row-gap", room)
    boxes: list[Box] = []
    top = y
    for item in items:
        margin = edges(item.style, "margin", room, layouter.viewport)
        align = str(item.style.get("align-self", "auto"))
        align = str(style.get("align-items", "stretch")) if align == "auto" else align
        wanted: float | None = None
        if align not in ("stretch", "normal") or "auto" in (
            item.style.get("margin-left"),
            item.style.get("margin-right"),
        ):
            wanted = max(min(layouter.preferred(item, room), room) - margin.across, 0.0)
        top += margin.top + (gap if boxes else 0.0)
        box = layouter.block(item, x, top, room, width=wanted, alone=True)
        if wanted is not None and align == "center":
            box.move((room - wanted - margin.across) / 2, 0.0)
        elif wanted is not None and align in ("flex-end", "end"):
            box.move(room - wanted - margin.across, 0.0)
        boxes.append(box)
        top = box.y + box.height + margin.bottom
    used = top - y
    if height is not None and height > used:
        lead, step = _spread(str(style.get("justify-content", "flex-start")), height - used, len(boxes))
        for place, box in enumerate(boxes):
            box.move(0.0, lead + step * place)
        used = height
    return boxes, used


def lay_out_grid(layouter: Layouter, element: Element, x: float, y: float, room: float) -> tuple[list[Box], float]:
    """Items row by row into the columns of the template; rows are as high as their highest item."""
    style = element.style
    gap, row_gap = _gap(layouter, style, "column-gap", room), _gap(layouter, style, "row-gap", room)
    widths = _tracks(layouter, style, room, gap)
    boxes: list[Box] = []
    items = flex_items(element)
    top = y
    for start in range(0, len(items), len(widths)):
        row = items[start : start + len(widths)]
        made: list[Box] = []
        left = x
        for item, width in zip(row, widths, strict=False):
            margin = edges(item.style, "margin", width, layouter.viewport)
            made.append(
                layouter.block(item, left, top + margin.top, width, width=max(width - margin.across, 0.0), alone=True)
            )
            left += width + gap
        tall = max(_outer(layouter, box, room) for box in made)
        boxes += [
            _aligned(layouter, style, box, tall - _outer(layouter, box, room), room, stretch_to=tall) for box in made
        ]
        top += tall + row_gap
    return boxes, max(top - y - (row_gap if items else 0.0), 0.0)


def _tracks(layouter: Layouter, style: Style, room: float, gap: float) -> list[float]:
    """Widths of the columns; one over the whole room where there is no template."""
    template = str(style.get("grid-template-columns", ""))

    def repeated(match: re.Match[str]) -> str:
        track = match.group(2).strip()
        if match.group(1).isdigit():
            return " ".join([track] * min(int(match.group(1)), 200))
        least = length(track.removeprefix("minmax(").split(",")[0], room, font_size(style), layouter.viewport) or room
        return " ".join([track] * max(int((room + gap) / (least + gap)), 1))

    names = _TRACK.findall(_REPEAT.sub(repeated, template)) if template not in ("", "none") else ["1fr"]
    fixed = [length(name, room, font_size(style), layouter.viewport) for name in names]
    shares = [_share(name) if width is None else 0.0 for name, width in zip(names, fixed, strict=True)]
    left = room - sum(width or 0.0 for width in fixed) - gap * (len(names) - 1)
    total = sum(shares) or 1.0
    return [width if width is not None else max(left * share / total, 0.0)
            for width, share in zip(fixed, shares, strict=True)]  # fmt: skip


def _share(name: str) -> float:
    match = re.search(r"([\d.]+)fr", name)
    return float(match.group(1)) if match is not None else 1.0
