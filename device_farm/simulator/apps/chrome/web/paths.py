"""Building the path of a canvas. Points are transformed as they are added, as the HTML standard has it."""

from __future__ import annotations

import math
from typing import Any, Final

import skia

PATH_CALLS: Final = frozenset(
    (
        "moveTo",
        "lineTo",
        "quadraticCurveTo",
        "bezierCurveTo",
        "arc",
        "arcTo",
        "ellipse",
        "rect",
        "roundRect",
        "closePath",
    )
)


def add_to_path(path: skia.Path, name: str, parts: list[Any], matrix: skia.Matrix) -> None:
    """Adds one call's part. Calls with too few numbers do nothing."""
    if name == "closePath":
        path.close()
        return
    numbers = [float(part) for part in parts if isinstance(part, int | float)]
    needed = {"moveTo": 2, "lineTo": 2, "quadraticCurveTo": 4, "bezierCurveTo": 6, "arc": 5, "arcTo": 5, "ellipse": 7,
              "rect": 4, "roundRect": 4}[name]  # fmt: skip
    if len(numbers) < needed:
        return
    if path.isEmpty() and name in ("lineTo", "arcTo", "quadraticCurveTo", "bezierCurveTo"):
        path.moveTo(matrix.mapXY(numbers[0], numbers[1]))
    match name:
        case "moveTo":
            path.moveTo(matrix.mapXY(*numbers[:2]))
        case "lineTo":
            path.lineTo(matrix.mapXY(*numbers[:2]))
        case "quadraticCurveTo":
            path.quadTo(matrix.mapXY(*numbers[:2]), matrix.mapXY(*numbers[2:4]))
        case "bezierCurveTo":
            path.cubicTo(matrix.mapXY(*numbers[:2]), matrix.mapXY(*numbers[2:4]), matrix.mapXY(*numbers[4:6]))
        case _:
            _add_shape(path, name, numbers, matrix)


def _add_shape(path: skia.Path, name: str, numbers: list[float], matrix: skia.Matrix) -> None:
    part = skia.Path()
    joined = False
    match name:
        case "rect":
            part.addRect(skia.Rect.MakeXYWH(*numbers[:4]))
        case "roundRect":
            radius = numbers[4] if len(numbers) > 4 else 0.0
            part.addRoundRect(skia.Rect.MakeXYWH(*numbers[:4]), radius, radius)
        case "arcTo":
            inverse = skia.Matrix()
            last = skia.Point()
            if matrix.invert(inverse) and path.countPoints():
                last = inverse.mapXY(
                    path.getPoint(path.countPoints() - 1).x(), path.getPoint(path.countPoints() - 1).y()
                )
            part.moveTo(last)
            part.arcTo(skia.Point(numbers[0], numbers[1]), skia.Point(numbers[2], numbers[3]), numbers[4])
            joined = True
        case _:
            joined = True
            _add_ellipse(part, name, numbers)
    part.transform(matrix)
    path.addPath(
        part, mode=skia.Path.kExtend_AddPathMode if joined and not path.isEmpty() else skia.Path.kAppend_AddPathMode
    )


def _add_ellipse(part: skia.Path, name: str, numbers: list[float]) -> None:
    if name == "arc":
        x, y, radius_x, start, end = numbers[:5]
        radius_y, rotation, backwards = radius_x, 0.0, len(numbers) > 5 and numbers[5] != 0
    else:
        x, y, radius_x, radius_y, rotation, start, end = numbers[:7]
        backwards = len(numbers) > 7 and numbers[7] != 0
    if radius_x < 0 or radius_y < 0:
        return
    sweep = end - start
    if abs(sweep) >= math.tau:
        sweep = -math.tau if backwards else math.tau
    elif backwards:
        sweep = -((start - end) % math.tau)
    else:
        sweep %= math.tau
    oval = skia.Rect.MakeLTRB(-radius_x, -radius_y, radius_x, radius_y)
    first, degrees = math.degrees(start), math.degrees(sweep)
    if abs(sweep) >= math.tau:
        # Skia takes a full turn for none.
        part.arcTo(oval, first, degrees / 2, True)
        part.arcTo(oval, first + degrees / 2, degrees / 2, False)
    else:
        part.arcTo(oval, first, degrees, True)
    part.transform(skia.Matrix.RotateDeg(math.degrees(rotation)).postTranslate(x, y))
