"""Widgets that only show something: text, icons, pictures, dividers, progress."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from device_farm.simulator.toolkit.base import Colour, FontWeight, TextStyle, Widget


@dataclass(frozen=True, slots=True)
class Text(Widget):
    """Text, wrapped at the width given; cut with an ellipsis after `max_lines` (0: no limit).

    `size` and `line` in dp replace the style's font size and line height, whatever the person's font scale.
    """

    text: str
    style: TextStyle = "body"
    colour: Colour | None = None
    font_weight: FontWeight | None = None
    max_lines: int = 0
    align: Literal["start", "center", "end"] = "start"
    strike: bool = False
    size: float = 0.0
    line: float = 0.0


@dataclass(frozen=True, slots=True)
class Icon(Widget):
    """A Material icon by its name, such as `wifi` or `more_vert`. No accessibility node unless described."""

    name: str
    size: float = 24.0
    colour: Colour | None = None


@dataclass(frozen=True, slots=True)
class Avatar(Widget):
    """A coloured disc with a letter or an icon; the colour follows from `seed` (default: the text)."""

    text: str = ""
    icon: str = ""
    seed: str = ""
    size: float = 40.0
    colour: Colour | None = None


@dataclass(frozen=True, slots=True)
class Image(Widget):
    """An encoded picture (PNG or JPEG bytes), scaled to `width` x `height`."""

    data: bytes
    fit: Literal["cover", "contain"] = "cover"


@dataclass(frozen=True, slots=True)
class Divider(Widget):
    """A thin line, `inset` dp from the left."""

    inset: float = 0.0


@dataclass(frozen=True, slots=True)
class Progress(Widget):
    """`value` in [0, 1]; a ring when `circular`."""

    value: float
    circular: bool = False


@dataclass(frozen=True, slots=True)
class SectionHeader(Widget):
    """The small coloured title above a group of rows."""

    text: str


@dataclass(frozen=True, slots=True)
class Stroke:
    """What a finger did between coming down and lifting, in fractions of the widget's width and height.

    One point: it stayed where it was; `long` says that it stayed long enough for a long press.
    """

    points: tuple[tuple[float, float], ...]
    long: bool = False


@dataclass(frozen=True, slots=True)
class Drawing(Widget):
    """A named drawing of the painter (`drawings.py`) with its parameters.

    `on_drag(x, y)` gets the place of a tap or of a moving finger as fractions of the widget's width and height;
    `on_stroke(stroke)` gets a whole touch when the finger lifts.
    """

    kind: str
    values: tuple[float, ...] = ()
    colours: tuple[Colour, ...] = ()
    on_drag: Callable[[float, float], None] | None = None
    on_stroke: Callable[[Stroke], None] | None = None
