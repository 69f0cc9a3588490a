"""Videos that show one text after the other. Drawn with OpenCV, which is slow to import."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import cv2
import numpy as np

SHOWN_S: Final = 8
"""How long each text is shown."""
_SIZE_PX: Final = (320, 240)
_WHITE: Final = (255, 255, 255)


def message_video(messages: Sequence[str]) -> bytes:
    """An MP4 with one frame a second, in which every message stands for SHOWN_S seconds."""
    with tempfile.TemporaryDirectory(prefix="video-") as folder:
        path = Path(folder, "messages.mp4")
        writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 1, _SIZE_PX)
        for place, message in enumerate(messages):
            frame = np.full((_SIZE_PX[1], _SIZE_PX[0], 3), 40 + 30 * (place % 4), np.uint8)
            cv2.putText(frame, message, (40, 130), cv2.FONT_HERSHEY_SIMPLEX, 1, _WHITE, 2, cv2.LINE_AA)
            for _ in range(SHOWN_S):
                writer.write(frame)
        writer.release()
        return path.read_bytes()
