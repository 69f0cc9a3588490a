"""`framebuffer:`: a header and raw RGBA pixels.

Source of the header: AOSP `packages/modules/adb/daemon/framebuffer_service.cpp`, version 2.
"""

from __future__ import annotations

import struct
from typing import Any

import numpy as np

_VERSION = 2
_COLOR_SPACE_SRGB = 1
_HEADER = struct.Struct("<14I")


def encode_framebuffer(frame: np.ndarray[Any, np.dtype[np.uint8]]) -> bytes:
    """`frame` is RGBA, shape (height, width, 4); channels are named by bit offset and length, each 8 bits."""
    height, width, _ = frame.shape
    channels = (0, 8, 16, 8, 8, 8, 24, 8)  # red, blue, green, alpha: in this order on the wire
    header = _HEADER.pack(_VERSION, 32, _COLOR_SPACE_SRGB, width * height * 4, width, height, *channels)
    return header + np.ascontiguousarray(frame).tobytes()
