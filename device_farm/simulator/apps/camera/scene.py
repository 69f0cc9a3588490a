"""What the simulated camera sees: a drawn landscape (back) or a portrait (front), decided by the phone's seed.

The clouds drift with the phone's time, so that two photos differ and a video moves.
"""

from __future__ import annotations

import math
import random
from functools import lru_cache
from typing import Literal, TypeAlias

import skia

from device_farm.simulator.toolkit.drawings import fill_paint

Lens: TypeAlias = Literal["back", "front"]

_CLOUD_TURN_S = 240.0
"""Seconds that a cloud takes from one edge to the other."""


def draw(seed: int, lens: Lens, at_s: float, width: int, height: int) -> skia.Image:
    """The scene at phone time `at_s`, in pixels."""
    surface = skia.Surface(width, height)
    canvas = surface.getCanvas()
    canvas.scale(width / 300, height / 400)
    generator = random.Random(f"scene/{seed}/{lens}")
    if lens == "front":
        _portrait(canvas, generator)
    else:
        _landscape(canvas, generator, at_s)
    return surface.makeImageSnapshot()


def jpeg(seed: int, lens: Lens, at_s: float, width: int, height: int, quality: int = 85) -> bytes:
    data = draw(seed, lens, at_s, width, height).encodeToData(skia.EncodedImageFormat.kJPEG, quality)
    return bytes(data)


@lru_cache(maxsize=64)
def preview(seed: int, lens: Lens) -> bytes:
    """The viewfinder's picture. It stands still: a screen that changed by itself would never come to rest."""
    data = draw(seed, lens, 0.0, 540, 720).encodeToData(skia.EncodedImageFormat.kPNG, 100)
    return bytes(data)


def _tint(generator: random.Random, low: tuple[int, int, int], high: tuple[int, int, int]) -> int:
    red, green, blue = (generator.randint(start, end) for start, end in zip(low, high, strict=True))
    return 0xFF000000 | red << 16 | green << 8 | blue


def _shade(generator: random.Random, dark: tuple[int, int, int], light: tuple[int, int, int]) -> int:
    """A colour on the line between two."""
    part = generator.random()
    red, green, blue = (round(start + (end - start) * part) for start, end in zip(dark, light, strict=True))
    return 0xFF000000 | red << 16 | green << 8 | blue


def _landscape(canvas: skia.Canvas, generator: random.Random, at_s: float) -> None:
    canvas.drawRect(skia.Rect.MakeWH(300, 400), fill_paint(_tint(generator, (110, 160, 210), (190, 205, 250))))
    canvas.drawCircle(generator.uniform(40, 260), generator.uniform(40, 110), 26, fill_paint(0xFFFFE9A8))
    for _ in range(3):
        start, y, size = generator.uniform(-80, 320), generator.uniform(40, 150), generator.uniform(14, 26)
        x = (start + 80 + 400 * at_s / _CLOUD_TURN_S) % 400 - 50
        for dx in (-1.2, 0.0, 1.2):
            canvas.drawCircle(x + dx * size, y - (size * 0.35 if dx == 0 else 0), size, fill_paint(0xFFF5F7FA))
    for base, low, high in ((230, (70, 110, 80), (110, 150, 120)), (270, (50, 100, 50), (90, 150, 80))):
        _hill(canvas, generator, base, _tint(generator, low, high))
    for _ in range(generator.randint(1, 3)):
        _house(canvas, generator)
    for _ in range(generator.randint(3, 6)):
        x, y = generator.uniform(10, 290), generator.uniform(330, 385)
        canvas.drawRect(skia.Rect.MakeXYWH(x - 3, y - 24, 6, 26), fill_paint(0xFF6D4C41))
        canvas.drawCircle(x, y - 34, 16, fill_paint(_tint(generator, (30, 90, 40), (70, 140, 70))))


def _hill(canvas: skia.Canvas, generator: random.Random, base: int, colour: int) -> None:
    shift, swing = generator.uniform(0, math.tau), generator.uniform(14, 30)
    path = skia.Path()
    path.moveTo(0, 400)
    for x in range(0, 301, 10):
        path.lineTo(x, base + swing * math.sin(shift + x / 60))
    path.lineTo(300, 400)
    path.close()
    canvas.drawPath(path, fill_paint(colour))


def _house(canvas: skia.Canvas, generator: random.Random) -> None:
    x, y, side = generator.uniform(20, 230), generator.uniform(290, 330), generator.uniform(36, 54)
    canvas.drawRect(
        skia.Rect.MakeXYWH(x, y - side, side, side), fill_paint(_tint(generator, (190, 170, 140), (250, 235, 215)))
    )
    roof = skia.Path()
    roof.moveTo(x - 5, y - side)
    roof.lineTo(x + side / 2, y - side * 1.6)
    roof.lineTo(x + side + 5, y - side)
    roof.close()
    canvas.drawPath(roof, fill_paint(_tint(generator, (140, 50, 40), (200, 90, 70))))
    door = skia.Rect.MakeXYWH(x + side * 0.4, y - side * 0.45, side * 0.22, side * 0.45)
    canvas.drawRect(door, fill_paint(0xFF5D4037))


def _portrait(canvas: skia.Canvas, generator: random.Random) -> None:
    canvas.drawRect(skia.Rect.MakeWH(300, 400), fill_paint(_tint(generator, (190, 190, 200), (235, 230, 240))))
    shirt = fill_paint(_tint(generator, (40, 60, 90), (150, 160, 200)))
    canvas.drawRoundRect(skia.Rect.MakeXYWH(60, 290, 180, 160), 60, 60, shirt)
    skin = fill_paint(_shade(generator, (140, 90, 65), (250, 215, 190)))
    canvas.drawRect(skia.Rect.MakeXYWH(130, 240, 40, 70), skin)
    canvas.drawOval(skia.Rect.MakeXYWH(95, 110, 110, 150), skin)
    hair = fill_paint(_shade(generator, (20, 15, 10), (140, 95, 60)))
    canvas.drawArc(skia.Rect.MakeXYWH(90, 95, 120, 140), 180, 180, True, hair)
    for x in (128, 172):
        canvas.drawCircle(x, 185, 6, fill_paint(0xFF263238))
    canvas.drawRoundRect(skia.Rect.MakeXYWH(130, 222, 40, 7), 3, 3, fill_paint(0xFFB23B3B))
