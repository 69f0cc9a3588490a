"""When a screen counts as at rest: on a display that draws when it is told to."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any, cast

import numpy as np
import pytest

from device_farm.desktop.display import Display
from device_farm.desktop.freshness import Freshness
from device_farm.desktop.settle import LOOKS, QUIET_S, Settle
from device_farm.types.geometry import Rect, Size

SIZE = Size(200, 100)
CARET, WINDOW = Rect(10, 10, 12, 40), Rect(20, 20, 180, 80)


class Canvas:
    """As much of a display as the waits use: what was drawn so far, drawn by the test."""

    def __init__(self) -> None:
        self.drawn = 0
        self._pixels = np.zeros((SIZE.height, SIZE.width, 4), np.uint8)
        self._freshness = Freshness(SIZE)

    def draw(self, box: Rect) -> None:
        self._pixels[box.top : box.bottom, box.left : box.right] += 1
        self.drawn += 1

    def compare(self) -> Freshness:
        self._freshness.look(self._pixels, time.monotonic())
        return self._freshness

    async def call(self, work: Callable[..., Any], *arguments: Any) -> Any:
        return work(*arguments)

    def count_damage(self) -> int:
        return self.drawn


def settled(canvas: Canvas) -> Settle:
    return Settle(cast(Display, canvas))


def test_a_screen_at_rest_is_looked_at_once() -> None:
    canvas, looks = Canvas(), []

    async def look() -> int:
        looks.append(canvas.drawn)
        await asyncio.sleep(QUIET_S)
        return canvas.drawn

    assert asyncio.run(settled(canvas).at_rest(look, canvas.compare)) == 0 and looks == [0]


def test_what_is_drawn_right_after_a_look_has_begun_is_seen_by_another() -> None:
    canvas, looks, given_up = Canvas(), [], []

    async def look() -> int:
        looks.append(canvas.drawn)
        if len(looks) == 1:
            canvas.drawn += 1
        try:
            await asyncio.sleep(2 * QUIET_S)
        except asyncio.CancelledError:
            given_up.append(len(looks))
            raise
        return looks[-1]

    assert asyncio.run(settled(canvas).at_rest(look, canvas.compare)) == 1
    assert looks == [0, 1] and given_up == [1]


@pytest.mark.parametrize(
    ("before", "drawn", "begun"),
    [
        # Trees of large programs take longer than a caret rests.
        ([], [CARET], [0]),
        # A program that loads a document says nothing for a second, and then its tree is of another window.
        ([], [WINDOW], [0, 1]),
        ([], [WINDOW, CARET], [0, 1]),
        ([], [WINDOW] * 9, list(range(LOOKS))),
        # What was drawn before a look does not count against it.
        ([WINDOW], [CARET], [1]),
    ],
)
def test_what_is_drawn_late_in_a_long_look_counts_if_it_is_more_than_a_caret(
    before: list[Rect], drawn: list[Rect], begun: list[int]
) -> None:
    """`drawn` are what one look after the other draws near its end, `begun` how much was there when each began."""
    canvas, looks = Canvas(), []
    for box in before:
        canvas.draw(box)

    async def look() -> int:
        looks.append(canvas.drawn)
        await asyncio.sleep(2 * QUIET_S)
        for box in drawn[len(looks) - 1 : len(looks)]:
            canvas.draw(box)
        return looks[-1]

    assert asyncio.run(settled(canvas).at_rest(look, canvas.compare)) == begun[-1] and looks == begun


# Frames without a pause, and such as are further apart than the first part of the silence that is waited for. At last
# the time is up in its second part.
@pytest.mark.parametrize(("pause_s", "limit_s"), [(0.002, 0.2), (0.033, 0.2), (0.033, 0.031)])
def test_a_film_is_looked_at_once_when_the_time_is_up(pause_s: float, limit_s: float) -> None:
    canvas, ended = Canvas(), []

    async def look() -> int:
        await asyncio.sleep(2 * QUIET_S)
        ended.append(canvas.drawn)
        return canvas.drawn

    async def film() -> None:
        while True:
            canvas.draw(WINDOW)
            await asyncio.sleep(pause_s)

    async def scenario() -> int:
        playing = asyncio.ensure_future(film())
        try:
            return await settled(canvas).at_rest(look, canvas.compare, limit_s=limit_s)
        finally:
            playing.cancel()

    assert asyncio.run(scenario()) > 0 and len(ended) == 1


def test_a_look_that_fails_says_so() -> None:
    async def look() -> int:
        raise ValueError("gone")

    async def scenario() -> str:
        try:
            canvas = Canvas()
            await settled(canvas).at_rest(look, canvas.compare)
        except ValueError as error:
            return str(error)
        return ""

    assert asyncio.run(scenario()) == "gone"
