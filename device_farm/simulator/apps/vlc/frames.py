"""Real frames of real videos, and how long media last, read off the files' bytes."""

from __future__ import annotations

import io
import os
import tempfile
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import cv2
from tinytag import TinyTag, TinyTagException

VIDEO_SUFFIXES: Final = (".mp4", ".mkv", ".webm", ".avi", ".mov", ".3gp", ".m4v", ".mpg")
AUDIO_SUFFIXES: Final = (".mp3", ".m4a", ".ogg", ".flac", ".wav", ".opus", ".aac")
_THUMBNAIL_WIDTH: Final = 160
_KEPT: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaInfo:
    """What is known of a media file; a file that cannot be read lasts 0 ms and has no size."""

    duration_ms: int = 0
    width: int = 0
    height: int = 0
    frames_per_s: float = 0.0


@contextmanager
def _opened(data: bytes) -> Iterator[cv2.VideoCapture]:
    """OpenCV reads videos from a path only."""
    handle, path = tempfile.mkstemp(suffix=".video")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        capture = cv2.VideoCapture(path)
        try:
            yield capture
        finally:
            capture.release()
    finally:
        os.unlink(path)


def media_info(name: str, data: bytes) -> MediaInfo:
    if name.lower().endswith(AUDIO_SUFFIXES):
        try:
            return MediaInfo(duration_ms=int((TinyTag.get(name, file_obj=io.BytesIO(data)).duration or 0.0) * 1000))
        except (TinyTagException, ValueError, ArithmeticError, LookupError):
            return MediaInfo()
    with _opened(data) as capture:
        rate, count = capture.get(cv2.CAP_PROP_FPS), capture.get(cv2.CAP_PROP_FRAME_COUNT)
        if not capture.isOpened() or rate <= 0:
            return MediaInfo()
        return MediaInfo(
            duration_ms=max(0, round(count * 1000 / rate)),
            width=int(capture.get(cv2.CAP_PROP_FRAME_WIDTH)),
            height=int(capture.get(cv2.CAP_PROP_FRAME_HEIGHT)),
            frames_per_s=rate,
        )


def _decoded(data: bytes, at_ms: int, *, width: int = 0) -> bytes:
    """The frame shown at `at_ms` as a picture, `width` wide where given; b"" where there is none."""
    with _opened(data) as capture:
        rate, count = capture.get(cv2.CAP_PROP_FPS), int(capture.get(cv2.CAP_PROP_FRAME_COUNT))
        if not capture.isOpened() or rate <= 0 or count <= 0:
            return b""
        capture.set(cv2.CAP_PROP_POS_FRAMES, min(count - 1, max(0, int(at_ms * rate / 1000))))
        done, frame = capture.read()
    if not done:
        return b""
    if not width:
        return cv2.imencode(".png", frame)[1].tobytes()
    size = (width, max(1, round(width * frame.shape[0] / frame.shape[1])))
    return cv2.imencode(".jpg", cv2.resize(frame, size, interpolation=cv2.INTER_AREA))[1].tobytes()


def thumbnail(data: bytes) -> bytes:
    """A small JPEG of the first frame."""
    return _decoded(data, 0, width=_THUMBNAIL_WIDTH)


class _FrameCache:
    """The last few decoded frames of all phones, by the identity of the video's bytes and the time in frames."""

    def __init__(self) -> None:
        self._frames: OrderedDict[tuple[int, int], tuple[bytes, bytes]] = OrderedDict()

    def frame(self, data: bytes, at_ms: int, frames_per_s: float) -> bytes:
        key = (id(data), int(at_ms * max(frames_per_s, 1.0) / 1000))
        held = self._frames.get(key)
        if held is None or held[0] is not data:
            held = (data, _decoded(data, at_ms))
            self._frames[key] = held
            while len(self._frames) > _KEPT:
                self._frames.popitem(last=False)
        return held[1]


_CACHE: Final = _FrameCache()


def frame_at(data: bytes, at_ms: int, frames_per_s: float) -> bytes:
    """The frame shown at `at_ms` as PNG, b"" where the file has none."""
    return _CACHE.frame(data, at_ms, frames_per_s)
