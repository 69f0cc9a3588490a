"""Sound files of silence: MPEG-4 with AAC, and WAV. The simulated microphone hears nothing."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from device_farm.simulator.apps import mpeg4

Format: TypeAlias = Literal["m4a", "wav", "3gp"]

LONGEST_S: Final = 3600.0
"""A record ends after this time: the phone's files lie in memory."""
FRAME_SAMPLES: Final = 1024
# One AAC-LC raw data block of silence (ISO/IEC 14496-3), for two channels and for one.
_SILENT_STEREO: Final = bytes((0x21, 0x00, 0x49, 0x90, 0x02, 0x19, 0x00, 0x23, 0x80))
_SILENT_MONO: Final = bytes((0x00, 0xC8, 0x00, 0x80, 0x23, 0x80))
_BRANDS: Final = {"m4a": b"M4A ", "3gp": b"3gp6"}
# Sampling frequency index of AudioSpecificConfig (ISO/IEC 14496-3, table 1.18).
_RATE_INDEX: Final = {48000: 3, 44100: 4, 32000: 5, 22050: 7, 16000: 8, 8000: 11}
_AAC: Final = 0x40
_SOUND_STREAM: Final = 0x05
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
            frame = _SILENT_STEREO if spec.channels == 2 else _SILENT_MONO
            track = mpeg4.Track(
                kind="soun",
                timescale_hz=spec.sample_rate_hz,
                frame_ticks=FRAME_SAMPLES,
                sample_entry=_sample_entry(spec),
            )
            return mpeg4.mpeg4(_BRANDS[spec.format], track, [frame] * -(-samples // FRAME_SAMPLES))


def duration_s(data: bytes) -> float:
    """Length of a file made by `silence`, 0.0 for anything else."""
    if data[:4] == b"RIFF" and len(data) >= 44:
        rate: int = struct.unpack_from("<I", data, 28)[0]
        return (len(data) - 44) / rate if rate else 0.0
    return mpeg4.duration_s(data)


def _wave(samples: int, spec: SoundSpec) -> bytes:
    block = 2 * spec.channels
    size = samples * block
    header = struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF", 36 + size, b"WAVE", b"fmt ", 16, 1, spec.channels, spec.sample_rate_hz,
        spec.sample_rate_hz * block, block, 16, b"data", size,
    )  # fmt: skip
    return header + bytes(size)


def _sample_entry(spec: SoundSpec) -> bytes:
    config = struct.pack(">H", (2 << 11) | (_RATE_INDEX[spec.sample_rate_hz] << 7) | (spec.channels << 3))
    return mpeg4.box(
        b"mp4a",
        bytes(6),
        struct.pack(">H", 1),
        bytes(8),
        struct.pack(">HHHHI", spec.channels, 16, 0, 0, spec.sample_rate_hz << 16),
        mpeg4.stream_descriptor(_AAC, _SOUND_STREAM, spec.bit_rate_bps, config),
    )
