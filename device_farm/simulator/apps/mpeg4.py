"""MPEG-4 files with one track, as sound recorder and camera write them (boxes of ISO/IEC 14496-12)."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

UNITY_MATRIX: Final = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """Frames of equal length. `timescale_hz` ticks are a second, `frame_ticks` a frame; sizes in pixels, 0 for sound.

    `sample_entry` is the finished box that names the codec.
    """

    kind: Literal["soun", "vide"]
    timescale_hz: int
    frame_ticks: int
    sample_entry: bytes
    width_px: int = 0
    height_px: int = 0


def box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def full_box(kind: bytes, *parts: bytes, flags: int = 0) -> bytes:
    """A box with version 0 and flags."""
    return box(kind, struct.pack(">I", flags), *parts)


def descriptor(tag: int, body: bytes) -> bytes:
    """An elementary stream descriptor (ISO/IEC 14496-1) of at most 127 bytes."""
    return bytes((tag, len(body))) + body


def stream_descriptor(object_type: int, stream_type: int, bit_rate_bps: int, config: bytes = b"") -> bytes:
    """The `esds` box. Object type 0x40 is AAC, 0x6C JPEG; stream type 0x05 sound, 0x04 pictures."""
    specific = descriptor(5, config) if config else b""
    rates = struct.pack(">II", bit_rate_bps, bit_rate_bps)
    decoder = descriptor(4, bytes((object_type, stream_type << 2 | 1, 0, 0, 0)) + rates + specific)
    return full_box(b"esds", descriptor(3, struct.pack(">HB", 1, 0) + decoder + descriptor(6, b"\x02")))


def mpeg4(brand: bytes, track: Track, frames: Sequence[bytes]) -> bytes:
    """The whole file: type, frames, index. The frames come first, at a place that is known at once."""
    head = box(b"ftyp", brand, struct.pack(">I", 0), brand, b"isom", b"mp42")
    return head + box(b"mdat", *frames) + _index(track, frames, len(head) + 8)


def duration_s(data: bytes) -> float:
    """Length that the file states, 0.0 where it is none."""
    place = data.find(b"mvhd")
    if data[4:8] != b"ftyp" or place < 0 or len(data) < place + 24:
        return 0.0
    scale, length = struct.unpack_from(">II", data, place + 16)
    return float(length / scale) if scale else 0.0


def _index(track: Track, frames: Sequence[bytes], offset: int) -> bytes:
    length = len(frames) * track.frame_ticks
    sound = track.kind == "soun"
    movie = full_box(
        b"mvhd", struct.pack(">IIIIIHHII", 0, 0, track.timescale_hz, length, 0x10000, 0x100, 0, 0, 0),
        UNITY_MATRIX, bytes(24), struct.pack(">I", 2),
    )  # fmt: skip
    header = full_box(
        b"tkhd", struct.pack(">IIIII", 0, 0, 1, 0, length), bytes(8),
        struct.pack(">hhHH", 0, 0, 0x100 if sound else 0, 0), UNITY_MATRIX,
        struct.pack(">II", track.width_px << 16, track.height_px << 16), flags=7,
    )  # fmt: skip
    media_header = full_box(b"mdhd", struct.pack(">IIIIHH", 0, 0, track.timescale_hz, length, 0x55C4, 0))
    name = b"SoundHandle\0" if sound else b"VideoHandle\0"
    handler = full_box(b"hdlr", struct.pack(">I4s", 0, track.kind.encode()), bytes(12), name)
    info = box(
        b"minf",
        full_box(b"smhd", bytes(4)) if sound else full_box(b"vmhd", bytes(8), flags=1),
        box(b"dinf", full_box(b"dref", struct.pack(">I", 1), full_box(b"url ", flags=1))),
        _table(track, frames, offset),
    )
    return box(b"moov", movie, box(b"trak", header, box(b"mdia", media_header, handler, info)))


def _table(track: Track, frames: Sequence[bytes], offset: int) -> bytes:
    """All frames in one chunk."""
    count = len(frames)
    sizes = {len(frame) for frame in frames}
    even = sizes.pop() if len(sizes) == 1 else 0
    listed = b"" if even else struct.pack(f">{count}I", *map(len, frames))
    return box(
        b"stbl",
        full_box(b"stsd", struct.pack(">I", 1), track.sample_entry),
        full_box(b"stts", struct.pack(">III", 1, count, track.frame_ticks)),
        full_box(b"stsc", struct.pack(">IIII", 1, 1, count, 1)),
        full_box(b"stsz", struct.pack(">II", even, count), listed),
        full_box(b"stco", struct.pack(">II", 1, offset)),
    )
