"""Named drawings: switch, check box, radio, slider, progress, clock hand, pictures, wallpaper. Skia into a box."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TypeAlias

import skia

from device_farm.simulator.toolkit.ops import Figure

Draw: TypeAlias = Callable[[skia.Canvas, Figure], None]


@lru_cache(maxsize=512)
def fill_paint(colour: int) -> skia.Paint:
    """An anti-aliased fill; shared, so never changed."""
    return skia.Paint(AntiAlias=True, Color=colour)


@lru_cache(maxsize=512)
def stroke_paint(colour: int, width: float, round_cap: bool = False) -> skia.Paint:
    """An anti-aliased stroke; shared, so never changed."""
    paint = skia.Paint(AntiAlias=True, Color=colour, Style=skia.Paint.kStroke_Style, StrokeWidth=width)
    if round_cap:
        paint.setStrokeCap(skia.Paint.kRound_Cap)
    return paint


def _switch(canvas: skia.Canvas, figure: Figure) -> None:
    on, thumb_on, track_off, outline = figure.colours
    checked = figure.values[0] > 0
    height = figure.bottom - figure.top
    radius = height / 2
    track = skia.Rect.MakeLTRB(figure.left, figure.top, figure.right, figure.bottom)
    canvas.drawRoundRect(track, radius, radius, fill_paint(on if checked else track_off))
    middle = (figure.top + figure.bottom) / 2
    if checked:
        canvas.drawCircle(figure.right - radius, middle, height * 0.375, fill_paint(thumb_on))
        return
    inner = skia.Rect.MakeLTRB(figure.left + 2.5, figure.top + 2.5, figure.right - 2.5, figure.bottom - 2.5)
    canvas.drawRoundRect(inner, radius, radius, stroke_paint(outline, 5))
    canvas.drawCircle(figure.left + radius, middle, height * 0.25, fill_paint(outline))


def _checkbox(canvas: skia.Canvas, figure: Figure) -> None:
    on, tick, off = figure.colours
    side = figure.right - figure.left
    inset = side * 0.08
    box = skia.Rect.MakeLTRB(figure.left + inset, figure.top + inset, figure.right - inset, figure.bottom - inset)
    if figure.values[0] <= 0:
        canvas.drawRoundRect(box, 5, 5, stroke_paint(off, 5))
        return
    canvas.drawRoundRect(box, 5, 5, fill_paint(on))
    path = skia.Path()
    path.moveTo(figure.left + side * 0.25, figure.top + side * 0.52)
    path.lineTo(figure.left + side * 0.43, figure.top + side * 0.69)
    path.lineTo(figure.left + side * 0.76, figure.top + side * 0.34)
    canvas.drawPath(path, stroke_paint(tick, 5))


def _radio(canvas: skia.Canvas, figure: Figure) -> None:
    on, _, off = figure.colours
    checked = figure.values[0] > 0
    x, y = (figure.left + figure.right) / 2, (figure.top + figure.bottom) / 2
    radius = (figure.right - figure.left) / 2
    canvas.drawCircle(x, y, radius - 3, stroke_paint(on if checked else off, 5))
    if checked:
        canvas.drawCircle(x, y, radius * 0.5, fill_paint(on))


def slider_track(left: int, right: int) -> tuple[int, int]:
    """First and last x of the thumb's centre inside a slider's box."""
    return (left + 30, right - 30)


def _slider(canvas: skia.Canvas, figure: Figure) -> None:
    active, rest = figure.colours
    first, last = slider_track(figure.left, figure.right)
    middle = (figure.top + figure.bottom) / 2
    thumb = first + (last - first) * figure.values[0]
    canvas.drawLine(first, middle, last, middle, stroke_paint(rest, 12, True))
    canvas.drawLine(first, middle, thumb, middle, stroke_paint(active, 12, True))
    canvas.drawCircle(thumb, middle, 26, fill_paint(active))


def _bar(canvas: skia.Canvas, figure: Figure) -> None:
    active, rest = figure.colours
    middle = (figure.top + figure.bottom) / 2
    width = float(figure.bottom - figure.top)
    first, last = figure.left + width / 2, figure.right - width / 2
    canvas.drawLine(first, middle, last, middle, stroke_paint(rest, width, True))
    if figure.values[0] > 0:
        end = first + (last - first) * figure.values[0]
        canvas.drawLine(first, middle, end, middle, stroke_paint(active, width, True))


def _ring(canvas: skia.Canvas, figure: Figure) -> None:
    active, rest = figure.colours
    width = max(8.0, (figure.right - figure.left) * 0.04)
    inset = width / 2 + 1
    oval = skia.Rect.MakeLTRB(figure.left + inset, figure.top + inset, figure.right - inset, figure.bottom - inset)
    canvas.drawArc(oval, 0, 360, False, stroke_paint(rest, width))
    if figure.values[0] > 0:
        canvas.drawArc(oval, -90, 360 * figure.values[0], False, stroke_paint(active, width, True))


def _rule(canvas: skia.Canvas, figure: Figure) -> None:
    rect = skia.Rect.MakeLTRB(figure.left + figure.values[0], figure.top, figure.right, figure.bottom)
    canvas.drawRect(rect, fill_paint(figure.colours[0]))


def _clock_hand(canvas: skia.Canvas, figure: Figure) -> None:
    face, ink = figure.colours
    angle, length, knob = figure.values
    side = figure.right - figure.left
    x, y = (figure.left + figure.right) / 2, (figure.top + figure.bottom) / 2
    canvas.drawCircle(x, y, side / 2, fill_paint(face))
    tip_x, tip_y = x + side * length * math.sin(angle), y - side * length * math.cos(angle)
    canvas.drawLine(x, y, tip_x, tip_y, stroke_paint(ink, 5))
    canvas.drawCircle(x, y, 10, fill_paint(ink))
    canvas.drawCircle(tip_x, tip_y, side * knob, fill_paint(ink))


def _clock_face(canvas: skia.Canvas, figure: Figure) -> None:
    """An analogue clock: values are the angles of hour, minute and second hand in turns."""
    face, ink, accent = figure.colours
    side = figure.right - figure.left
    x, y = (figure.left + figure.right) / 2, (figure.top + figure.bottom) / 2
    canvas.drawCircle(x, y, side / 2, fill_paint(face))
    hands = ((0.26, side * 0.05, ink), (0.38, side * 0.035, ink), (0.42, side * 0.012, accent))
    for turn, (length, width, colour) in zip(figure.values, hands, strict=False):
        angle = turn * math.tau
        tip = (x + side * length * math.sin(angle), y - side * length * math.cos(angle))
        canvas.drawLine(x, y, *tip, stroke_paint(colour, width, True))
    canvas.drawCircle(x, y, side * 0.03, fill_paint(accent))


@lru_cache(maxsize=16)
def _decoded(data: bytes) -> skia.Image | None:
    return skia.Image.MakeFromEncoded(skia.Data.MakeWithCopy(data))


def _image(canvas: skia.Canvas, figure: Figure) -> None:
    picture = _decoded(figure.data)
    width, height = figure.right - figure.left, figure.bottom - figure.top
    if picture is None or width <= 0 or height <= 0:
        canvas.drawRect(
            skia.Rect.MakeLTRB(figure.left, figure.top, figure.right, figure.bottom), fill_paint(0xFFBDBDBD)
        )
        return
    scales = (width / picture.width(), height / picture.height())
    scale = max(scales) if figure.values[0] > 0 else min(scales)
    shown_width, shown_height = picture.width() * scale, picture.height() * scale
    left, top = figure.left + (width - shown_width) / 2, figure.top + (height - shown_height) / 2
    canvas.save()
    canvas.clipRect(skia.Rect.MakeLTRB(figure.left, figure.top, figure.right, figure.bottom))
    canvas.drawImageRect(picture, skia.Rect.MakeXYWH(left, top, shown_width, shown_height),
                         skia.SamplingOptions(skia.FilterMode.kLinear))  # fmt: skip
    canvas.restore()


def _wallpaper(canvas: skia.Canvas, figure: Figure) -> None:
    """Flat hills under a flat sky: few colours, so that the PNG stays small."""
    sky, glow, far, middle, near = figure.colours
    width, height = figure.right, figure.bottom
    canvas.drawRect(skia.Rect.MakeLTRB(0, 0, width, height), fill_paint(sky))
    canvas.drawCircle(width * 0.72, height * 0.36, width * 0.20, fill_paint(glow))
    for colour, base, swing in ((far, 0.56, 0.10), (middle, 0.68, 0.08), (near, 0.82, 0.06)):
        path = skia.Path()
        path.moveTo(0, height * (base + swing / 2))
        path.cubicTo(width * 0.3, height * (base - swing), width * 0.6, height * (base + swing), width, height * base)
        path.lineTo(width, height)
        path.lineTo(0, height)
        path.close()
        canvas.drawPath(path, fill_paint(colour))


def _path(figure: Figure, points: tuple[float, ...]) -> skia.Path:
    """Fractions of the figure's box, x before y, joined by lines."""
    width, height = figure.right - figure.left, figure.bottom - figure.top
    path = skia.Path()
    for index in range(0, len(points) - 1, 2):
        x, y = figure.left + points[index] * width, figure.top + points[index + 1] * height
        if index:
            path.lineTo(x, y)
        else:
            path.moveTo(x, y)
    return path


def _clip_to_box(canvas: skia.Canvas, figure: Figure) -> None:
    canvas.clipRect(skia.Rect.MakeLTRB(figure.left, figure.top, figure.right, figure.bottom))


def _polyline(canvas: skia.Canvas, figure: Figure) -> None:
    """values: the line's width in pixels, then its points as fractions of the box. What lies outside is cut off."""
    canvas.save()
    _clip_to_box(canvas, figure)
    canvas.drawPath(_path(figure, figure.values[1:]), stroke_paint(figure.colours[0], figure.values[0], True))
    canvas.restore()


def _polygon(canvas: skia.Canvas, figure: Figure) -> None:
    """values: the corners as fractions of the box. What lies outside is cut off."""
    path = _path(figure, figure.values)
    path.close()
    canvas.save()
    _clip_to_box(canvas, figure)
    canvas.drawPath(path, fill_paint(figure.colours[0]))
    canvas.restore()


def pen(colour: int, width: float) -> skia.Paint:
    """Round ends and corners, as a finger paints."""
    return skia.Paint(
        AntiAlias=True,
        Color=colour,
        Style=skia.Paint.kStroke_Style,
        StrokeWidth=width,
        StrokeCap=skia.Paint.kRound_Cap,
        StrokeJoin=skia.Paint.kRound_Join,
    )


def _strokes(canvas: skia.Canvas, figure: Figure) -> None:
    """Lines by hand. Values: for each line its width, its number of points and their x and y in pixels."""
    canvas.save()
    canvas.clipRect(skia.Rect.MakeLTRB(figure.left, figure.top, figure.right, figure.bottom))
    canvas.translate(figure.left, figure.top)
    values, place = figure.values, 0
    for colour in figure.colours:
        width, count = values[place], int(values[place + 1])
        points = values[place + 2 : place + 2 + 2 * count]
        path = skia.Path()
        path.moveTo(points[0], points[1])
        for number in range(1, max(count, 2)):
            # A single point is a line to itself, which round ends make a dot.
            at = 2 * min(number, count - 1)
            path.lineTo(points[at], points[at + 1])
        canvas.drawPath(path, pen(colour, width))
        place += 2 + 2 * count
    canvas.restore()


DRAWINGS: Mapping[str, Draw] = {
    "bar": _bar,
    "checkbox": _checkbox,
    "clock_face": _clock_face,
    "clock_hand": _clock_hand,
    "image": _image,
    "polygon": _polygon,
    "polyline": _polyline,
    "radio": _radio,
    "ring": _ring,
    "rule": _rule,
    "slider": _slider,
    "strokes": _strokes,
    "switch": _switch,
    "wallpaper": _wallpaper,
}
