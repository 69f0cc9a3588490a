"""Where photos and videos go: Pictures and Movies of the shared storage, named by the phone's time."""

from __future__ import annotations

import struct
from collections.abc import Callable
from datetime import datetime
from typing import Final

from device_farm.simulator.apps import mpeg4
from device_farm.simulator.apps.camera import scene
from device_farm.simulator.apps.file_io import save_file
from device_farm.simulator.filesystem import FileSystem

PHOTOS: Final = "/storage/emulated/0/Pictures"
VIDEOS: Final = "/storage/emulated/0/Movies"

PHOTO_SIZE_PX: Final = (1440, 1920)
VIDEO_SIZE_PX: Final = (480, 640)
FRAMES_A_SECOND: Final = 10
# A longer video has fewer frames a second, so that its file does not fill the host's memory.
FRAMES_MAX: Final = 200
_TIMESCALE_HZ: Final = 1000
_JPEG: Final = 0x6C
_PICTURE_STREAM: Final = 0x04


def save_photo(files: FileSystem, seed: int, lens: scene.Lens, at_s: float, local: datetime) -> str:
    """Writes a JPEG and returns its path. Raises FileSystemError."""
    path = _free(files, PHOTOS, f"IMG_{local:%Y%m%d_%H%M%S}", "jpg")
    save_file(files, path, scene.jpeg(seed, lens, at_s, *PHOTO_SIZE_PX))
    return path


def save_video(files: FileSystem, seed: int, lens: scene.Lens, start_s: float, length_s: float, local: datetime) -> str:
    """Writes an MPEG-4 file of JPEG frames without sound and returns its path. Raises FileSystemError."""
    path = _free(files, VIDEOS, f"VID_{local:%Y%m%d_%H%M%S}", "mp4")
    width, height = VIDEO_SIZE_PX
    save_file(files, path, video(lambda at_s: scene.jpeg(seed, lens, start_s + at_s, width, height, 70), length_s))
    return path


def video(frame_at: Callable[[float], bytes], length_s: float) -> bytes:
    """At least one frame; `frame_at` gives the JPEG at so many seconds from the start."""
    count = min(FRAMES_MAX, max(1, round(length_s * FRAMES_A_SECOND)))
    ticks = max(1, round(max(length_s, 1 / FRAMES_A_SECOND) * _TIMESCALE_HZ / count))
    width, height = VIDEO_SIZE_PX
    track = mpeg4.Track(
        kind="vide",
        timescale_hz=_TIMESCALE_HZ,
        frame_ticks=ticks,
        sample_entry=_sample_entry(width, height),
        width_px=width,
        height_px=height,
    )
    return mpeg4.mpeg4(b"isom", track, [frame_at(number * ticks / _TIMESCALE_HZ) for number in range(count)])


def _sample_entry(width: int, height: int) -> bytes:
    return mpeg4.box(
        b"mp4v",
        bytes(6),
        struct.pack(">H", 1),
        bytes(16),
        struct.pack(">HHIIIH", width, height, 0x480000, 0x480000, 0, 1),
        bytes(32),
        struct.pack(">Hh", 24, -1),
        mpeg4.stream_descriptor(_JPEG, _PICTURE_STREAM, 1_000_000),
    )


def _free(files: FileSystem, folder: str, stem: str, ending: str) -> str:
    """A second file of the same second gets a number, as AOSP's camera gives it."""
    path, number = f"{folder}/{stem}.{ending}", 0
    while files.exists(path):
        number += 1
        path = f"{folder}/{stem}_{number}.{ending}"
    return path
