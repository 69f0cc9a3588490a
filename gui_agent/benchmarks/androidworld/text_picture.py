"""A picture of a text, as AndroidWorld puts lists to be typed off into the gallery."""

from __future__ import annotations

import textwrap
from typing import Final

import numpy as np

_FONT_SCALE: Final = 0.8
_LINE_PX: Final = 34
_MARGIN_PX: Final = 16
_WRAP: Final = 60
_QUALITY: Final = 90


def text_jpeg(text: str) -> bytes:
    """Black letters on white as JPEG. Lines of more than 60 characters are wrapped; the font has ASCII only."""
    # OpenCV takes a quarter of a second to import, and only two tasks draw.
    import cv2

    lines = [part for line in text.split("\n") for part in textwrap.wrap(line, _WRAP, drop_whitespace=False) or [""]]
    sizes = [cv2.getTextSize(line, cv2.FONT_HERSHEY_SIMPLEX, _FONT_SCALE, 2)[0][0] for line in lines]
    shape = (len(lines) * _LINE_PX + 2 * _MARGIN_PX, max(sizes) + 2 * _MARGIN_PX, 3)
    pixels = np.full(shape, 255, np.uint8)
    for number, line in enumerate(lines, 1):
        place = (_MARGIN_PX, _MARGIN_PX + number * _LINE_PX - 10)
        cv2.putText(pixels, line, place, cv2.FONT_HERSHEY_SIMPLEX, _FONT_SCALE, (0, 0, 0), 2, cv2.LINE_AA)
    _, data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    return data.tobytes()
