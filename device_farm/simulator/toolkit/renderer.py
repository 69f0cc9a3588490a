"""Drawing operations to pixels, on one surface that all phones of a process share.

A phone keeps its encoded PNG and its display list, never 10 MB of pixels.
"""

from __future__ import annotations

from functools import lru_cache
from threading import Lock

import numpy as np
import skia
from numpy.typing import NDArray

from device_farm.simulator.toolkit.drawings import DRAWINGS, fill_paint, stroke_paint
from device_farm.simulator.toolkit.fonts import text_blob
from device_farm.simulator.toolkit.metrics import SCREEN_HEIGHT_PX, SCREEN_WIDTH_PX
from device_farm.simulator.toolkit.ops import Box, Clip, DisplayList, Figure, Glyphs, Op, Restore, bounds

_BLACK = 0xFF000000

Damage = tuple[int, int, int, int]


class Renderer:
    """The shared surface. Hold `lock` while painting and reading `pixels`."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.pixels: NDArray[np.uint8] = np.zeros((SCREEN_HEIGHT_PX, SCREEN_WIDTH_PX, 4), np.uint8)
        info = skia.ImageInfo.Make(SCREEN_WIDTH_PX, SCREEN_HEIGHT_PX, skia.kRGBA_8888_ColorType, skia.kPremul_AlphaType)
        self._surface = skia.Surface.MakeRasterDirect(info, self.pixels)
        self._canvas = self._surface.getCanvas()
        self._shown: DisplayList = ()

    def paint(self, frame: DisplayList) -> None:
        """Brings `pixels` to `frame`; the result depends on `frame` alone."""
        if frame is self._shown:
            return
        # Always the whole frame: skia smooths a curve differently under a clip, so that repainting a part would make
        # the pixels depend on what was shown before.
        self._shown = ()
        self._canvas.restoreToCount(1)
        if not (frame and _fills(frame[0])):
            self._canvas.clear(_BLACK)
        for op in frame:
            draw(self._canvas, op)
        self._shown = frame


def _fills(op: Op) -> bool:
    """Whether `op` paints every pixel, whatever was there: clearing 10 MB before that costs half a millisecond."""
    return (
        isinstance(op, Box)
        and (op.left, op.top) <= (0, 0)
        and op.right >= SCREEN_WIDTH_PX
        and op.bottom >= SCREEN_HEIGHT_PX
        and op.radius == 0
        and op.fill >> 24 == 0xFF
    )


def difference(old: DisplayList, new: DisplayList) -> Damage | None:
    """The box around all operations in which two frames differ; None where they are equal.

    A clip counts with its whole box, so what is drawn inside one that moved is covered, too.
    """
    start = 0
    shorter = min(len(old), len(new))
    while start < shorter and old[start] == new[start]:
        start += 1
    end = 0
    while end < shorter - start and old[-1 - end] == new[-1 - end]:
        end += 1
    changed = [*old[start : len(old) - end], *new[start : len(new) - end]]
    if not changed:
        return None
    boxes = [bounds(op) for op in changed if not isinstance(op, Restore)]
    if not boxes:
        return None
    left, top = max(0, min(box[0] for box in boxes)), max(0, min(box[1] for box in boxes))
    right, bottom = max(box[2] for box in boxes), max(box[3] for box in boxes)
    return (left, top, min(right, SCREEN_WIDTH_PX), min(bottom, SCREEN_HEIGHT_PX))


def draw(canvas: skia.Canvas, op: Op) -> None:
    """Draws one operation."""
    match op:
        case Glyphs():
            blob = text_blob(op.text, op.face, op.size_px)
            if blob is not None:
                canvas.drawTextBlob(blob, op.x, op.y, fill_paint(op.colour))
        case Box():
            _draw_box(canvas, op)
        case Figure():
            DRAWINGS[op.name](canvas, op)
        case Clip():
            canvas.save()
            rect = skia.Rect.MakeLTRB(op.left, op.top, op.right, op.bottom)
            if op.radius:
                canvas.clipRRect(skia.RRect.MakeRectXY(rect, op.radius, op.radius), doAntiAlias=True)
            else:
                canvas.clipRect(rect)
        case Restore():
            canvas.restore()


@lru_cache(maxsize=16)
def _shadow_paint(elevation: int) -> skia.Paint:
    return skia.Paint(
        AntiAlias=True,
        Color=0x40000000,
        MaskFilter=skia.MaskFilter.MakeBlur(skia.kNormal_BlurStyle, elevation * 0.8),
    )


def _draw_box(canvas: skia.Canvas, op: Box) -> None:
    rect = skia.Rect.MakeLTRB(op.left, op.top, op.right, op.bottom)
    radius = min(op.radius, (op.right - op.left) / 2, (op.bottom - op.top) / 2)
    if op.elevation:
        shadow = skia.Rect.MakeLTRB(op.left, op.top + op.elevation * 0.5, op.right, op.bottom + op.elevation * 0.5)
        canvas.drawRoundRect(shadow, radius, radius, _shadow_paint(op.elevation))
    if op.fill:
        if radius:
            canvas.drawRoundRect(rect, radius, radius, fill_paint(op.fill))
        else:
            canvas.drawRect(rect, fill_paint(op.fill))
    if op.border and min(op.right - op.left, op.bottom - op.top) <= 2 * op.border_px:
        # No room for an inside: a stroke would stick out of the box.
        canvas.drawRect(rect, fill_paint(op.border))
    elif op.border:
        inset = op.border_px / 2
        inner = skia.Rect.MakeLTRB(op.left + inset, op.top + inset, op.right - inset, op.bottom - inset)
        canvas.drawRoundRect(
            inner, max(0, radius - inset), max(0, radius - inset), stroke_paint(op.border, op.border_px)
        )


@lru_cache(maxsize=1)
def shared_renderer() -> Renderer:
    """The one renderer of this process."""
    return Renderer()
