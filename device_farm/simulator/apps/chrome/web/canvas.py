"""The picture of a `<canvas>`: the calls that the page has made, painted by skia; and its pixels for scripts."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import skia
from numpy.typing import NDArray

from device_farm.simulator.apps.chrome.web.colours import colour
from device_farm.simulator.apps.chrome.web.fonts import font_of
from device_farm.simulator.apps.chrome.web.paths import PATH_CALLS, add_to_path

SIDE_MAX: Final = 8192
AREA_MAX: Final = 16_000_000
"""Larger canvases stay empty, as in browsers."""

_CAPS: Final = {
    "butt": skia.Paint.kButt_Cap,
    "round": skia.Paint.kRound_Cap,
    "square": skia.Paint.kSquare_Cap,
}
_JOINS: Final = {
    "miter": skia.Paint.kMiter_Join,
    "round": skia.Paint.kRound_Join,
    "bevel": skia.Paint.kBevel_Join,
}
_BLENDS: Final = {
    "source-over": skia.BlendMode.kSrcOver,
    "source-in": skia.BlendMode.kSrcIn,
    "source-out": skia.BlendMode.kSrcOut,
    "source-atop": skia.BlendMode.kSrcATop,
    "destination-over": skia.BlendMode.kDstOver,
    "destination-in": skia.BlendMode.kDstIn,
    "destination-out": skia.BlendMode.kDstOut,
    "destination-atop": skia.BlendMode.kDstATop,
    "lighter": skia.BlendMode.kPlus,
    "copy": skia.BlendMode.kSrc,
    "xor": skia.BlendMode.kXor,
    "multiply": skia.BlendMode.kMultiply,
    "screen": skia.BlendMode.kScreen,
    "overlay": skia.BlendMode.kOverlay,
    "darken": skia.BlendMode.kDarken,
    "lighten": skia.BlendMode.kLighten,
    "difference": skia.BlendMode.kDifference,
}


@dataclass(slots=True)
class _Gradient:
    kind: str
    numbers: list[float]
    stops: list[tuple[float, int]] = field(default_factory=list)

    def shader(self) -> skia.Shader | None:
        ordered = sorted(self.stops, key=lambda stop: stop[0])
        colours, places = [stop[1] for stop in ordered], [stop[0] for stop in ordered]
        if not colours:
            return None
        numbers = self.numbers
        if self.kind == "linear":
            ends = [skia.Point(numbers[0], numbers[1]), skia.Point(numbers[2], numbers[3])]
            return skia.GradientShader.MakeLinear(ends, colours, places)
        if self.kind == "radial":
            start, end = skia.Point(numbers[0], numbers[1]), skia.Point(numbers[3], numbers[4])
            return skia.GradientShader.MakeTwoPointConical(start, numbers[2], end, numbers[5], colours, places)
        return skia.GradientShader.MakeSweep(numbers[1], numbers[2], colours, places)


@dataclass(slots=True)
class _Pen:
    """The settings of a drawing context that `save` and `restore` keep."""

    values: dict[str, Any] = field(default_factory=dict)
    dash: tuple[float, ...] = ()

    def copy(self) -> _Pen:
        return _Pen(dict(self.values), self.dash)


class CanvasPicture:
    """One canvas. `other` finds the picture of another canvas by its element's number, for drawImage."""

    def __init__(self, other: Callable[[int], CanvasPicture | None]) -> None:
        self._other = other
        self._size(300, 150)

    def _size(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        fits = 0 < width <= SIDE_MAX and 0 < height <= SIDE_MAX and width * height <= AREA_MAX
        self._surface = skia.Surface(width, height) if fits else None
        self._pen = _Pen()
        self._pens: list[_Pen] = []
        self._path = skia.Path()
        self._gradients: dict[int, _Gradient] = {}
        self._png: bytes | None = None

    def paint(self, width: int, height: int, commands: list[Any]) -> None:
        """Takes the calls made since the last time."""
        if (width, height) != (self.width, self.height):
            self._size(width, height)
        self._png = None
        for name, *parts in commands:
            self._do(name, parts)

    def image(self) -> skia.Image | None:
        return self._surface.makeImageSnapshot() if self._surface is not None else None

    def png(self) -> bytes:
        """The picture as it is shown; empty for a canvas without area."""
        if self._png is None:
            image = self.image()
            self._png = bytes(image.encodeToData(skia.kPNG, 100)) if image is not None else b""
        return self._png

    def data_url(self) -> str:
        return "data:image/png;base64," + base64.b64encode(self.png()).decode()

    def runs(self, x: int, y: int, width: int, height: int) -> list[int]:
        """Pixels as (count, 0xAABBGGRR) one after the other; outside the canvas they are transparent."""
        pixels: NDArray[np.uint8] = np.zeros((height, width, 4), np.uint8)
        if self._surface is not None:
            whole = self._surface.makeImageSnapshot().toarray(
                colorType=skia.kRGBA_8888_ColorType, alphaType=skia.kUnpremul_AlphaType
            )
            left, top = max(x, 0), max(y, 0)
            right, bottom = min(x + width, self.width), min(y + height, self.height)
            if right > left and bottom > top:
                pixels[top - y : bottom - y, left - x : right - x] = whole[top:bottom, left:right]
        words = pixels.view("<u4").reshape(-1)
        starts = np.concatenate(([0], np.flatnonzero(np.diff(words)) + 1))
        counts = np.diff(np.concatenate((starts, [words.size])))
        return [int(part) for pair in zip(counts, words[starts], strict=True) for part in pair]

    # Calls

    def _do(self, name: str, parts: list[Any]) -> None:
        if name == "size":
            self._size(int(parts[0]), int(parts[1]))
            return
        if self._surface is None:
            return
        canvas = self._surface.getCanvas()
        numbers = [float(part) for part in parts if isinstance(part, int | float)]
        if len(numbers) != len(parts) and any(part is None for part in parts):
            # JSON has no NaN: a call with a number that is none does nothing, as in browsers.
            return
        if name in PATH_CALLS:
            add_to_path(self._path, name, parts, canvas.getTotalMatrix())
        elif name == "set":
            self._pen.values[parts[0]] = parts[1]
        elif name == "dash":
            self._pen.dash = tuple(numbers)
        elif name in ("gradient", "stop"):
            self._gradient(name, parts)
        else:
            self._draw(canvas, name, parts)

    def _gradient(self, name: str, parts: list[Any]) -> None:
        if name == "gradient":
            self._gradients[parts[0]] = _Gradient(parts[1], [float(part) for part in parts[2:]])
        elif parts[0] in self._gradients:
            self._gradients[parts[0]].stops.append((float(parts[1]), colour(parts[2], 0)))

    def _draw(self, canvas: skia.Canvas, name: str, parts: list[Any]) -> None:
        match name:
            case "beginPath":
                self._path = skia.Path()
            case "save":
                canvas.save()
                self._pens.append(self._pen.copy())
            case "restore":
                if self._pens:
                    canvas.restore()
                    self._pen = self._pens.pop()
            case "scale" | "rotate" | "translate" | "transform" | "setTransform" | "resetTransform":
                _transform(canvas, name, [float(part) for part in parts])
            case "fillRect" | "strokeRect" | "clearRect":
                self._rectangle(canvas, name, *(float(part) for part in parts[:4]))
            case "fill" | "stroke" | "clip":
                self._use_path(canvas, name, even_odd=bool(parts and parts[0] == 1))
            case "fillText" | "strokeText":
                self._text(canvas, str(parts[0]), float(parts[1]), float(parts[2]), stroked=name == "strokeText")
            case "image":
                self._image(canvas, int(parts[0]), [float(part) for part in parts[1:]])
            case "put":
                self._put(canvas, *parts)
            case _:
                pass

    def _paint_for(self, which: str) -> skia.Paint:
        values = self._pen.values
        stroked = which == "strokeStyle"
        paint = skia.Paint(AntiAlias=True, Style=skia.Paint.kStroke_Style if stroked else skia.Paint.kFill_Style)
        source = values.get(which, "#000000")
        if isinstance(source, dict):
            gradient = self._gradients.get(source.get("gradient", 0))
            shader = gradient.shader() if gradient is not None else None
            if shader is not None:
                paint.setShader(shader)
        else:
            paint.setColor(colour(source, 0xFF000000))
        paint.setAlphaf(paint.getAlphaf() * min(max(float(values.get("globalAlpha", 1.0)), 0.0), 1.0))
        blend = _BLENDS.get(str(values.get("globalCompositeOperation", "source-over")))
        if blend is not None:
            paint.setBlendMode(blend)
        if stroked:
            paint.setStrokeWidth(max(float(values.get("lineWidth", 1.0)), 0.0))
            paint.setStrokeCap(_CAPS.get(str(values.get("lineCap")), skia.Paint.kButt_Cap))
            paint.setStrokeJoin(_JOINS.get(str(values.get("lineJoin")), skia.Paint.kMiter_Join))
            paint.setStrokeMiter(float(values.get("miterLimit", 10.0)))
            if self._pen.dash and sum(self._pen.dash) > 0:
                dash = self._pen.dash if len(self._pen.dash) % 2 == 0 else self._pen.dash * 2
                paint.setPathEffect(skia.DashPathEffect.Make(dash, float(values.get("lineDashOffset", 0.0))))
        return paint

    def _rectangle(self, canvas: skia.Canvas, name: str, x: float, y: float, width: float, height: float) -> None:
        rect = skia.Rect.MakeLTRB(min(x, x + width), min(y, y + height), max(x, x + width), max(y, y + height))
        if name == "clearRect":
            canvas.drawRect(rect, skia.Paint(BlendMode=skia.BlendMode.kClear, AntiAlias=True))
        else:
            canvas.drawRect(rect, self._paint_for("fillStyle" if name == "fillRect" else "strokeStyle"))

    def _use_path(self, canvas: skia.Canvas, name: str, *, even_odd: bool) -> None:
        """The path's points were transformed when they were added; a line's width is, now."""
        matrix, inverse = canvas.getTotalMatrix(), skia.Matrix()
        if not matrix.invert(inverse):
            return
        path = skia.Path(self._path)
        path.transform(inverse)
        path.setFillType(skia.PathFillType.kEvenOdd if even_odd else skia.PathFillType.kWinding)
        if name == "clip":
            canvas.clipPath(path, doAntiAlias=True)
        else:
            canvas.drawPath(path, self._paint_for("fillStyle" if name == "fill" else "strokeStyle"))

    def _text(self, canvas: skia.Canvas, text: str, x: float, y: float, *, stroked: bool) -> None:
        values = self._pen.values
        font = font_of(str(values.get("font", "10px sans-serif")))
        metrics = font.getMetrics()
        width = float(font.measureText(text))
        match values.get("textAlign", "start"):
            case "center":
                x -= width / 2
            case "right" | "end":
                x -= width
        match values.get("textBaseline", "alphabetic"):
            case "top" | "hanging":
                y -= metrics.fAscent
            case "middle":
                y -= (metrics.fAscent + metrics.fDescent) / 2
            case "bottom" | "ideographic":
                y -= metrics.fDescent
        canvas.drawString(text, x, y, font, self._paint_for("strokeStyle" if stroked else "fillStyle"))

    def _image(self, canvas: skia.Canvas, number: int, numbers: list[float]) -> None:
        source = self._other(number)
        image = source.image() if source is not None else None
        if image is None or len(numbers) not in (2, 4, 8):
            return
        whole = skia.Rect.MakeWH(image.width(), image.height())
        if len(numbers) == 8:
            part, target = skia.Rect.MakeXYWH(*numbers[:4]), skia.Rect.MakeXYWH(*numbers[4:])
        elif len(numbers) == 4:
            part, target = whole, skia.Rect.MakeXYWH(*numbers)
        else:
            part, target = whole, skia.Rect.MakeXYWH(*numbers, image.width(), image.height())
        paint = self._paint_for("fillStyle")
        paint.setShader(None)
        canvas.drawImageRect(image, part, target, skia.SamplingOptions(skia.FilterMode.kLinear), paint)

    def _put(self, canvas: skia.Canvas, x: float, y: float, width: int, height: int, runs: list[int]) -> None:
        counts, words = np.array(runs[::2], np.int64), np.array(runs[1::2], np.uint32)
        pixels = np.ascontiguousarray(np.repeat(words, counts).view(np.uint8).reshape(int(height), int(width), 4))
        image = skia.Image.fromarray(pixels, colorType=skia.kRGBA_8888_ColorType)
        canvas.save()
        canvas.resetMatrix()
        canvas.drawImage(image, int(x), int(y), skia.SamplingOptions(), skia.Paint(BlendMode=skia.BlendMode.kSrc))
        canvas.restore()


def _transform(canvas: skia.Canvas, name: str, numbers: list[float]) -> None:
    match name:
        case "scale":
            canvas.scale(numbers[0], numbers[1])
        case "rotate":
            canvas.rotate(numbers[0] * 180.0 / np.pi)
        case "translate":
            canvas.translate(numbers[0], numbers[1])
        case "resetTransform":
            canvas.resetMatrix()
        case _:
            a, b, c, d, e, f = numbers[:6] if len(numbers) >= 6 else (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
            matrix = skia.Matrix.MakeAll(a, c, e, b, d, f, 0, 0, 1)
            if name == "setTransform":
                canvas.setMatrix(matrix)
            else:
                canvas.concat(matrix)
