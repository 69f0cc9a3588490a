"""Small real media files for the tests of the apps that play them."""

from __future__ import annotations

import tempfile
from pathlib import Path

import cv2
import numpy as np

# MPEG-2 layer III, 8 kbit/s, 16 kHz, mono: 36 ms a frame; side information of zeros is silence.
_MP3_FRAME = bytes((0xFF, 0xF3, 0x18, 0xC0)) + bytes(32)


def mp3(title: str, artist: str, seconds: float) -> bytes:
    def text(name: bytes, value: str) -> bytes:
        data = b"\x03" + value.encode()
        return name + len(data).to_bytes(4, "big") + b"\x00\x00" + data

    body = text(b"TIT2", title) + text(b"TPE1", artist)
    size = bytes((len(body) >> shift) & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x03\x00\x00" + size + body + _MP3_FRAME * round(seconds * 1000 / 36)


def grey_video(shades: tuple[int, ...], seconds_each: int = 2, frames_per_s: int = 2) -> bytes:
    """One shade of grey after the other."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "grey.mp4")
        writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), frames_per_s, (64, 48))
        for shade in shades:
            for _ in range(seconds_each * frames_per_s):
                writer.write(np.full((48, 64, 3), shade, dtype=np.uint8))
        writer.release()
        return path.read_bytes()
