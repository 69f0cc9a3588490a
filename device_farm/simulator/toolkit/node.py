"""The laid-out form of a screen: what widgets are lowered to. Painting, hit testing and accessibility all read it.

Nodes are filled in once by lowering and layout and never changed afterwards; a new build makes new nodes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal, TypeAlias

from device_farm.simulator.toolkit.base import CrossAlign, Direction, FontWeight, Handler, MainAlign
from device_farm.simulator.toolkit.containers import Place
from device_farm.simulator.toolkit.content import Stroke
from device_farm.simulator.toolkit.ops import DisplayList
from device_farm.simulator.toolkit.text_layout import Line
from device_farm.types.ui_tree import UiState

Axis: TypeAlias = Literal["leaf", "column", "row", "stack", "scroll", "list", "grid", "absolute"]
FILL = -1
WRAP = -2


class TextContent:
    """What a text leaf draws; `lines` are set by layout."""

    __slots__ = ("align", "colour", "face", "line_px", "lines", "max_lines", "size_px", "strike", "text")

    def __init__(
        self,
        text: str,
        *,
        face: FontWeight,
        size_px: float,
        line_px: int,
        colour: int,
        max_lines: int = 0,
        align: Literal["start", "center", "end"] = "start",
        strike: bool = False,
    ) -> None:
        self.text = text
        self.face = face
        self.size_px = size_px
        self.line_px = line_px
        self.colour = colour
        self.max_lines = max_lines
        self.align = align
        self.strike = strike
        self.lines: tuple[Line, ...] = ()


class FieldContent:
    """The editable text of a field: its lines, cursor and selection. `masked` text is drawn as dots."""

    __slots__ = (
        "cursor",
        "cursor_colour",
        "enabled",
        "focused",
        "highlight",
        "hint_shown",
        "key",
        "kind",
        "masked",
        "min_lines",
        "multiline",
        "on_change",
        "on_submit",
        "selection",
        "text",
        "value",
    )

    def __init__(self, key: str, text: TextContent, value: str) -> None:
        self.key = key
        self.text = text
        self.value = value
        self.cursor = 0
        self.selection = (0, 0)
        self.focused = False
        self.highlight = 0
        self.cursor_colour = 0
        self.min_lines = 1
        self.enabled = True
        self.hint_shown = False
        self.kind = "text"
        self.masked = False
        self.multiline = False
        self.on_change: Callable[[str], None] | None = None
        self.on_submit: Callable[[str], None] | None = None


class Shape:
    """A drawing by name with parameters: switch, checkbox, radio, slider, ring, clock hand, picture, wallpaper."""

    __slots__ = ("colours", "data", "kind", "values")

    def __init__(
        self, kind: str, *, values: tuple[float, ...] = (), colours: tuple[int, ...] = (), data: bytes = b""
    ) -> None:
        self.kind = kind
        self.values = values
        self.colours = colours
        self.data = data


class Preview:
    """A whole frame, drawn smaller by `scale` from the box's top left corner."""

    __slots__ = ("frame", "scale")

    def __init__(self, frame: DisplayList, scale: float) -> None:
        self.frame = frame
        self.scale = scale


Content: TypeAlias = TextContent | FieldContent | Shape | Preview | None


class Node:
    """One box. Sizes and positions are pixels; `width`/`height` may be FILL or WRAP.

    `role` is the Android class; empty for a box that accessibility does not see. `on_drag` gets touch places
    as fractions of the box (sliders, clock faces).
    """

    __slots__ = (
        "axis",
        "background",
        "border",
        "bottom",
        "children",
        "clip",
        "columns",
        "content",
        "count",
        "cross",
        "description",
        "elevation",
        "enabled",
        "field_key",
        "gap",
        "height",
        "hint",
        "left",
        "main",
        "natural_memo",
        "offsets",
        "on_drag",
        "on_long_press",
        "on_stroke",
        "on_swipe",
        "on_tap",
        "padding",
        "places",
        "radius",
        "resource_id",
        "right",
        "role",
        "row",
        "row_px",
        "scroll_key",
        "scroll_max",
        "scroll_px",
        "states",
        "text",
        "top",
        "weight",
        "width",
    )

    def __init__(self, axis: Axis = "leaf") -> None:
        self.axis: Axis = axis
        self.children: list[Node] = []
        self.content: Content = None
        self.width = WRAP
        self.height = WRAP
        self.weight = 0.0
        self.padding = (0, 0, 0, 0)
        self.gap = 0
        self.main: MainAlign = "start"
        self.cross: CrossAlign = "stretch"
        self.places: tuple[Place, ...] = ()
        self.offsets: tuple[tuple[int, int], ...] = ()
        self.columns = 1
        self.count = 0
        self.row: Callable[[int], Node] | None = None
        self.row_px = 0
        self.background = 0
        self.border = 0
        self.radius = 0
        self.elevation = 0
        self.clip = False
        self.role = ""
        self.text = ""
        self.description = ""
        self.hint = ""
        self.resource_id = ""
        self.states: tuple[UiState, ...] = ()
        self.enabled = True
        self.on_tap: Handler | None = None
        self.on_long_press: Handler | None = None
        self.on_swipe: Callable[[Direction], None] | None = None
        self.on_drag: Callable[[float, float], None] | None = None
        self.on_stroke: Callable[[Stroke], None] | None = None
        self.field_key = ""
        self.scroll_key = ""
        self.scroll_px = 0
        self.scroll_max = 0
        self.left = self.top = self.right = self.bottom = 0
        self.natural_memo: tuple[int, int, int] | None = None

    def contains(self, x: int, y: int) -> bool:
        return self.left <= x < self.right and self.top <= y < self.bottom

    def walk(self) -> Iterator[Node]:
        """This node and all below it in drawing order."""
        yield self
        for child in self.children:
            yield from child.walk()
