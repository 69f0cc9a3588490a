"""Laid-out nodes to drawing operations."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from device_farm.simulator.toolkit.fonts import ascent_descent, icon_text, text_width
from device_farm.simulator.toolkit.node import FieldContent, Node, Preview, Shape, TextContent
from device_farm.simulator.toolkit.ops import RESTORE, Box, Clip, Figure, Glyphs, Op, scaled
from device_farm.simulator.toolkit.text_layout import Line

Emit: TypeAlias = Callable[[Op], None]
Area: TypeAlias = tuple[int, int, int, int]

BORDER_PX = 3
CURSOR_PX = 5


def emit_node(node: Node, emit: Emit, visible: Area) -> None:
    """Operations for `node` and everything below it; what lies outside `visible` is left out."""
    left, top, right, bottom = node.left, node.top, node.right, node.bottom
    if right <= visible[0] or left >= visible[2] or bottom <= visible[1] or top >= visible[3]:
        return
    if node.background or node.border or node.elevation:
        border_px = BORDER_PX if node.border else 0
        emit(Box("box", left, top, right, bottom, node.radius, node.background, node.border, border_px, node.elevation))
    inside = visible
    if node.clip:
        emit(Clip("clip", left, top, right, bottom, node.radius))
        inside = (max(left, visible[0]), max(top, visible[1]), min(right, visible[2]), min(bottom, visible[3]))
    match node.content:
        case None:
            pass
        case TextContent() as text:
            _emit_lines(node, text, emit, inside)
        case FieldContent() as field:
            _emit_field(node, field, emit, inside)
        case Shape() as shape:
            _emit_shape(node, shape, emit)
        case Preview() as preview:
            for op in preview.frame:
                emit(scaled(op, preview.scale, left, top))
    for child in node.children:
        emit_node(child, emit, inside)
    if node.clip:
        emit(RESTORE)


def _emit_shape(node: Node, shape: Shape, emit: Emit) -> None:
    if shape.kind != "icon":
        emit(Figure("figure", node.left, node.top, node.right, node.bottom, shape.kind, shape.values, shape.colours,
                    shape.data))  # fmt: skip
        return
    # The glyphs of the icon font fill their em box, which stands on the descent line.
    size = shape.values[0]
    _, descent = ascent_descent("icons", size)
    x = (node.left + node.right - size) / 2
    y = (node.top + node.bottom + size) / 2 - descent
    emit(Glyphs("glyphs", x, y, icon_text(shape.data.decode()), "icons", size, shape.colours[0], int(size)))


def _baseline(text: TextContent) -> float:
    ascent, descent = ascent_descent(text.face, text.size_px)
    return (text.line_px - ascent - descent) / 2 + ascent


def _emit_lines(node: Node, text: TextContent, emit: Emit, visible: Area) -> None:
    pad_left, pad_top, pad_right, pad_bottom = node.padding
    left, top = node.left + pad_left, node.top + pad_top
    room = node.right - pad_right - left
    # Text in a box that is higher than it needs stands in the middle, as with gravity center_vertical.
    spare = node.bottom - pad_bottom - top - text.line_px * len(text.lines)
    y = top + max(0, spare) // 2 + _baseline(text)
    for line in text.lines:
        if y - text.line_px < visible[3] and y + text.line_px > visible[1]:
            x = _aligned(left, room, line, text.align)
            _emit_line(x, y, line, text, emit)
        y += text.line_px


def _aligned(left: int, room: int, line: Line, align: str) -> float:
    match align:
        case "center":
            return left + (room - line.width) / 2
        case "end":
            return left + room - line.width
        case _:
            return float(left)


def _emit_line(x: float, y: float, line: Line, text: TextContent, emit: Emit) -> None:
    if not line.text.strip():
        return
    emit(Glyphs("glyphs", x, y, line.text, text.face, text.size_px, text.colour, int(line.width) + 1))
    if text.strike:
        middle = int(y - text.size_px * 0.3)
        emit(Box("box", int(x), middle, int(x + line.width), middle + 3, 0, text.colour, 0, 0, 0))


def _emit_field(node: Node, field: FieldContent, emit: Emit, visible: Area) -> None:
    text = field.text
    room = node.right - node.left
    shift = 0.0
    if not field.multiline:
        # A line too long for its box slides so that the cursor stays in sight.
        shift = max(0.0, _width_before(field, field.cursor) - room + CURSOR_PX)
    top = node.top - node.scroll_px
    if field.focused and not field.hint_shown:
        _emit_selection(node, field, emit, top, shift)
    y = top + _baseline(text)
    for line in text.lines:
        if y - text.line_px < visible[3] and y + text.line_px > visible[1]:
            _emit_line(node.left - shift, y, line, text, emit)
        y += text.line_px
    if field.focused and field.selection[0] == field.selection[1]:
        x, row = cursor_place(field)
        left = int(node.left + x - shift)
        line_top = top + row * text.line_px
        emit(
            Box(
                "box",
                left,
                line_top + 4,
                left + CURSOR_PX,
                line_top + text.line_px - 4,
                0,
                field.cursor_colour,
                0,
                0,
                0,
            )
        )


def _emit_selection(node: Node, field: FieldContent, emit: Emit, top: int, shift: float) -> None:
    start, end = field.selection
    text = field.text
    for row, line in enumerate(text.lines):
        first, last = max(start, line.start), min(end, line.end)
        if start < end and first < last:
            x1 = text_width(text.text[line.start : first], text.face, text.size_px)
            x2 = text_width(text.text[line.start : last], text.face, text.size_px)
            y = top + row * text.line_px
            emit(Box("box", int(node.left + x1 - shift), y, int(node.left + x2 - shift), y + text.line_px, 0,
                     field.highlight, 0, 0, 0))  # fmt: skip


def _width_before(field: FieldContent, place: int) -> float:
    if field.hint_shown:
        return 0.0
    return text_width(field.text.text[:place], field.text.face, field.text.size_px)


def cursor_place(field: FieldContent) -> tuple[float, int]:
    """(x in pixels from the line's start, line number) of the cursor."""
    if field.hint_shown:
        return (0.0, 0)
    text = field.text
    for row, line in reversed(tuple(enumerate(text.lines))):
        if field.cursor >= line.start:
            return (text_width(text.text[line.start : field.cursor], text.face, text.size_px), row)
    return (0.0, 0)


def cursor_at(node: Node, field: FieldContent, x: int, y: int) -> int:
    """The character place nearest to a touch at (x, y)."""
    if field.hint_shown:
        return 0
    text = field.text
    row = min(max((y - node.top + node.scroll_px) // text.line_px, 0), len(text.lines) - 1)
    line = text.lines[row]
    shift = (
        0.0 if field.multiline else max(0.0, _width_before(field, field.cursor) - (node.right - node.left) + CURSOR_PX)
    )
    wanted = x - node.left + shift
    source = text.text[line.start : line.end]
    for place in range(len(source)):
        before = text_width(source[:place], text.face, text.size_px)
        after = text_width(source[: place + 1], text.face, text.size_px)
        if wanted < (before + after) / 2:
            return line.start + place
    return line.start + len(source)
