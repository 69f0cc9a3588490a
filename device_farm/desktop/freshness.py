"""Since when each part of the screen has looked as it does: what has not changed need not be asked for again."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from device_farm.types.geometry import Rect, Size

TILE_PX: Final = 4
TOLD_S: Final = 4.0
"""What was read this long after its pixels had changed is taken for final. Programs paint first and tell their
accessibility tree later, LibreOffice when it is idle.
"""
HOLDS: Final = 4.0


class Freshness:
    """Compares looks at the screen, tile by tile. Times are of one monotonic clock, in seconds."""

    def __init__(self, size: Size) -> None:
        self.size = size
        self._rows, self._columns = math.ceil(size.height / TILE_PX), math.ceil(size.width / TILE_PX)
        self._changed_s: NDArray[np.float64] = np.full((self._rows, self._columns), math.inf)
        shape = self._rows * TILE_PX, self._columns * TILE_PX
        self._frames = np.zeros(shape, np.uint32), np.zeros(shape, np.uint32)
        self._looked = False

    def look(self, pixels_HWC: NDArray[np.uint8], now_s: float) -> None:
        """`pixels_HWC` has 4 bytes a pixel, of the size given; it is copied. The first look finds everything new."""
        height, width, _ = pixels_HWC.shape
        # Two frames take turns: fresh memory of this size costs more than what is done with it.
        seen, last = self._frames
        seen[:height, :width] = np.ascontiguousarray(pixels_HWC).view(np.uint32)[:, :, 0]
        if self._looked:
            self._note(seen != last, now_s)
        else:
            self._changed_s[:] = now_s
        self._frames, self._looked = (last, seen), True

    def _note(self, differs: NDArray[np.bool_], now_s: float) -> None:
        """Only the band of rows in which anything differs is looked at tile by tile: a screen has 130,000 of them."""
        rows = np.flatnonzero(differs.any(axis=1))
        if rows.size == 0:
            return
        first, last = int(rows[0]) // TILE_PX, int(rows[-1]) // TILE_PX + 1
        band = differs[first * TILE_PX : last * TILE_PX].reshape(last - first, TILE_PX, self._columns, TILE_PX)
        tiles = np.bitwise_or.reduce(band, axis=1).any(axis=2)
        self._changed_s[first:last][tiles] = now_s

    def newest_s(self, box: Rect) -> float:
        """When the last change inside `box` was; infinity where nobody has looked, or there is no pixel."""
        rows = slice(max(0, box.top) // TILE_PX, (box.bottom - 1) // TILE_PX + 1)
        columns = slice(max(0, box.left) // TILE_PX, (box.right - 1) // TILE_PX + 1)
        part = self._changed_s[rows, columns]
        return float(part.max()) if part.size else math.inf

    def changed_px(self, since_s: float) -> int:
        """The area of all tiles that looks after `since_s` found changed, in pixels."""
        return int(np.count_nonzero(self._changed_s > since_s)) * TILE_PX * TILE_PX

    def band(self, top: int, bottom: int) -> list[float]:
        """As `newest_s`, in each column of tiles between two rows of pixels."""
        part = self._changed_s[max(0, top) // TILE_PX : (bottom - 1) // TILE_PX + 1]
        columns: list[float] = part.max(axis=0).tolist() if part.size else [math.inf]
        return columns

    def settled(self, box: Rect, read_s: float, now_s: float) -> bool:
        """Whether what was read at `read_s` of `box` may be taken for what it is at `now_s`.

        The older the last change of its pixels was then, the longer it holds: until that change is `HOLDS` times as
        old, or for good from `TOLD_S` on. So what a program tells late is read, and each change a few times at most.
        """
        return box.area > 0 and holds(self.newest_s(box), read_s, now_s)


def holds(changed_s: float, read_s: float, now_s: float) -> bool:
    """Whether what was read at `read_s` of what last changed at `changed_s` may be taken for what it is at `now_s`."""
    age_s = read_s - changed_s
    return age_s >= TOLD_S or now_s - changed_s < HOLDS * age_s
