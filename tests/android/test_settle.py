"""When a real phone's screen counts as settled."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from itertools import chain, count, repeat

from device_farm.android.settle import StableFrames


class Frames:
    """A screen that shows these frames, one a look."""

    def __init__(self, frames: Iterator[bytes]) -> None:
        self._frames = frames
        self.looks = 0

    async def png(self) -> bytes:
        self.looks += 1
        return next(self._frames)


def test_settled_once_two_frames_in_a_row_agree() -> None:
    frames = Frames(chain([b"a", b"b", b"c"], repeat(b"d")))
    asyncio.run(StableFrames(frames, interval_s=0.001, deadline_s=5).wait())
    assert frames.looks == 5


def test_a_screen_that_never_rests_has_its_time_and_no_more() -> None:
    frames = Frames(b"%d" % number for number in count())
    started = time.perf_counter()
    asyncio.run(StableFrames(frames, interval_s=0.001, deadline_s=0.1).wait())
    assert 0.1 <= time.perf_counter() - started < 5
    assert frames.looks > 2
