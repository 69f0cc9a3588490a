"""Screens for the report: each one scaled down and encoded once, within a budget for the whole file."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np

from device_farm.errors import DataError
from device_farm.types.observation import Screenshot
from gui_agent.store.reader import RunReader

BUDGET_BYTES = 16 * 1024 * 1024
"""For all images together; base64 makes a third more of it, and trees and text come on top: under 25 MB in all."""
_LONG_SIDE_PX = {"portrait": 960, "landscape": 1200}
_THUMB_LONG_SIDE_PX = 320
_QUALITY = 72
"""JPEG: WebP is half the size, but takes 25 times as long to write."""


def encode_small(data: bytes, *, thumb: bool = False) -> bytes | None:
    """`data` scaled down as JPEG, or None where it is no image."""
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR) if data else None
    if pixels is None:
        return None
    height, width = pixels.shape[:2]
    longest = _LONG_SIDE_PX["portrait" if height >= width else "landscape"]
    scale = min(1.0, (_THUMB_LONG_SIDE_PX if thumb else longest) / max(height, width))
    if scale < 1.0:
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        pixels = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    done, encoded = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    return encoded.tobytes() if done else None


def data_uri(image: bytes) -> str:
    return f"data:image/jpeg;base64,{base64.b64encode(image).decode('ascii')}"


class ImageShelf:
    """The report's images by digest. Once the budget is used up, `add` keeps no more than thumbnails."""

    def __init__(self, reader: RunReader, budget_bytes: int = BUDGET_BYTES) -> None:
        self._reader = reader
        self._left = budget_bytes
        self.images: dict[str, str] = {}
        self.missing: list[str] = []

    @property
    def full(self) -> bool:
        return self._left <= 0

    def add(self, screenshots: Iterable[Screenshot]) -> None:
        """Encodes those that are not there yet, several at a time."""
        thumb = self.full
        new = {shot.digest: shot for shot in screenshots if shot.digest not in self.images}
        with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
            encoded = list(pool.map(lambda shot: self._encode(shot, thumb), new.values()))
        for digest, image in zip(new, encoded, strict=True):
            if image is None:
                self.missing.append(digest)
                continue
            self._left -= len(image)
            self.images[digest] = data_uri(image)

    def _encode(self, shot: Screenshot, thumb: bool) -> bytes | None:
        try:
            return encode_small(self._reader.pixels(shot), thumb=thumb)
        except DataError:
            # A lost blob costs the report one picture; `farm verify` is what complains about it.
            return None
