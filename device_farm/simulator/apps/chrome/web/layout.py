"""Layout of a page: blocks from top to bottom, lines, flexible boxes, grids, tables, boxes out of the flow.

A subset of CSS 2.1 and Flexbox. Floats stand in the line, columns of tables are as wide as their content, and nothing
is clipped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from device_farm.simulator.apps.chrome.web.boxes import Box, Fragment
from device_farm.simulator.apps.chrome.web.flex import flex_items, lay_out_flex, lay_out_grid
from device_farm.simulator.apps.chrome.web.inline import lay_out_lines
from device_farm.simulator.apps.chrome.web.model import Element, Rect
from device_farm.simulator.apps.chrome.web.replaced import intrinsic_size
from device_farm.simulator.apps.chrome.web.style import (
    REPLACED,
    Edges,
    Viewport,
    edges,
    font_size,
    is_inline,
    is_out_of_flow,
    length,
)
from device_farm.simulator.apps.chrome.web.tables import lay_out_table, table_width
from device_farm.simulator.toolkit.base import FontWeight
from device_farm.simulator.toolkit.fonts import text_width

WIDEST: Final = 100_000.0
DEPTH_MAX: Final = 200
"""Elements nested deeper are left out."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page laid out; sizes in CSS pixels."""

    root: Box
    width: float
    height: float

    def rects(self) -> Mapping[int, Rect]:
        """Border boxes by the elements' numbers; inline elements have the box around their text."""
        found: dict[int, Rect] = {}
        for box in self.root.walk():
            found[box.element.id] = box.rect
        for box in self.root.walk():
            for fragment in box.fragments:
                number = fragment.owner.id
                if number not in found:
                    found[number] = (fragment.x, fragment.top, fragment.width, fragment.height)
        return found


def lay_out(root: Element, viewport: Viewport) -> Page:
    layout = _Layout(viewport)
    box = layout.block(root, 0.0, 0.0, viewport.width, alone=True)
    bottom = max((each.y + each.height for each in box.walk()), default=0.0)
    return Page(box, viewport.width, max(bottom, viewport.height))


class _Layout:
    """Implements `Layouter`."""

    def __init__(self, viewport: Viewport) -> None:
        self.viewport = viewport
        self._depth = 0
        self._containers: list[Box] = []

    def text_width(self, text: str, weight: FontWeight, size: float) -> float:
        scale = self.viewport.scale
        return text_width(text, weight, size * scale) / scale

    # Blocks

    def block(
        self, element: Element, x: float, y: float, room: float, *, width: float | None = None,
        height: float | None = None, alone: bool = False,
    ) -> Box:  # fmt: skip
        style = element.style
        margin = edges(style, "margin", room, self.viewport)
        border = edges(style, "border", room, self.viewport)
        padding = edges(style, "padding", room, self.viewport)
        inside = Edges(border.left + padding.left, border.top + padding.top,
                       border.right + padding.right, border.bottom + padding.bottom)  # fmt: skip
        own_width = width if width is not None else self._width(element, room, margin, inside)
        left = x + margin.left + self._centred(element, room, own_width, margin, forced=width is not None)
        box = Box(element, left, y, own_width, 0.0, border, padding, margin.top, margin.bottom)
        own_height = height if height is not None else self._height(element, inside)
        if element.tag in REPLACED:
            tall = intrinsic_size(self, element)[1] + inside.along
            box.height = own_height if own_height is not None else self._in_proportion(element, box, inside, tall)
            box.baseline = None if element.tag in ("canvas", "img", "video", "svg") else self._text_base(element, box)
            return self._offset(box)
        if self._depth < DEPTH_MAX:
            self._fill(box, inside, own_height, alone=alone)
        return self._offset(box)

    def _fill(self, box: Box, inside: Edges, own_height: float | None, *, alone: bool) -> None:
        """Lays out the content and settles the height."""
        element = box.element
        positioned = element.style.get("position", "static") != "static" or not self._containers
        if positioned:
            self._containers.append(box)
        self._depth += 1
        inner = max(box.width - inside.across, 0.0)
        inner_height = max(own_height - inside.along, 0.0) if own_height is not None else None
        x, y = box.x + inside.left, box.y + inside.top
        content, trailing = self._content(box, x, y, inner, inner_height, alone=alone)
        self._depth -= 1
        if own_height is None:
            if alone or inside.bottom:
                content += trailing
            else:
                box.margin_bottom = max(box.margin_bottom, trailing)
            box.height = self._limited(element, content + inside.along, inside)
        else:
            box.height = own_height
            if element.tag == "button":
                self._centre_content(box, (own_height - inside.along - content) / 2)
        self._out_of_flow(box, x, y)
        if positioned:
            self._containers.pop()

    def _content(
        self, box: Box, x: float, y: float, inner: float, inner_height: float | None, *, alone: bool
    ) -> tuple[float, float]:
        """Height of the content and the margin that sticks out below."""
        element = box.element
        display = str(element.style["display"])
        if "flex" in display:
            boxes, height = lay_out_flex(self, element, x, y, inner, inner_height)
        elif "grid" in display:
            boxes, height = lay_out_grid(self, element, x, y, inner)
        elif display in ("table", "inline-table"):
            boxes, height = lay_out_table(self, element, x, y, inner)
        else:
            return self._flow(box, x, y, inner, alone=alone)
        box.children += boxes
        if boxes and boxes[0].baseline is not None:
            box.baseline = boxes[0].y - box.y + boxes[0].baseline
        return height, 0.0

    def _flow(self, box: Box, x: float, y: float, inner: float, *, alone: bool) -> tuple[float, float]:
        """Blocks below each other; what stands in lines between them forms lines of its own."""
        element = box.element
        top, pending = y, 0.0
        first = True
        for group in _groups(element):
            if not isinstance(group, Element):
                lines = lay_out_lines(self, group, element, x, top + pending, inner)
                if lines.height:
                    box.baseline = top + pending - box.y + (lines.baseline or 0.0)
                    top, pending, first = top + pending + lines.height, 0.0, False
                    box.children += lines.boxes
                    box.fragments += lines.fragments
                continue
            margin_top = self._top_margin(group, inner)
            if first and not alone and not box.border.top and not box.padding.top:
                margin_top = 0.0
            between = max(pending, margin_top) if min(pending, margin_top) >= 0 else pending + margin_top
            made = self.block(group, x, top + between, inner)
            box.children.append(made)
            if group.style["display"] == "list-item":
                self._bullet(box, group, made)
            if made.baseline is not None:
                box.baseline = made.y - box.y + made.baseline
            top, pending, first = made.y + made.height - _moved(group, self.viewport), made.margin_bottom, False
        return top - y, pending

    def _top_margin(self, element: Element, room: float) -> float:
        """The margin above, collapsed with that of the first block inside."""
        own = edges(element.style, "margin", room, self.viewport).top
        open_top = not edges(element.style, "border", room, self.viewport).top
        open_top = open_top and not edges(element.style, "padding", room, self.viewport).top
        if not open_top or element.style["display"] not in ("block", "list-item") or element.tag in REPLACED:
            return own
        for group in _groups(element):
            if isinstance(group, Element):
                return max(own, self._top_margin(group, room))
            if any(isinstance(node, Element) or node.strip() for node in group):
                return own
        return own

    # Sizes

    def _width(self, element: Element, room: float, margin: Edges, inside: Edges) -> float:
        style, size = element.style, font_size(element.style)
        wanted = length(style.get("width"), room, size, self.viewport)
        extra = 0.0 if style.get("box-sizing") == "border-box" else inside.across
        if wanted is not None:
            width = max(wanted + extra, inside.across)
        elif element.tag in REPLACED:
            width = intrinsic_size(self, element)[0] + inside.across
        elif style["display"] == "table":
            width = min(table_width(self, element, room) + inside.across, max(room - margin.across, 0.0))
        else:
            width = max(room - margin.across, inside.across)
        most = length(style.get("max-width"), room, size, self.viewport)
        least = length(style.get("min-width"), room, size, self.viewport)
        width = min(width, most + extra) if most is not None else width
        return max(width, least + extra) if least is not None else width

    def _height(self, element: Element, inside: Edges) -> float | None:
        style = element.style
        base = self._containers[-1].height if self._containers and self._containers[-1].height else self.viewport.height
        wanted = length(style.get("height"), base, font_size(style), self.viewport)
        if wanted is None or str(style.get("height", "")).endswith("%"):
            return None
        height = wanted + (0.0 if style.get("box-sizing") == "border-box" else inside.along)
        return self._limited(element, max(height, inside.along), inside)

    def _limited(self, element: Element, height: float, inside: Edges) -> float:
        style, size = element.style, font_size(element.style)
        extra = 0.0 if style.get("box-sizing") == "border-box" else inside.along
        most = length(style.get("max-height"), self.viewport.height, size, self.viewport)
        least = length(style.get("min-height"), self.viewport.height, size, self.viewport)
        height = min(height, most + extra) if most is not None else height
        return max(height, least + extra) if least is not None else height

    def _in_proportion(self, element: Element, box: Box, inside: Edges, tall: float) -> float:
        """A picture whose width alone is given keeps its shape."""
        if element.tag not in ("canvas", "img", "video", "svg"):
            return tall
        wide, high = intrinsic_size(self, element)
        return (box.width - inside.across) * high / wide + inside.along if wide else tall

    def _text_base(self, element: Element, box: Box) -> float:
        size = font_size(element.style)
        return box.height / 2 + size * 0.34

    def _centred(self, element: Element, room: float, width: float, margin: Edges, *, forced: bool) -> float:
        """Auto margins of a block push it into the middle or to the right."""
        spare = room - width - margin.across
        if forced or spare <= 0 or (is_inline(element) and element.style["display"] != "table"):
            return 0.0
        left, right = element.style.get("margin-left") == "auto", element.style.get("margin-right") == "auto"
        return spare / 2 if left and right else spare if left else 0.0

    def preferred(self, element: Element, room: float) -> float:
        style = element.style
        margin = edges(style, "margin", room, self.viewport)
        inside = (
            edges(style, "border", room, self.viewport).across + edges(style, "padding", room, self.viewport).across
        )
        spread = Edges(inside, 0.0, 0.0, 0.0)
        if length(style.get("width"), room, font_size(style), self.viewport) is not None or element.tag in REPLACED:
            return self._width(element, room, margin, spread) + margin.across
        wanted = self._content_width(element) + inside
        limited = self._width_limits(element, wanted, room, inside)
        return limited + margin.across

    def _width_limits(self, element: Element, width: float, room: float, inside: float) -> float:
        style, size = element.style, font_size(element.style)
        extra = 0.0 if style.get("box-sizing") == "border-box" else inside
        most = length(style.get("max-width"), room, size, self.viewport)
        least = length(style.get("min-width"), room, size, self.viewport)
        width = min(width, most + extra) if most is not None else width
        return max(width, least + extra) if least is not None else width

    def _content_width(self, element: Element) -> float:
        """What the content takes on one line."""
        if self._depth >= DEPTH_MAX:
            return 0.0
        self._depth += 1
        display = str(element.style["display"])
        if "flex" in display:
            widths = [self.preferred(item, WIDEST) for item in flex_items(element)]
            gap = length(element.style.get("column-gap"), 0.0, font_size(element.style), self.viewport) or 0.0
            across = not str(element.style.get("flex-direction", "row")).startswith("column")
            width = sum(widths) + gap * max(len(widths) - 1, 0) if across else max(widths, default=0.0)
        elif display in ("table", "inline-table"):
            width = table_width(self, element, WIDEST)
        else:
            width = max((self._group_width(element, group) for group in _groups(element)), default=0.0)
        self._depth -= 1
        return width

    def _group_width(self, element: Element, group: Element | Sequence[Element | str]) -> float:
        if isinstance(group, Element):
            return self.preferred(group, WIDEST)
        return lay_out_lines(self, group, element, 0.0, 0.0, WIDEST).widest

    # Special places

    def _centre_content(self, box: Box, spare: float) -> None:
        """A button's label stands in its middle."""
        for fragment in box.fragments:
            fragment.move(0.0, spare)
        for child in box.children:
            child.move(0.0, spare)
        box.baseline = box.baseline + spare if box.baseline is not None else None

    def _offset(self, box: Box) -> Box:
        """position: relative."""
        style = box.element.style
        if style.get("position") == "relative":
            size = font_size(style)
            left, right, top, bottom = (length(style.get(side), 0.0, size, self.viewport)
                                        for side in ("left", "right", "top", "bottom"))  # fmt: skip
            box.move(left if left is not None else -(right or 0.0), top if top is not None else -(bottom or 0.0))
        return box

    def _out_of_flow(self, parent: Box, x: float, y: float) -> None:
        """Children at places of their own, against the nearest positioned box around them."""
        container = self._containers[-1]
        for child in parent.element.children:
            if not isinstance(child, Element) or not is_out_of_flow(child):
                continue
            fixed = child.style.get("position") == "fixed"
            area = (0.0, 0.0, self.viewport.width, self.viewport.height) if fixed else (
                container.x + container.border.left, container.y + container.border.top,
                container.width - container.border.across, container.height - container.border.along)  # fmt: skip
            parent.children.append(self._placed(child, area, x, y))

    def _placed(self, element: Element, area: Rect, x: float, y: float) -> Box:
        style, size = element.style, font_size(element.style)
        left, right = (length(style.get(side), area[2], size, self.viewport) for side in ("left", "right"))
        top, bottom = (length(style.get(side), area[3], size, self.viewport) for side in ("top", "bottom"))
        margin = edges(style, "margin", area[2], self.viewport)
        sized = length(style.get("width"), area[2], size, self.viewport) is not None
        width: float | None = None
        if left is not None and right is not None and not sized:
            width = max(area[2] - left - right - margin.across, 0.0)
        elif not sized:
            width = max(min(self.preferred(element, area[2]), area[2]) - margin.across, 0.0)
        height: float | None = None
        if top is not None and bottom is not None and style.get("height", "auto") == "auto":
            height = max(area[3] - top - bottom - margin.along, 0.0)
        box = self.block(element, 0.0, 0.0, area[2], width=width, height=height, alone=True)
        target_x, target_y = x + margin.left, y + margin.top
        if left is not None:
            target_x = area[0] + left + margin.left
        elif right is not None:
            target_x = area[0] + area[2] - right - box.width - margin.right
        if top is not None:
            target_y = area[1] + top + margin.top
        elif bottom is not None:
            target_y = area[1] + area[3] - bottom - box.height - margin.bottom
        box.move(target_x - box.x, target_y - box.y)
        return box

    def _bullet(self, parent: Box, item: Element, box: Box) -> None:
        kind = str(item.style.get("list-style-type", "disc"))
        if kind == "none" or item.tag != "li":
            return
        siblings = [child for child in parent.element.children if isinstance(child, Element) and child.tag == "li"]
        number = next((place for place, child in enumerate(siblings, 1) if child is item), 1)
        mark = f"{number}." if kind.startswith("decimal") else {"circle": "◦", "square": "▪"}.get(kind, "•")
        size = font_size(item.style)
        width = self.text_width(mark, "regular", size)
        top = box.fragments[0].top if box.fragments else box.y
        height = box.fragments[0].height if box.fragments else size * 1.2
        box.fragments.insert(0, Fragment(item, mark, box.x - width - 8.0, top, width, height, size, "regular"))


def _moved(element: Element, viewport: Viewport) -> float:
    """How far position: relative has moved a box down; what follows does not move with it."""
    if element.style.get("position") != "relative":
        return 0.0
    size = font_size(element.style)
    top = length(element.style.get("top"), 0.0, size, viewport)
    return top if top is not None else -(length(element.style.get("bottom"), 0.0, size, viewport) or 0.0)


def _groups(element: Element) -> list[Element | list[Element | str]]:
    """Children in their order: blocks alone, what stands in lines together; boxes out of the flow left out."""
    found: list[Element | list[Element | str]] = []
    for child in element.children:
        if isinstance(child, Element) and is_out_of_flow(child):
            continue
        if isinstance(child, Element) and not is_inline(child):
            found.append(child)
        elif found and isinstance(found[-1], list):
            found[-1].append(child)
        elif not isinstance(child, str) or child.strip() or element.style.get("white-space") == "pre":
            found.append([child])
    return found
