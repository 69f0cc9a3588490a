"""Frames of the shell v2 protocol (AOSP `shell_protocol.h`): one byte of kind, four of length, the bytes."""

from __future__ import annotations

import struct
from typing import Final

from device_farm.errors import TransportError

STDIN: Final = 0
STDOUT: Final = 1
STDERR: Final = 2
EXIT: Final = 3
CLOSE_STDIN: Final = 4

_HEADER = struct.Struct("<BI")
_MAX_FRAME = 16 * 1024 * 1024
"""Bytes. adbd sends at most its payload size; a larger length is a broken stream."""


def encode_frame(kind: int, data: bytes = b"") -> bytes:
    return _HEADER.pack(kind, len(data)) + data


class FrameDecoder:
    """Cuts a stream into `(kind, data)`, whatever the sizes of the pieces that it comes in."""

    __slots__ = ("_pending",)

    def __init__(self) -> None:
        self._pending = bytearray()

    def feed(self, data: bytes) -> list[tuple[int, bytes]]:
        """The frames that `data` completes. Raises TransportError for a length that no device sends."""
        pending = self._pending
        pending += data
        frames = []
        start = 0
        while len(pending) - start >= _HEADER.size:
            kind, size = _HEADER.unpack_from(pending, start)
            if size > _MAX_FRAME:
                raise TransportError(f"a shell frame of {size} bytes: not the shell v2 protocol")
            end = start + _HEADER.size + size
            if len(pending) < end:
                break
            frames.append((kind, bytes(memoryview(pending)[start + _HEADER.size : end])))
            start = end
        del pending[:start]
        return frames
