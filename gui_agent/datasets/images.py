"""Screens of data sets that are folders of image files."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

from device_farm.errors import DataError
from device_farm.types.geometry import Size

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG_END = b"\xff\xd9"
_JPEG_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})


@dataclass(frozen=True, slots=True)
class ImageFiles:
    """Image files by path; relative ones, and absolute ones that do not exist, are looked for under `root`.

    Published data sets hold the paths of the machine they were made on: of such a path its longest tail that exists
    under `root` is taken.
    """

    root: Path

    def find(self, key: str) -> Path | None:
        path = Path(key)
        if path.is_absolute() and path.is_file():
            return path
        parts = [part for part in path.parts if part not in ("/", "..")]
        tails = (self.root.joinpath(*parts[start:]) for start in range(len(parts)))
        return next((tail for tail in tails if tail.is_file()), None)

    def read(self, key: str) -> bytes:
        path = self.find(key)
        if path is None:
            raise DataError(f"screen {key} is missing under {self.root}", field="screenshot")
        try:
            return path.read_bytes()
        except OSError as error:
            raise DataError(f"screen {path} cannot be read: {error.strerror}", field="screenshot") from error


def image_size(data: bytes) -> Size:
    """Width and height out of the header of a PNG or JPEG file. Raises DataError for anything else."""
    size = _header_size(data)
    if size is None or size.width < 1 or size.height < 1:
        raise DataError("is neither a PNG nor a JPEG image", field="screenshot")
    return size


def _header_size(data: bytes) -> Size | None:
    if data.startswith(_PNG) and len(data) >= 24:
        width, height = struct.unpack(">II", data[16:24])
        return Size(width, height)
    position = 2
    while data.startswith(b"\xff\xd8") and position + 9 <= len(data):
        marker, length = data[position + 1], int.from_bytes(data[position + 2 : position + 4], "big")
        if marker in _JPEG_FRAMES:
            height, width = struct.unpack(">HH", data[position + 5 : position + 9])
            return Size(width, height)
        position += 2 + length
    return None


def whole_image_size(data: bytes) -> Size:
    """As `image_size`, of a file that is there to its end: decoders make up what is missing without a word.

    Raises DataError for a PNG with a chunk that is cut short or whose checksum is wrong, and a JPEG without its end.
    """
    size = image_size(data)
    if not (_whole_png(data) if data.startswith(_PNG) else data.rstrip(b"\0\r\n ").endswith(_JPEG_END)):
        raise DataError("is cut short or damaged", field="screenshot")
    return size


def _whole_png(data: bytes) -> bool:
    position = len(_PNG)
    while position + 12 <= len(data):
        length, kind = struct.unpack(">I4s", data[position : position + 8])
        end = position + 8 + length
        if end + 4 > len(data) or zlib.crc32(data[position + 4 : end]) != int.from_bytes(data[end : end + 4], "big"):
            return False
        if kind == b"IEND":
            return True
        position = end + 4
    return False
