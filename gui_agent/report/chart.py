"""Line charts as inline SVG, in the colours `--c0` to `--c3` of the page, which has a light and a dark form of each."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 560, 230
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 14, 24, 26
COLOURS = 4
_SMOOTH_FROM = 40
"""Points from which on a line is drawn faintly, with its moving average over a twentieth of them on top."""
_DOTS_UP_TO = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One line. `ys` None or not finite is a gap; `xs` ascend."""

    name: str
    xs: Sequence[float]
    ys: Sequence[float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A dashed upright line with a word at its top."""

    x: float
    text: str


@dataclass(frozen=True, slots=True)
class _Frame:
    low_x: float
    high_x: float
    low_y: float
    high_y: float

    def x(self, value: float) -> float:
        share = (value - self.low_x) / (self.high_x - self.low_x)
        return _LEFT + share * (WIDTH - _LEFT - _RIGHT)

    def y(self, value: float) -> float:
        share = (value - self.low_y) / (self.high_y - self.low_y)
        return HEIGHT - _BOTTOM - share * (HEIGHT - _TOP - _BOTTOM)


def line_chart(
    series: Sequence[Series], *, label: str, marks: Sequence[Mark] = (), span: tuple[float, float] | None = None
) -> str:
    """At most four lines in one frame; "" where there is no point at all. `label` is what a screen reader says.

    Lines end at a mark and begin anew behind it. `span` is what the frame shows of x, None what there is.

    Raises ValueError for more lines, or one whose `xs` and `ys` differ in length.
    """
    if len(series) > COLOURS:
        raise ValueError(f"{len(series)} lines in one chart, more than {COLOURS} cannot be told apart")
    points = [_points(one) for one in series]
    flat = [point for line in points for point in line if point is not None]
    if not flat:
        return ""
    ticks_y = ticks(min(y for _, y in flat), max(y for _, y in flat))
    low_x, high_x = span or (min(x for x, _ in flat), max(x for x, _ in flat))
    if low_x == high_x:
        low_x, high_x = low_x - 1, high_x + 1
    frame = _Frame(low_x, high_x, ticks_y[0], ticks_y[-1])
    ticks_x = [tick for tick in ticks(low_x, high_x, wanted=6) if low_x <= tick <= high_x and tick == int(tick)]
    parts = [_axes(frame, ticks_x, ticks_y), *(_mark(frame, mark) for mark in marks if low_x <= mark.x <= high_x)]
    parts += [_line(frame, part, number) for number, line in enumerate(points) for part in _split(line, marks)]
    return (
        f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(label, quote=True)}">'
        + "".join(parts)
        + "</svg>"
    )


def ticks(low: float, high: float, *, wanted: int = 4) -> list[float]:
    """Round numbers at even distances from at most `low` to at least `high`: at least two, about `wanted`."""
    if low == high:
        low, high = (0.0, 1.0) if low == 0 else (low - abs(low) / 2, high + abs(high) / 2)
    rough = (high - low) / wanted
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= rough * (1 - 1e-9))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [number * step for number in range(first, max(last, first + 1) + 1)]


def moving_average(points: Sequence[tuple[float, float] | None], size: int) -> list[tuple[float, float] | None]:
    """Each point's y replaced by the mean of the last `size`; gaps stay, and are passed over."""
    seen: list[float] = []
    result: list[tuple[float, float] | None] = []
    for point in points:
        if point is None:
            result.append(None)
            continue
        seen = [*seen, point[1]][-size:]
        result.append((point[0], math.fsum(seen) / len(seen)))
    return result


def number_text(value: float) -> str:
    """Short: 0.25, 1200, 3e-06."""
    if value == 0 or 1e-3 <= abs(value) < 1e5:
        return f"{value:.4g}" if abs(value) < 1e4 else f"{value:.0f}"
    return f"{value:.2g}"


def _points(series: Series) -> list[tuple[float, float] | None]:
    return [(x, y) if y is not None and math.isfinite(y) else None for x, y in zip(series.xs, series.ys, strict=True)]


def _split(
    points: Sequence[tuple[float, float] | None], marks: Sequence[Mark]
) -> list[list[tuple[float, float] | None]]:
    """The points between marks. Gaps have no place of their own, and go with the point before."""
    limits = [mark.x for mark in marks]
    parts: list[list[tuple[float, float] | None]] = [[]]
    passed = 0
    for point in points:
        here = passed if point is None else sum(limit <= point[0] for limit in limits)
        if here != passed and parts[-1]:
            parts.append([])
        passed = here
        parts[-1].append(point)
    return parts


def _line(frame: _Frame, points: Sequence[tuple[float, float] | None], number: int) -> str:
    there = [point for point in points if point is not None]
    if len(there) < _SMOOTH_FROM:
        return _path(frame, points, f"line c{number}") + _dots(frame, points, number)
    smooth = moving_average(points, max(2, len(there) // 20))
    return _path(frame, points, f"line faint c{number}") + _path(frame, smooth, f"line c{number}")


def _path(frame: _Frame, points: Sequence[tuple[float, float] | None], kind: str) -> str:
    """Points that are neighbours in time are joined across skipped updates: a gap is seen in the dots."""
    there = [(frame.x(x), frame.y(y)) for x, y in (point for point in points if point is not None)]
    if len(there) < 2:
        return ""
    return f'<path class="{kind}" d="M{" L".join(f"{x:.1f} {y:.1f}" for x, y in there)}"/>'


def _dots(frame: _Frame, points: Sequence[tuple[float, float] | None], number: int) -> str:
    there = [point for point in points if point is not None]
    if len(there) > _DOTS_UP_TO:
        return ""
    return "".join(
        f'<circle class="dot c{number}" cx="{frame.x(x):.1f}" cy="{frame.y(y):.1f}" r="3"/>' for x, y in there
    )


def _axes(frame: _Frame, ticks_x: Sequence[float], ticks_y: Sequence[float]) -> str:
    right, bottom = WIDTH - _RIGHT, HEIGHT - _BOTTOM
    rows = [
        f'<path class="grid" d="M{_LEFT} {frame.y(tick):.1f}H{right}"/>'
        f'<text class="tick" x="{_LEFT - 8}" y="{frame.y(tick) + 4:.1f}" text-anchor="end">{number_text(tick)}</text>'
        for tick in ticks_y
    ]
    columns = [
        f'<text class="tick" x="{frame.x(tick):.1f}" y="{bottom + 18}" text-anchor="middle">{number_text(tick)}</text>'
        for tick in ticks_x
    ]
    return "".join([*rows, *columns])


def _mark(frame: _Frame, mark: Mark) -> str:
    at = frame.x(mark.x)
    return (
        f'<path class="mark" d="M{at:.1f} {_TOP}V{HEIGHT - _BOTTOM}"/>'
        f'<text class="tick" x="{at:.1f}" y="{_TOP - 9}">{escape(mark.text)}</text>'
    )
