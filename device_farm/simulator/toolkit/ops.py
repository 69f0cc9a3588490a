"""Drawing operations: a frame is a flat list of these plain values, so that two frames can be compared.

Coordinates are pixels; colours 0xAARRGGBB. Every tuple starts with its kind, so that no two kinds are ever equal.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

from device_farm.simulator.toolkit.fonts import Face


class Box(NamedTuple):
    """A rounded box with fill, border and shadow; 0 means none of it."""

    kind: Literal["box"]
    left: int
    top: int
    right: int
    bottom: int
    radius: int
    fill: int
    border: int
    border_px: int
    elevation: int


class Glyphs(NamedTuple):
    """One run of text with its baseline at (x, y)."""

    kind: Literal["glyphs"]
    x: float
    y: float
    text: str
    face: Face
    size_px: float
    colour: int
    width: int


class Figure(NamedTuple):
    """A drawing by name inside a box (`drawings.py`)."""

    kind: Literal["figure"]
    left: int
    top: int
    right: int
    bottom: int
    name: str
    values: tuple[float, ...]
    colours: tuple[int, ...]
    data: bytes


class Clip(NamedTuple):
    """Starts a clipped part; ended by Restore."""

    kind: Literal["clip"]
    left: int
    top: int
    right: int
    bottom: int
    radius: int


class Restore(NamedTuple):
    kind: Literal["restore"]


Op: TypeAlias = Box | Glyphs | Figure | Clip | Restore
DisplayList: TypeAlias = tuple[Op, ...]
RESTORE = Restore("restore")


def scaled(op: Op, scale: float, left: int, top: int) -> Op:
    """The operation drawn smaller by `scale` and moved to (left, top)."""
    match op:
        case Box():
            return op._replace(
                left=left + round(op.left * scale),
                top=top + round(op.top * scale),
                right=left + round(op.right * scale),
                bottom=top + round(op.bottom * scale),
                radius=round(op.radius * scale),
                elevation=round(op.elevation * scale),
            )
        case Glyphs():
            return op._replace(
                x=left + op.x * scale,
                y=top + op.y * scale,
                size_px=op.size_px * scale,
                width=int(op.width * scale) + 1,
            )
        case Figure():
            return op._replace(
                left=left + round(op.left * scale),
                top=top + round(op.top * scale),
                right=left + round(op.right * scale),
                bottom=top + round(op.bottom * scale),
            )
        case Clip():
            return op._replace(
                left=left + round(op.left * scale),
                top=top + round(op.top * scale),
                right=left + round(op.right * scale),
                bottom=top + round(op.bottom * scale),
                radius=round(op.radius * scale),
            )
        case Restore():
            return op


def bounds(op: Op) -> tuple[int, int, int, int]:
    """(left, top, right, bottom) of all pixels that the operation can touch."""
    match op:
        case Box(left=left, top=top, right=right, bottom=bottom, radius=radius, elevation=elevation):
            # A corner's smoothing can reach one pixel beyond the edge.
            spread = elevation * 3 + (1 if radius else 0)
            return (left - spread, top - spread, right + spread, bottom + spread)
        case Glyphs(x=x, y=y, size_px=size, width=width):
            high, side = int(size * 1.3) + 1, int(size * 0.3) + 2
            return (int(x) - side, int(y) - high, int(x) + width + side, int(y) + int(size * 0.5) + 1)
        case Figure(left=left, top=top, right=right, bottom=bottom) | Clip(left=left, top=top, right=right,
                                                                          bottom=bottom):  # fmt: skip
            return (left - 4, top - 4, right + 4, bottom + 4)
        case Restore():
            return (0, 0, 0, 0)
