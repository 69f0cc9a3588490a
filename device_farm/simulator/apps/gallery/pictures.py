"""Real pixels: thumbnails and the visible part of a picture, decoded with OpenCV and encoded for the screen."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from device_farm.simulator.filesystem import FileSystem

ENLARGED_MAX = 2.5
"""How far a double tap magnifies, relative to the picture that fills the screen."""

_PNG = (cv2.IMWRITE_PNG_COMPRESSION, 1)


def read_picture(files: FileSystem, path: str) -> bytes:
    """The file's bytes; empty where it is gone."""
    return files.read(path) if files.is_file(path) else b""


@lru_cache(maxsize=4)
def _pixels(data: bytes) -> NDArray[np.uint8] | None:
    """BGR pixels, turned as the camera's orientation mark says; None for what is no picture."""
    if not data:
        return None
    try:
        decoded = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error:
        return None
    return None if decoded is None else np.asarray(decoded, np.uint8)


@lru_cache(maxsize=128)
def resolution(data: bytes) -> tuple[int, int] | None:
    """Width and height in pixels; None for what is no picture."""
    pixels = _pixels(data)
    return None if pixels is None else (pixels.shape[1], pixels.shape[0])


@lru_cache(maxsize=128)
def thumbnail(data: bytes, side_px: int) -> bytes | None:
    """A square PNG cut from the picture's middle; None for what is no picture."""
    pixels = _pixels(data)
    if pixels is None:
        return None
    height, width = pixels.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    return _encoded(_resized(pixels[top : top + side, left : left + side], side_px, side_px))


@lru_cache(maxsize=16)
def visible_part(data: bytes, box_px: tuple[int, int], zoom: float, centre: tuple[float, float]) -> bytes | None:
    """What a box of (width, height) shows of the picture, as a PNG.

    At `zoom` 1 the whole picture fits into the box; beyond that `centre`, in fractions of the picture, lies in the
    middle as far as the edges allow. None for what is no picture.
    """
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
