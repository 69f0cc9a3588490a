"""Measure and layout: natural sizes bottom up, boxes top down. Integer pixels throughout."""

from __future__ import annotations

from device_farm.simulator.toolkit.base import CrossAlign
from device_farm.simulator.toolkit.containers import Place
from device_farm.simulator.toolkit.fonts import text_width
from device_farm.simulator.toolkit.node import FILL, WRAP, FieldContent, Node, Preview, Shape, TextContent
from device_farm.simulator.toolkit.text_layout import Line, break_lines

UNBOUNDED = 1 << 24


def natural(node: Node, max_width: int) -> tuple[int, int]:
    """Width and height that `node` wants when at most `max_width` wide and as high as it likes."""
    memo = node.natural_memo
    if memo is not None and memo[0] == max_width:
        return (memo[1], memo[2])
    left, top, right, bottom = node.padding
    limit = min(node.width, max_width) if node.width >= 0 else max_width
    inner = max(0, limit - left - right)
    if node.width >= 0 and node.height >= 0:
        width, height = node.width, node.height
    else:
        content_width, content_height = _content_size(node, inner)
        width = content_width + left + right
        height = content_height + top + bottom
        if node.width == FILL:
            width = max_width
        elif node.width >= 0:
            width = node.width
        if node.height >= 0:
            height = node.height
    width = min(width, max_width)
    node.natural_memo = (max_width, width, height)
    return (width, height)


def _content_size(node: Node, inner: int) -> tuple[int, int]:
    match node.axis:
        case "leaf":
            return _leaf_size(node, inner)
        case "column" | "scroll":
            return _column_size(node, inner)
        case "row":
            widths = _row_widths(node, inner)
            height = max((natural(child, w)[1] for child, w in zip(node.children, widths, strict=True)), default=0)
            used = sum(widths) + node.gap * max(0, len(widths) - 1)
            stretched = node.main == "between" or any(child.weight or child.width == FILL for child in node.children)
            return (inner if stretched else min(used, inner), height)
        case "stack":
            sizes = [natural(child, inner) for child in node.children]
            return (max((size[0] for size in sizes), default=0), max((size[1] for size in sizes), default=0))
        case "absolute":
            return (inner, 0)
        case "list":
            return (inner, node.count * node.row_px)
        case "grid":
            return (inner, sum(_grid_rows(node, inner)) + node.gap * max(0, len(_grid_rows(node, inner)) - 1))


def _leaf_size(node: Node, inner: int) -> tuple[int, int]:
    match node.content:
        case TextContent() as text:
            return _text_size(text, inner)
        case FieldContent() as field:
            return (inner, max(_text_size(field.text, inner)[1], field.min_lines * field.text.line_px))
        case Shape() | Preview() | None:
            return (0, 0)


def _text_size(text: TextContent, inner: int) -> tuple[int, int]:
    lines = break_lines(text.text, text.face, text.size_px, inner, text.max_lines)
    widest = max(line.width for line in lines)
    return (min(inner, int(widest) + 1), text.line_px * len(lines))


def _column_size(node: Node, inner: int) -> tuple[int, int]:
    width = 0
    height = node.gap * max(0, len(node.children) - 1)
    for child in node.children:
        child_width, child_height = natural(child, inner)
        width = max(width, child_width)
        height += child_height
    return (width, height)


def _row_widths(node: Node, inner: int) -> list[int]:
    """Widths of a row's children: fixed and natural ones first, weights share the rest."""
    free = inner - node.gap * max(0, len(node.children) - 1)
    widths = [0] * len(node.children)
    flexible: list[int] = []
    for index, child in enumerate(node.children):
        if child.weight:
            flexible.append(index)
            continue
        widths[index] = min(natural(child, max(0, free))[0], max(0, free))
        free -= widths[index]
    _share(widths, flexible, node, max(0, free))
    return widths


def _share(sizes: list[int], flexible: list[int], node: Node, free: int) -> None:
    total = sum(node.children[index].weight for index in flexible)
    given = 0
    for place, index in enumerate(flexible):
        last = place == len(flexible) - 1
        sizes[index] = free - given if last else int(free * node.children[index].weight / total)
        given += sizes[index]


def _grid_rows(node: Node, inner: int) -> list[int]:
    cell = _cell_width(node, inner)
    heights: list[int] = []
    for start in range(0, len(node.children), node.columns):
        cells = node.children[start : start + node.columns]
        heights.append(node.row_px or max(natural(child, cell)[1] for child in cells))
    return heights


def _cell_width(node: Node, inner: int) -> int:
    return (inner - node.gap * (node.columns - 1)) // node.columns


def place(node: Node, left: int, top: int, width: int, height: int) -> None:
    """Gives `node` the box and lays out everything inside it."""
    node.left, node.top, node.right, node.bottom = left, top, left + width, top + height
    pad_left, pad_top, pad_right, pad_bottom = node.padding
    inner_left, inner_top = left + pad_left, top + pad_top
    inner_width, inner_height = max(0, width - pad_left - pad_right), max(0, height - pad_top - pad_bottom)
    match node.axis:
        case "leaf":
            _place_leaf(node, inner_width, inner_height)
        case "column":
            _place_column(node, inner_left, inner_top, inner_width, inner_height)
        case "row":
            _place_row(node, inner_left, inner_top, inner_width, inner_height)
        case "stack":
            _place_stack(node, inner_left, inner_top, inner_width, inner_height)
        case "scroll":
            _place_scroll(node, inner_left, inner_top, inner_width, inner_height)
        case "list":
            _place_list(node, inner_left, inner_top, inner_width, inner_height)
        case "grid":
            _place_grid(node, inner_left, inner_top, inner_width)
        case "absolute":
            for child, (x, y) in zip(node.children, node.offsets, strict=True):
                place(child, inner_left + x, inner_top + y, *natural(child, inner_width))


def _place_leaf(node: Node, inner_width: int, inner_height: int) -> None:
    match node.content:
        case TextContent() as text:
            text.lines = break_lines(text.text, text.face, text.size_px, inner_width, text.max_lines)
        case FieldContent() as field:
            text = field.text
            if not field.multiline:
                text.lines = (Line(text.text, text_width(text.text, text.face, text.size_px), 0, len(text.text)),)
            else:
                text.lines = break_lines(text.text, text.face, text.size_px, inner_width, text.max_lines)
                node.scroll_max = max(0, len(text.lines) * text.line_px - inner_height)
                node.scroll_px = min(max(node.scroll_px, 0), node.scroll_max)
        case Shape() | Preview() | None:
            pass


def _place_column(node: Node, left: int, top: int, width: int, height: int) -> None:
    children = node.children
    heights = [0] * len(children)
    free = height - node.gap * max(0, len(children) - 1)
    flexible: list[int] = []
    for index, child in enumerate(children):
        if child.weight or child.height == FILL:
            flexible.append(index)
            child.weight = child.weight or 1.0
        else:
            heights[index] = natural(child, width)[1]
            free -= heights[index]
    if flexible:
        _share(heights, flexible, node, max(0, free))
    elif free < 0:
        _squeeze(children, heights, -free)
    spare = max(0, free) if not flexible else 0
    y = top + _lead(node.main, spare)
    step = node.gap + (spare // (len(children) - 1) if node.main == "between" and len(children) > 1 else 0)
    for child, child_height in zip(children, heights, strict=True):
        child_width, x = _across(node.cross, child.width, natural(child, width)[0] if child.width != FILL else width,
                                 left, width)  # fmt: skip
        place(child, x, y, child_width, child_height)
        y += child_height + step


def _squeeze(children: list[Node], heights: list[int], excess: int) -> None:
    """What scrolls gives way when a column is too high for its box."""
    for index, child in enumerate(children):
        if excess > 0 and child.axis in ("scroll", "list", "column", "stack") and _scrolls(child):
            taken = min(excess, heights[index])
            heights[index] -= taken
            excess -= taken


def _scrolls(node: Node) -> bool:
    return node.axis in ("scroll", "list") or any(_scrolls(child) for child in node.children)


def _place_row(node: Node, left: int, top: int, width: int, height: int) -> None:
    children = node.children
    for child in children:
        if child.width == FILL and not child.weight:
            child.weight = 1.0
    widths = _row_widths(node, width)
    spare = max(0, width - sum(widths) - node.gap * max(0, len(children) - 1))
    if any(child.weight for child in children):
        spare = 0
    x = left + _lead(node.main, spare)
    step = node.gap + (spare // (len(children) - 1) if node.main == "between" and len(children) > 1 else 0)
    for child, child_width in zip(children, widths, strict=True):
        wanted = natural(child, child_width)[1] if child.height != FILL else height
        child_height, y = _across(node.cross, child.height, min(wanted, height), top, height)
        place(child, x, y, child_width, child_height)
        x += child_width + step


def _lead(main: str, spare: int) -> int:
    match main:
        case "center":
            return spare // 2
        case "end":
            return spare
        case _:
            return 0


def _across(cross: CrossAlign, wanted: int, natural_size: int, start: int, room: int) -> tuple[int, int]:
    """(size, position) across the main axis. `wanted` is the child's own width or height setting."""
    if wanted == FILL or (cross == "stretch" and wanted == WRAP):
        return (room, start)
    size = min(natural_size, room)
    match cross:
        case "start" | "stretch":
            return (size, start)
        case "center":
            return (size, start + (room - size) // 2)
        case "end":
            return (size, start + room - size)


def _place_stack(node: Node, left: int, top: int, width: int, height: int) -> None:
    for index, child in enumerate(node.children):
        where: Place = node.places[index] if index < len(node.places) else "fill"
        if where == "fill" and child.width < 0 and child.height < 0:
            place(child, left, top, width, height)
            continue
        child_width, child_height = natural(child, width)
        child_width = width if child.width == FILL or (where in ("top", "bottom", "fill") and child.width == WRAP) \
            else child_width  # fmt: skip
        child_height = height if child.height == FILL else min(child_height, height)
        x, y = _spot(where, left, top, width - child_width, height - child_height)
        place(child, x, y, child_width, child_height)


def _spot(where: Place, left: int, top: int, free_width: int, free_height: int) -> tuple[int, int]:
    across = {"top_start": 0, "bottom_start": 0, "start": 0, "top_end": 2, "bottom_end": 2, "end": 2}.get(where, 1)
    along = {"top": 0, "top_start": 0, "top_end": 0, "bottom": 2, "bottom_start": 2, "bottom_end": 2}.get(where, 1)
    return (left + free_width * across // 2, top + free_height * along // 2)


def _place_scroll(node: Node, left: int, top: int, width: int, height: int) -> None:
    heights = [natural(child, width)[1] for child in node.children]
    total = sum(heights) + node.gap * max(0, len(heights) - 1)
    node.scroll_max = max(0, total - height)
    node.scroll_px = min(max(node.scroll_px, 0), node.scroll_max)
    y = top - node.scroll_px
    for child, child_height in zip(node.children, heights, strict=True):
        child_width, x = _across("stretch", child.width, natural(child, width)[0], left, width)
        # All of them, also those out of sight: a focused field may have to be scrolled to.
        place(child, x, y, child_width, child_height)
        y += child_height + node.gap


def _place_list(node: Node, left: int, top: int, width: int, height: int) -> None:
    node.scroll_max = max(0, node.count * node.row_px - height)
    node.scroll_px = min(max(node.scroll_px, 0), node.scroll_max)
    node.children = []
    if node.row is None or node.row_px <= 0:
        return
    first = node.scroll_px // node.row_px
    last = min(node.count, (node.scroll_px + height - 1) // node.row_px + 1)
    for index in range(first, last):
        child = node.row(index)
        place(child, left, top + index * node.row_px - node.scroll_px, width, node.row_px)
        node.children.append(child)


def _place_grid(node: Node, left: int, top: int, width: int) -> None:
    cell = _cell_width(node, width)
    y = top
    for number, row_height in enumerate(_grid_rows(node, width)):
        for column, child in enumerate(node.children[number * node.columns : (number + 1) * node.columns]):
            place(child, left + column * (cell + node.gap), y, cell, row_height)
        y += row_height + node.gap
