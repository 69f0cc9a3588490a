"""Frames of the shell protocol, version 2: `<BI` (kind, length) and that many bytes.

Source: AOSP `packages/modules/adb/shell_protocol.h`.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from enum import IntEnum

_HEADER = struct.Struct("<BI")

MAX_FRAME = 1024 * 1024
"""Largest frame in bytes taken from a host; one that fills a transport packet is the largest that it can send."""


class FrameKind(IntEnum):
    STDIN = 0
    STDOUT = 1
    STDERR = 2
    EXIT = 3
    CLOSE_STDIN = 4
    WINDOW_SIZE = 5


class BadFrameError(Exception):
    """A frame that no host sends."""


def encode_frame(kind: FrameKind, data: bytes) -> bytes:
    return _HEADER.pack(kind, len(data)) + data


class FrameParser:
    """Cuts the host's bytes into frames."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[tuple[FrameKind, bytes]]:
        """The frames that `data` completes; an unknown kind or an oversized frame raises BadFrameError."""
        self._buffer += data
        while len(self._buffer) >= _HEADER.size:
            kind, length = _HEADER.unpack_from(self._buffer)
            if kind > FrameKind.WINDOW_SIZE or length > MAX_FRAME:
                raise BadFrameError(f"kind {kind}, {length} bytes")
            if len(self._buffer) < _HEADER.size + length:
                return
            payload = bytes(self._buffer[_HEADER.size : _HEADER.size + length])
            del self._buffer[: _HEADER.size + length]
            yield FrameKind(kind), payload
