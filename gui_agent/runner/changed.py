"""The part of the screen that an action changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from device_farm.types.geometry import Rect
from device_farm.types.observation import Observation
from device_farm.types.trajectory import Episode, Step

_UNCHANGED = Rect(0, 0, 0, 0)


def decode_image(data: bytes) -> NDArray[np.uint8] | None:
    """The pixels as uint8 of shape (height, width, 3), or None where `data` is no image."""
    if not data:
        return None
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    return None if pixels is None else np.asarray(pixels, np.uint8)


def changed_box(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> Rect:
    """The smallest box around every pixel that differs, empty for none; the whole screen when the size differs."""
    if before.shape != after.shape:
        return Rect(0, 0, after.shape[1], after.shape[0])
    one, other = _rows(before), _rows(after)
    rows = np.flatnonzero((_words(one) != _words(other)).any(axis=1))
    if rows.size == 0:
        return _UNCHANGED
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    differs = (one[top:bottom] != other[top:bottom]).any(axis=0)
    columns = np.flatnonzero(differs.reshape(after.shape[1], -1).any(axis=1))
    return Rect(int(columns[0]), top, int(columns[-1]) + 1, bottom)


def _rows(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The same memory as one line of bytes a row: shape (height, width * channels)."""
    return np.ascontiguousarray(pixels).reshape(pixels.shape[0], -1)


def _words(rows: NDArray[np.uint8]) -> NDArray[np.uint64] | NDArray[np.uint8]:
    """Eight bytes at a time where a row divides into them: most of a screen is equal, and this finds out fast."""
    return rows.view(np.uint64) if rows.shape[1] % 8 == 0 else rows


def with_changes(episode: Episode) -> Episode:
    """`episode` with `changed` filled in for every step whose screen and next screen have pixels."""
    return replace(episode, steps=measured(episode.steps, episode.final))


def measured(taken: Sequence[Step], final: Observation | None) -> tuple[Step, ...]:
    """The steps with `changed` filled in, as `with_changes` does.

    Each screen is decoded once, and not at all where two neighbours have the same digest.
    """
    if not taken:
        return ()
    following: Sequence[Observation | None] = [*(step.observation for step in taken[1:]), final]
    decoded: tuple[str, NDArray[np.uint8] | None] = ("", None)
    steps: list[Step] = []
    for step, after in zip(taken, following, strict=True):
        box = None
        one, other = step.observation.screenshot, None if after is None else after.screenshot
        if one is not None and other is not None and one.data is not None and other.data is not None:
            if one.digest == other.digest:
                box = _UNCHANGED
            else:
                before = decoded[1] if decoded[0] == one.digest else decode_image(one.data)
                now = decode_image(other.data)
                box = changed_box(before, now) if before is not None and now is not None else None
                decoded = (other.digest, now)
        steps.append(replace(step, changed=box))
    return tuple(steps)
