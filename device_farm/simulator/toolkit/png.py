"""PNG encoding fast enough for a frame a step: filter 0, isal deflate level 0, unchanged strips taken from last time.

The rows are cut into strips that are compressed on their own and end on a byte boundary (Z_FULL_FLUSH), so that a
strip's bytes depend on its pixels only. The zlib checksum is combined from those of the strips.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from isal import isal_zlib
from numpy.typing import NDArray

STRIP_ROWS = 80
LEVEL = 0
"""isal's fastest. Level 1 is 20 % smaller, but its output depends on where in memory its buffers happen to lie."""
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
# zlib header (deflate, 32 KiB window, fastest), and an empty final block.
_ZLIB_HEADER = b"\x78\x01"
_FINAL_BLOCK = b"\x03\x00"
_ADLER_BASE = 65521


@dataclass(frozen=True, slots=True)
class EncodedStrips:
    """The compressed strips of one frame with their checksums; enough to encode a frame that differs in part."""

    parts: tuple[bytes, ...]
    adlers: tuple[int, ...]


def encode_strips(
    pixels: NDArray[np.uint8], old: EncodedStrips | None = None, rows: tuple[int, int] | None = None
) -> EncodedStrips:
    """Compresses RGBA `pixels` (height, width, 4). With `old` and changed `rows` (first, behind last) only those."""
    height = pixels.shape[0]
    parts: list[bytes] = []
    adlers: list[int] = []
    for index, top in enumerate(range(0, height, STRIP_ROWS)):
        bottom = min(top + STRIP_ROWS, height)
        if old is not None and rows is not None and (bottom <= rows[0] or top >= rows[1]):
            parts.append(old.parts[index])
            adlers.append(old.adlers[index])
            continue
        part, adler = _compress(pixels[top:bottom])
        parts.append(part)
        adlers.append(adler)
    return EncodedStrips(tuple(parts), tuple(adlers))


def _compress(rows: NDArray[np.uint8]) -> tuple[bytes, int]:
    count, width, _ = rows.shape
    raw = _scratch(count, width)
    raw[:, 1:] = rows.reshape(count, -1)
    deflate = isal_zlib.compressobj(LEVEL, isal_zlib.DEFLATED, -15)
    data = deflate.compress(raw) + deflate.flush(isal_zlib.Z_FULL_FLUSH)
    return bytes(data), int(isal_zlib.adler32(raw))


@lru_cache(maxsize=4)
def _scratch(rows: int, width: int) -> NDArray[np.uint8]:
    return np.zeros((rows, 1 + width * 4), np.uint8)


def assemble(strips: EncodedStrips, width: int, height: int) -> bytes:
    """The PNG file of compressed strips."""
    row_bytes = 1 + width * 4
    adler = 1
    for index, part in enumerate(strips.adlers):
        rows = min(STRIP_ROWS, height - index * STRIP_ROWS)
        adler = combine_adler32(adler, part, rows * row_bytes)
    body = b"".join((_ZLIB_HEADER, *strips.parts, _FINAL_BLOCK, struct.pack(">I", adler)))
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return b"".join((_SIGNATURE, _chunk(b"IHDR", header), _chunk(b"IDAT", body), _chunk(b"IEND", b"")))


def combine_adler32(first: int, second: int, second_bytes: int) -> int:
    """Adler-32 of two byte strings put together, from their checksums and the length of the second (RFC 1950)."""
    low = ((first & 0xFFFF) + (second & 0xFFFF) - 1) % _ADLER_BASE
    high = ((first >> 16) + (second >> 16) + ((first & 0xFFFF) - 1) * second_bytes) % _ADLER_BASE
    return (high << 16) | low


def _chunk(kind: bytes, data: bytes) -> bytes:
    return b"".join((struct.pack(">I", len(data)), kind, data, struct.pack(">I", zlib.crc32(data, zlib.crc32(kind)))))
