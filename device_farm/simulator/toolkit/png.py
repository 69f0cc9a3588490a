"""PNG encoding fast enough for a frame a step: filter 0, isal deflate level 0, unchanged strips taken from last time.

The rows are cut into strips that are compressed on their own and end on a byte boundary (Z_FULL_FLUSH), so that a
strip's bytes depend on its pixels only. The zlib checksum is combined from those of the strips.
"""

from __future__ import annotations

import struct
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from isal import isal_zlib
from numpy.typing import NDArray

STRIP_ROWS = 80
_STRIPS_FOR_TWO = 8
"""Fewer strips are done before a second thread has woken up."""
_HERE, _THERE = 0, 1
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
    tops = range(0, pixels.shape[0], STRIP_ROWS)
    kept = old is not None and rows is not None
    changed = [top for top in tops if not kept or rows is None or (top < rows[1] and top + STRIP_ROWS > rows[0])]
    fresh = dict(zip(changed, _compressed(pixels, changed), strict=True))
    if old is None:
        return EncodedStrips(tuple(fresh[top][0] for top in tops), tuple(fresh[top][1] for top in tops))
    pairs = [fresh.get(top) or (old.parts[index], old.adlers[index]) for index, top in enumerate(tops)]
    return EncodedStrips(tuple(part for part, _ in pairs), tuple(adler for _, adler in pairs))


def _compressed(pixels: NDArray[np.uint8], tops: list[int]) -> list[tuple[bytes, int]]:
    """The strips from these rows on; many are shared with a second thread, as the compressor releases the lock."""
    if len(tops) < _STRIPS_FOR_TWO:
        return _compress_all(pixels, tops, _HERE)
    middle = len(tops) // 2
    rest = _second_thread().submit(_compress_all, pixels, tops[middle:], _THERE)
    return _compress_all(pixels, tops[:middle], _HERE) + rest.result()


def _compress_all(pixels: NDArray[np.uint8], tops: list[int], thread: int) -> list[tuple[bytes, int]]:
    return [_compress(pixels[top : top + STRIP_ROWS], thread) for top in tops]


def _compress(rows: NDArray[np.uint8], thread: int) -> tuple[bytes, int]:
    count, width, _ = rows.shape
    raw = _scratch(count, width, thread)
    raw[:, 1:] = rows.reshape(count, -1)
    deflate = isal_zlib.compressobj(LEVEL, isal_zlib.DEFLATED, -15)
    data = deflate.compress(raw) + deflate.flush(isal_zlib.Z_FULL_FLUSH)
    return bytes(data), int(isal_zlib.adler32(raw))


@lru_cache(maxsize=1)
def _second_thread() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="png")


@lru_cache(maxsize=8)
def _scratch(rows: int, width: int, thread: int) -> NDArray[np.uint8]:
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
