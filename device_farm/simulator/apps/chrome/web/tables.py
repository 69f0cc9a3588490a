"""Tables: columns as wide as their content, rows as high as their highest cell."""

from __future__ import annotations

from device_farm.simulator.apps.chrome.web.boxes import Box, Layouter
from device_farm.simulator.apps.chrome.web.model import Element
from device_farm.simulator.apps.chrome.web.style import font_size, length

_ROW_GROUPS = frozenset(("table-row-group", "table-header-group", "table-footer-group"))


def _rows(table: Element) -> list[list[Element]]:
    rows: list[list[Element]] = []
    for child in table.children:
        if not isinstance(child, Element):
            continue
        if child.style["display"] in _ROW_GROUPS:
            rows += _rows(child)
        elif child.style["display"] == "table-row":
            rows.append([cell for cell in child.children if isinstance(cell, Element)])
    return rows


def _span(cell: Element) -> int:
    value = str(cell.details.get("colspan", "1"))
    return min(max(int(value), 1), 50) if value.isdigit() else 1


def _spacing(layouter: Layouter, table: Element) -> float:
    if table.style.get("border-collapse") == "collapse":
        return 0.0
    return length(str(table.style.get("border-spacing", "2px")).split()[0], 0.0, font_size(table.style),
                  layouter.viewport) or 0.0  # fmt: skip


def _columns(layouter: Layouter, table: Element, room: float) -> list[float]:
    """The width that each column would like."""
    widths: list[float] = []
    for row in _rows(table):
        place = 0
        for cell in row:
            span = _span(cell)
            widths += [0.0] * (place + span - len(widths))
            share = layouter.preferred(cell, room) / span
            for column in range(place, place + span):
                widths[column] = max(widths[column], share)
            place += span
    return widths


def table_width(layouter: Layouter, table: Element, room: float) -> float:
    """Width of the content that the table would like."""
    widths = _columns(layouter, table, room)
    return sum(widths) + _spacing(layouter, table) * (len(widths) + 1)


def lay_out_table(layouter: Layouter, table: Element, x: float, y: float, room: float) -> tuple[list[Box], float]:
    """The boxes of all cells, and the height of the content. Rows and groups have no boxes of their own."""
    spacing = _spacing(layouter, table)
    widths = _columns(layouter, table, room)
    free = room - spacing * (len(widths) + 1)
    total = sum(widths)
    if total and (total > free or table.style.get("width", "auto") != "auto"):
        widths = [width * free / total for width in widths]
    boxes: list[Box] = []
    top = y
    for child in table.children:
        if isinstance(child, Element) and child.tag == "caption":
            caption = layouter.block(child, x, top, room, alone=True)
            boxes.append(caption)
            top = caption.y + caption.height
    for row in _rows(table):
        top += spacing
        made = _row(layouter, row, widths, x + spacing, top, spacing)
        boxes += made
        top += max((box.height for box in made), default=0.0)
    return boxes, top + spacing - y


def _row(layouter: Layouter, row: list[Element], widths: list[float], x: float, y: float, spacing: float) -> list[Box]:
    made: list[Box] = []
    left, place = x, 0
    for cell in row:
        span = _span(cell)
        width = sum(widths[place : place + span]) + spacing * (span - 1)
        made.append(layouter.block(cell, left, y, width, width=width, alone=True))
        left += width + spacing
        place += span
    tall = max((box.height for box in made), default=0.0)
    for box in made:
        spare = tall - box.height
        for child in box.children:
            child.move(0.0, spare / 2)
        for fragment in box.fragments:
            fragment.move(0.0, spare / 2)
        box.height = tall
    return made
