"""PNG out of the X server's 32-bit pixels, for speed: no filter, fastest deflate."""

from __future__ import annotations

import struct
import zlib

import numpy as np
from isal import isal_zlib
from numpy.typing import NDArray

_LEVEL = 0
"""isal's fastest. Level 1 is smaller, but its bytes depend on where in memory its buffers lie: equal screens must have
equal digests."""
_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(data, zlib.crc32(kind)))


def rgb_rows(pixels_HWC: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """BGRX `(H, W, 4)` as PNG scanlines `(H, 1 + 3W)`: a zero filter byte, then RGB."""
    height, width, _ = pixels_HWC.shape
    rows = np.empty((height, 1 + 3 * width), np.uint8)
    rows[:, 0] = 0
    for offset, channel in ((1, 2), (2, 1), (3, 0)):
        rows[:, offset::3] = pixels_HWC[:, :, channel]
    return rows


def encode_png(rows: NDArray[np.uint8]) -> bytes:
    """The scanlines of `rgb_rows` as an 8-bit RGB PNG."""
    height, stride = rows.shape
    header = struct.pack(">IIBBBBB", (stride - 1) // 3, height, 8, 2, 0, 0, 0)
    body = isal_zlib.compress(rows, level=_LEVEL)
    return _SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def blend_cursor(rows: NDArray[np.uint8], cursor_HWC: NDArray[np.uint8], left: int, top: int) -> None:
    """Draws a premultiplied BGRA cursor with its corner at (`left`, `top`) over `rows`, clipped to the screen."""
    height, width = rows.shape[0], (rows.shape[1] - 1) // 3
    x0, y0 = max(0, left), max(0, top)
    x1, y1 = min(width, left + cursor_HWC.shape[1]), min(height, top + cursor_HWC.shape[0])
    if x0 >= x1 or y0 >= y1:
        return
    part = cursor_HWC[y0 - top : y1 - top, x0 - left : x1 - left].astype(np.uint16)
    below = rows[y0:y1, 1 + 3 * x0 : 1 + 3 * x1].reshape(y1 - y0, x1 - x0, 3)
    kept = below * (255 - part[:, :, 3:4]) // 255
    rows[y0:y1, 1 + 3 * x0 : 1 + 3 * x1] = (kept + part[:, :, 2::-1]).clip(0, 255).reshape(y1 - y0, -1)
