"""Points, sizes and rectangles in integer device pixels, origin at the top left of the screen."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Point:
    """A pixel position: `x` grows to the right, `y` grows downwards."""

    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Size:
    """A width and a height in pixels."""

    width: int
    height: int

    def contains(self, point: Point) -> bool:
        """Whether `point` is a pixel of a screen of this size."""
        return 0 <= point.x < self.width and 0 <= point.y < self.height

    def clamp(self, point: Point) -> Point:
        """The pixel of this screen that is nearest to `point`."""
        return Point(min(max(point.x, 0), self.width - 1), min(max(point.y, 0), self.height - 1))


@dataclass(frozen=True, slots=True)
class Rect:
    """A half-open box: `left <= x < right` and `top <= y < bottom`; empty when a side is not positive."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        return max(0, self.right - self.left)

    @property
    def height(self) -> int:
        return max(0, self.bottom - self.top)

    @property
    def area(self) -> int:
        return self.width * self.height

    @property
    def center(self) -> Point:
        return Point((self.left + self.right) // 2, (self.top + self.bottom) // 2)

    def contains(self, point: Point) -> bool:
        return self.left <= point.x < self.right and self.top <= point.y < self.bottom

    def intersect(self, other: Rect) -> Rect:
        """The common part; its `area` is 0 when there is none."""
        return Rect(
            max(self.left, other.left),
            max(self.top, other.top),
            min(self.right, other.right),
            min(self.bottom, other.bottom),
        )

    def union(self, other: Rect) -> Rect:
        """The smallest box around both; an empty box counts for nothing."""
        if self.area == 0:
            return other
        if other.area == 0:
            return self
        return Rect(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def iou(self, other: Rect) -> float:
        """Intersection over union in [0, 1]; 0 for two empty boxes."""
        common = self.intersect(other).area
        total = self.area + other.area - common
        return common / total if total else 0.0

    def translate(self, dx: int, dy: int) -> Rect:
        return Rect(self.left + dx, self.top + dy, self.right + dx, self.bottom + dy)
