"""A drawing: its lines in pixels of the canvas, and what it looks like as a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import skia

from device_farm.simulator.toolkit.drawings import DRAWINGS
from device_farm.simulator.toolkit.ops import Figure

FileType: TypeAlias = Literal["png", "svg", "jpg"]
FILE_TYPES: Final[tuple[FileType, ...]] = ("png", "svg", "jpg")
_JPEG_QUALITY: Final = 70


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One touch. The eraser (`colour` None) paints in the background's colour, whatever that is later."""

    points: tuple[tuple[float, float], ...]
    width_px: float
    colour: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Colours are 0xAARRGGBB."""

    lines: tuple[Line, ...] = ()
    background: int = 0xFFFFFFFF

    def values(self) -> tuple[float, ...]:
        """For the toolkit's drawing `strokes`."""
        flat: list[float] = []
        for line in self.lines:
            flat += (line.width_px, len(line.points), *(part for point in line.points for part in point))
        return tuple(flat)

    def colours(self) -> tuple[int, ...]:
        return tuple(self.background if line.colour is None else line.colour for line in self.lines)


EMPTY: Final = Picture()


def encoded(picture: Picture, kind: FileType, width: int, height: int) -> bytes:
    """The file's bytes for a canvas of that size in pixels."""
    if kind == "svg":
        return _svg(picture, width, height)
    surface = skia.Surface(width, height)
    canvas = surface.getCanvas()
    canvas.clear(picture.background)
    figure = Figure("figure", 0, 0, width, height, "strokes", picture.values(), picture.colours(), b"")
    DRAWINGS["strokes"](canvas, figure)
    format_, quality = (skia.kPNG, 100) if kind == "png" else (skia.kJPEG, _JPEG_QUALITY)
    return bytes(surface.makeImageSnapshot().encodeToData(format_, quality))


def _svg(picture: Picture, width: int, height: int) -> bytes:
    """One path a line on a rectangle, as Simple Draw writes and reads it."""
    parts = [
        f'<svg width="{width}" height="{height}" xmlns="http://www.w3.org/2000/svg">',
        f'<rect width="{width}" height="{height}" fill="{_hex(picture.background)}"/>',
    ]
    for line, colour in zip(picture.lines, picture.colours(), strict=True):
        (x, y), *rest = line.points
        steps = " ".join(f"L{px:.1f},{py:.1f}" for px, py in rest or [(x, y)])
        stroke = "none" if line.colour is None else _hex(colour)
        parts.append(
            f'<path d="M{x:.1f},{y:.1f} {steps}" fill="none" stroke="{stroke}" '
            f'stroke-width="{line.width_px:.1f}" stroke-linecap="round"/>'
        )
    return "".join([*parts, "</svg>"]).encode()


def _hex(colour: int) -> str:
    return f"#{colour & 0xFFFFFF:06x}"


def parsed_colour(text: str) -> int | None:
    """`1a2b3c`, with or without `#`, as an opaque colour; None where it is none."""
    digits = text.strip().lstrip("#")
    if len(digits) != 6 or any(digit not in "0123456789abcdefABCDEF" for digit in digits):
        return None
    return 0xFF000000 | int(digits, 16)
