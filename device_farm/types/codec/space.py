"""Between the pixels of a device and the coordinates that a model speaks."""

from __future__ import annotations

import math
from dataclasses import dataclass

from device_farm.errors import ConfigError, DialectError
from device_farm.types.geometry import Point, Size

QWEN_PATCH_PX = 28
"""Qwen2.5-VL: 14-pixel patches merged two by two."""
QWEN_MIN_PIXELS = 56 * 56
QWEN_MAX_PIXELS = 14 * 14 * 4 * 1280
"""Defaults of Qwen2.5-VL's image processor."""
_MAX_ASPECT = 200
RELATIVE = 1000
"""Qwen3-VL and UI-TARS 1.0 speak in thousandths of the image: 0 to 999."""


def smart_resize(
    size: Size,
    *,
    factor: int = QWEN_PATCH_PX,
    min_pixels: int = QWEN_MIN_PIXELS,
    max_pixels: int = QWEN_MAX_PIXELS,
) -> Size:
    """The size that Qwen2.5-VL's processor gives an image: sides are multiples of `factor`, the area is bounded.

    The same arithmetic as `smart_resize` of qwen-vl-utils, so that coordinates mean the same on both sides.

    Raises:
        ConfigError: one side is more than 200 times the other, or a side is not positive.
    """
    if size.width <= 0 or size.height <= 0:
        raise ConfigError(f"{size.width}x{size.height} is no image size", field="size")
    if max(size.width, size.height) / min(size.width, size.height) > _MAX_ASPECT:
        raise ConfigError(f"{size.width}x{size.height} is more than {_MAX_ASPECT} to 1", field="size")
    width = max(factor, round(size.width / factor) * factor)
    height = max(factor, round(size.height / factor) * factor)
    if width * height > max_pixels:
        scale = math.sqrt(size.width * size.height / max_pixels)
        width = max(factor, math.floor(size.width / scale / factor) * factor)
        height = max(factor, math.floor(size.height / scale / factor) * factor)
    elif width * height < min_pixels:
        scale = math.sqrt(min_pixels / (size.width * size.height))
        width = math.ceil(size.width * scale / factor) * factor
        height = math.ceil(size.height * scale / factor) * factor
    return Size(width, height)


@dataclass(frozen=True, slots=True, kw_only=True)
class CoordinateSpace:
    """`native` is the device's screen, `model` the grid that the model's coordinates count.

    A model coordinate means the middle of its cell, a native one the middle of its pixel: so nothing moves where both
    sizes are the same, every pixel has a coordinate inside the grid, and there and back is off by at most half a cell.
    `pointer` is where the mouse stands, for dialects whose actions may leave the coordinate out.
    """

    native: Size
    model: Size
    pointer: Point | None = None

    @classmethod
    def exact(cls, native: Size) -> CoordinateSpace:
        """The model speaks in device pixels."""
        return cls(native=native, model=native)

    @classmethod
    def resized(
        cls,
        native: Size,
        *,
        factor: int = QWEN_PATCH_PX,
        min_pixels: int = QWEN_MIN_PIXELS,
        max_pixels: int = QWEN_MAX_PIXELS,
    ) -> CoordinateSpace:
        """The model speaks in pixels of the resized image: Qwen2.5-VL, UI-S1, UI-TARS 1.5."""
        size = smart_resize(native, factor=factor, min_pixels=min_pixels, max_pixels=max_pixels)
        return cls(native=native, model=size)

    @classmethod
    def relative(cls, native: Size, steps: int = RELATIVE) -> CoordinateSpace:
        """The model speaks in shares of the image, 0 to `steps` - 1: Qwen3-VL, UI-TARS 1.0."""
        return cls(native=native, model=Size(steps, steps))

    def to_native(self, x: float, y: float, field: str = "coordinate") -> Point:
        """The device pixel that a model coordinate means; the far edge itself counts as the last pixel.

        Raises:
            DialectError: it lies outside the model's image.
        """
        return Point(
            _to_pixel(x, self.native.width, self.model.width, f"{field} x"),
            _to_pixel(y, self.native.height, self.model.height, f"{field} y"),
        )

    def to_model(self, point: Point) -> tuple[int, int]:
        """The model coordinate of a device pixel. Raises DialectError for a point off the screen."""
        if not self.native.contains(point):
            message = f"({point.x}, {point.y}) is off the screen of {self.native.width}x{self.native.height}"
            raise DialectError(message, field="coordinate")
        # Whole numbers only: floating point would put some exact halves into the wrong cell.
        return (
            (2 * point.x + 1) * self.model.width // (2 * self.native.width),
            (2 * point.y + 1) * self.model.height // (2 * self.native.height),
        )


def _to_pixel(value: float, native: int, model: int, field: str) -> int:
    if not (math.isfinite(value) and 0 <= value <= model):
        raise DialectError(f"{value!r} is outside the image, which is {model} wide there", field=field)
    return min(native - 1, math.floor((value + 0.5) * native / model))
