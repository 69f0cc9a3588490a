"""Silent MP3 files of a given length, with title and artist, made without an encoder."""

from __future__ import annotations

from typing import Final

# MPEG-2 layer III, 8 kbit/s, 16 kHz, mono, no CRC: 36 bytes and 36 ms a frame. Side information of zeros is silence.
_FRAME: Final = bytes((0xFF, 0xF3, 0x18, 0xC0)) + bytes(32)
FRAME_MS: Final = 36


def silent_mp3(*, title: str, artist: str, duration_ms: int) -> bytes:
    """A file of `duration_ms`, rounded up to whole frames, with an ID3v2.3 tag."""
    body = _text_frame(b"TIT2", title) + _text_frame(b"TPE1", artist)
    return b"ID3\x03\x00\x00" + _synchsafe(len(body)) + body + _FRAME * -(-duration_ms // FRAME_MS)


def _text_frame(name: bytes, text: str) -> bytes:
    """UTF-16 with a byte order mark (encoding 1)."""
    data = b"\x01" + text.encode("utf-16")
    return name + len(data).to_bytes(4, "big") + b"\x00\x00" + data


def _synchsafe(size: int) -> bytes:
    """28 bits in four bytes of seven."""
    return bytes((size >> shift) & 0x7F for shift in (21, 14, 7, 0))
