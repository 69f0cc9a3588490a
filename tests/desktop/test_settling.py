"""When a screen counts as at rest: on a display that draws when it is told to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, cast

from device_farm.desktop.display import Display
from device_farm.desktop.settle import QUIET_S, Settle


class Canvas:
    """As much of a display as the waits use: what was drawn so far, drawn by the test."""

    def __init__(self) -> None:
        self.drawn = 0

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

    assert asyncio.run(settled(canvas).at_rest(look)) == 0 and looks == [0]


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

    assert asyncio.run(settled(canvas).at_rest(look)) == 1
    assert looks == [0, 1] and given_up == [1]


def test_what_is_drawn_late_in_a_long_look_changes_nothing() -> None:
    """A text cursor blinks; trees of large programs take longer than it rests."""
    canvas, looks = Canvas(), []

    async def look() -> int:
        looks.append(canvas.drawn)
        await asyncio.sleep(2 * QUIET_S)
        canvas.drawn += 1
        return canvas.drawn

    assert asyncio.run(settled(canvas).at_rest(look)) == 1 and looks == [0]


def test_a_screen_that_never_rests_is_looked_at_when_the_time_is_up() -> None:
    canvas, looks = Canvas(), []

    async def look() -> int:
        looks.append(canvas.drawn)
        return canvas.drawn

    async def film() -> None:
        while True:
            canvas.drawn += 1
            await asyncio.sleep(0.002)

    async def scenario() -> int:
        playing = asyncio.ensure_future(film())
        try:
            return await settled(canvas).at_rest(look, limit_s=0.2)
        finally:
            playing.cancel()

    assert asyncio.run(scenario()) > 0 and looks


def test_a_look_that_fails_says_so() -> None:
    async def look() -> int:
        raise ValueError("gone")

    async def scenario() -> str:
        try:
            await settled(Canvas()).at_rest(look)
        except ValueError as error:
            return str(error)
        return ""

    assert asyncio.run(scenario()) == "gone"
