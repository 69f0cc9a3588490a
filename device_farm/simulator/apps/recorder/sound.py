"""Sound files of silence: MPEG-4 with AAC, and WAV. The simulated microphone hears nothing.

Box layouts: ISO/IEC 14496-12 (file format) and 14496-14 (esds); the frame is one AAC-LC raw data block of silence.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Format: TypeAlias = Literal["m4a", "wav", "3gp"]

FRAME_SAMPLES: Final = 1024
_SILENT_STEREO: Final = bytes((0x21, 0x00, 0x49, 0x90, 0x02, 0x19, 0x00, 0x23, 0x80))
_SILENT_MONO: Final = bytes((0x00, 0xC8, 0x00, 0x80, 0x23, 0x80))
_BRANDS: Final = {"m4a": b"M4A ", "3gp": b"3gp6"}
# Sampling frequency index of AudioSpecificConfig (ISO/IEC 14496-3, table 1.18).
_RATE_INDEX: Final = {48000: 3, 44100: 4, 32000: 5, 22050: 7, 16000: 8, 8000: 11}
_UNITY_MATRIX: Final = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
SAMPLE_RATES: Final = (8000, 16000, 22050, 32000, 44100, 48000)


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundSpec:
    """How to record. `bit_rate_bps` is only stated in the file: silence needs fewer bits."""

    format: Format = "m4a"
    sample_rate_hz: int = 44100
    bit_rate_bps: int = 128000
    channels: int = 2


def silence(duration_s: float, spec: SoundSpec) -> bytes:
    """A playable file of at least one frame."""
    samples = max(FRAME_SAMPLES, round(duration_s * spec.sample_rate_hz))
    match spec.format:
        case "wav":
            return _wave(samples, spec)
        case "m4a" | "3gp":
            return _mpeg4(-(-samples // FRAME_SAMPLES), spec)


def duration_s(data: bytes) -> float:
    """Length of a file made by `silence`, 0.0 for anything else."""
    if data[:4] == b"RIFF" and len(data) >= 44:
        rate: int = struct.unpack_from("<I", data, 28)[0]
        return (len(data) - 44) / rate if rate else 0.0
    place = data.find(b"mvhd")
    if place < 0 or len(data) < place + 24:
        return 0.0
    scale, length = struct.unpack_from(">II", data, place + 16)
    return float(length / scale) if scale else 0.0


def _wave(samples: int, spec: SoundSpec) -> bytes:
    block = 2 * spec.channels
    size = samples * block
    header = struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF", 36 + size, b"WAVE", b"fmt ", 16, 1, spec.channels, spec.sample_rate_hz,
        spec.sample_rate_hz * block, block, 16, b"data", size,
    )  # fmt: skip
    return header + bytes(size)


def _box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def _full(kind: bytes, *parts: bytes, flags: int = 0) -> bytes:
    """A box with version 0 and flags."""
    return _box(kind, struct.pack(">I", flags), *parts)


def _mpeg4(frames: int, spec: SoundSpec) -> bytes:
    frame = _SILENT_STEREO if spec.channels == 2 else _SILENT_MONO
    brand = _BRANDS[spec.format]
    head = _box(b"ftyp", brand, struct.pack(">I", 0), brand, b"isom", b"mp42")
    # The media data come before the index, at a place that is known at once.
    media = _box(b"mdat", frame * frames)
    return head + media + _index(frames, len(frame), len(head) + 8, spec)


def _index(frames: int, frame_bytes: int, offset: int, spec: SoundSpec) -> bytes:
    length = frames * FRAME_SAMPLES
    movie = _full(
        b"mvhd", struct.pack(">IIIIIHHII", 0, 0, spec.sample_rate_hz, length, 0x10000, 0x100, 0, 0, 0),
        _UNITY_MATRIX, bytes(24), struct.pack(">I", 2),
    )  # fmt: skip
    track = _full(
        b"tkhd", struct.pack(">IIIII", 0, 0, 1, 0, length), bytes(8), struct.pack(">hhHH", 0, 0, 0x100, 0),
        _UNITY_MATRIX, struct.pack(">II", 0, 0), flags=7,
    )  # fmt: skip
    header = _full(b"mdhd", struct.pack(">IIIIHH", 0, 0, spec.sample_rate_hz, length, 0x55C4, 0))
    handler = _full(b"hdlr", struct.pack(">I4s", 0, b"soun"), bytes(12), b"SoundHandle\0")
    info = _box(
        b"minf",
        _full(b"smhd", bytes(4)),
        _box(b"dinf", _full(b"dref", struct.pack(">I", 1), _full(b"url ", flags=1))),
        _table(frames, frame_bytes, offset, spec),
    )
    return _box(b"moov", movie, _box(b"trak", track, _box(b"mdia", header, handler, info)))


def _table(frames: int, frame_bytes: int, offset: int, spec: SoundSpec) -> bytes:
    """All frames in one chunk, all of one size."""
    return _box(
        b"stbl",
        _full(b"stsd", struct.pack(">I", 1), _sample_entry(spec)),
        _full(b"stts", struct.pack(">III", 1, frames, FRAME_SAMPLES)),
        _full(b"stsc", struct.pack(">IIII", 1, 1, frames, 1)),
        _full(b"stsz", struct.pack(">II", frame_bytes, frames)),
        _full(b"stco", struct.pack(">II", 1, offset)),
    )


def _sample_entry(spec: SoundSpec) -> bytes:
    return _box(
        b"mp4a",
        bytes(6),
        struct.pack(">H", 1),
        bytes(8),
        struct.pack(">HHHHI", spec.channels, 16, 0, 0, spec.sample_rate_hz << 16),
        _full(b"esds", _descriptors(spec)),
    )


def _descriptors(spec: SoundSpec) -> bytes:
    """Elementary stream, decoder configuration (AAC-LC), synchronisation."""
    config = struct.pack(">H", (2 << 11) | (_RATE_INDEX[spec.sample_rate_hz] << 7) | (spec.channels << 3))
    rate = struct.pack(">II", spec.bit_rate_bps, spec.bit_rate_bps)
    decoder = _descriptor(4, bytes((0x40, 0x15, 0, 0, 0)) + rate + _descriptor(5, config))
    return _descriptor(3, struct.pack(">HB", 1, 0) + decoder + _descriptor(6, b"\x02"))


def _descriptor(tag: int, body: bytes) -> bytes:
    return bytes((tag, len(body))) + body
