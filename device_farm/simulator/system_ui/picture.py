"""A frame as drawn: what was painted and its PNG, kept instead of pixels."""

from __future__ import annotations

from dataclasses import dataclass

from device_farm.simulator.toolkit.ops import DisplayList
from device_farm.simulator.toolkit.png import EncodedStrips


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """`strips` are the compressed parts of `png`, for the next frame that differs only in places."""

    frame: DisplayList
    strips: EncodedStrips
    png: bytes
