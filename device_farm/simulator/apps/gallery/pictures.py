"""Real pixels: thumbnails and the visible part of a picture, decoded with OpenCV and encoded for the screen."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

import cv2
import numpy as np
import skia
from numpy.typing import NDArray

from device_farm.simulator.filesystem import FileSystem

ENLARGED_MAX = 2.5
"""How far a double tap magnifies, relative to the picture that fills the screen."""

_PIXELS_MAX = 100_000_000
_PNG = (cv2.IMWRITE_PNG_COMPRESSION, 1)


T = TypeVar("T")


class _Recent(Generic[T]):
    """What was made of the pictures looked at last. It keeps the results, not the files, which may be large."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._made: OrderedDict[tuple[int, int, Hashable], T] = OrderedDict()

    def get(self, data: bytes, how: Hashable, make: Callable[[], T]) -> T:
        """What `make` gave for these bytes and this `how` before, else what it gives now."""
        key = (hash(data), len(data), how)
        if key not in self._made:
            self._made[key] = make()
            if len(self._made) > self._size:
                self._made.popitem(last=False)
        self._made.move_to_end(key)
        return self._made[key]


_DECODED: _Recent[NDArray[np.uint8] | None] = _Recent(2)
_SIZES: _Recent[tuple[int, int] | None] = _Recent(512)
_ENCODED: _Recent[bytes | None] = _Recent(256)


def read_picture(files: FileSystem, path: str) -> bytes:
    """The file's bytes; empty where it is gone."""
    return files.read(path) if files.is_file(path) else b""


def _pixels(data: bytes) -> NDArray[np.uint8] | None:
    """BGR pixels, turned as the camera's orientation mark says; None for what is no picture."""
    return _DECODED.get(data, "pixels", lambda: _decode(data))


def _decode(data: bytes) -> NDArray[np.uint8] | None:
    if not data:
        return None
    try:
        # Only the header is read here: a small file can claim a picture that fills the memory.
        size = skia.Codec.MakeFromData(skia.Data.MakeWithCopy(data)).dimensions()
        if size.area() > _PIXELS_MAX:
            return None
        decoded = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    except (RuntimeError, cv2.error):
        # RuntimeError is how skia says that these bytes are no picture.
        return None
    return None if decoded is None else np.asarray(decoded, np.uint8)


def resolution(data: bytes) -> tuple[int, int] | None:
    """Width and height in pixels; None for what is no picture."""

    def measure() -> tuple[int, int] | None:
        pixels = _pixels(data)
        return None if pixels is None else (pixels.shape[1], pixels.shape[0])

    return _SIZES.get(data, "size", measure)


def thumbnail(data: bytes, side_px: int) -> bytes | None:
    """A square PNG cut from the picture's middle; None for what is no picture."""
    return _ENCODED.get(data, side_px, lambda: _thumbnail(data, side_px))


def _thumbnail(data: bytes, side_px: int) -> bytes | None:
    pixels = _pixels(data)
    if pixels is None:
        return None
    height, width = pixels.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    return _encoded(_resized(pixels[top : top + side, left : left + side], side_px, side_px))


def visible_part(data: bytes, box_px: tuple[int, int], zoom: float, centre: tuple[float, float]) -> bytes | None:
    """What a box of (width, height) shows of the picture, as a PNG.

    At `zoom` 1 the whole picture fits into the box; beyond that `centre`, in fractions of the picture, lies in the
    middle as far as the edges allow. None for what is no picture.
    """
    return _ENCODED.get(data, (box_px, zoom, centre), lambda: _visible_part(data, box_px, zoom, centre))


def _visible_part(data: bytes, box_px: tuple[int, int], zoom: float, centre: tuple[float, float]) -> bytes | None:
    pixels = _pixels(data)
    if pixels is None:
        return None
    height, width = pixels.shape[:2]
    scale = min(box_px[0] / width, box_px[1] / height) * zoom
    part_width = min(width, max(1, round(box_px[0] / scale)))
    part_height = min(height, max(1, round(box_px[1] / scale)))
    left = min(max(round(centre[0] * width - part_width / 2), 0), width - part_width)
    top = min(max(round(centre[1] * height - part_height / 2), 0), height - part_height)
    part = pixels[top : top + part_height, left : left + part_width]
    return _encoded(_resized(part, max(1, round(part_width * scale)), max(1, round(part_height * scale))))


def _resized(pixels: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    smaller = width < pixels.shape[1]
    way = cv2.INTER_AREA if smaller else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(pixels, (width, height), interpolation=way), np.uint8)


def _encoded(pixels: NDArray[np.uint8]) -> bytes:
    _, data = cv2.imencode(".png", pixels, _PNG)
    return data.tobytes()
