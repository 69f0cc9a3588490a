"""MP4 files from frames."""

from __future__ import annotations

import os
import tempfile
from types import TracebackType
from typing import Any

import cv2
import numpy as np

from device_farm.errors import GuestError

Frame = np.ndarray[Any, np.dtype[np.uint8]]
"""(height, width, 4) RGBA or (height, width, 3) BGR."""


class Mp4Writer:
    """Encodes frames as they come (MPEG-4 Part 2 at a constant rate), all scaled to one size.

    A context manager: it keeps a file on the host until it is left. `size` is (width, height), None for the first
    frame's.
    """

    def __init__(self, *, frames_per_s: float, size: tuple[int, int] | None = None) -> None:
        self._frames_per_s = frames_per_s
        self._size = size
        self._path = ""
        self._writer: cv2.VideoWriter | None = None

    def __enter__(self) -> Mp4Writer:
        # OpenCV writes videos to a path only.
        handle, self._path = tempfile.mkstemp(suffix=".mp4")
        os.close(handle)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._writer is not None:
            self._writer.release()
        os.unlink(self._path)

    def add(self, frame: Frame) -> None:
        image = cv2.cvtColor(frame, cv2.COLOR_RGBA2BGR) if frame.shape[2] == 4 else frame
        size = self._size = self._size or (image.shape[1], image.shape[0])
        if (image.shape[1], image.shape[0]) != size:
            image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
        if self._writer is None:
            self._writer = cv2.VideoWriter(self._path, cv2.VideoWriter.fourcc(*"mp4v"), self._frames_per_s, size)
        self._writer.write(image)

    def finish(self) -> bytes:
        """The whole file. Raises GuestError where there was no frame, or this OpenCV cannot write MP4."""
        if self._writer is None or not self._writer.isOpened():
            raise GuestError("no frame was recorded" if self._writer is None else "this OpenCV cannot write MP4")
        self._writer.release()
        with open(self._path, "rb") as file:
            return file.read()
