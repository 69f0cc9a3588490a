"""When is the effect of an action on the screen? First the program has taken the input in, then nothing is drawn.

The first is asked of the program itself with the window manager's ping (EWMH `_NET_WM_PING`): a toolkit answers it
from its event queue, in order, hence after all input that came before. The second is XDamage staying silent.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from device_farm.desktop.display import Display
from device_farm.desktop.freshness import Freshness
from device_farm.desktop.windows import active_window

# Two frames of a 60 Hz toolkit and a little.
QUIET_S = 0.04
# Late drawing of LibreOffice comes within it; begun earlier, every other look was begun twice.
_MOMENT_S = 0.025
SETTLE_LIMIT_S = 1.0
LOOKS = 3
"""Of one observation: a film must not hold it up for long."""
CARET_PX = 1024
"""Area, in pixels. A caret that blinks is less, of a line of 60 pixels too."""
PING_LIMIT_S = 0.4
# For programs that do not answer pings, and the desktop itself.
_BLIND_WAIT_S = 0.06
_POLL_S = 0.004
_BREATH_S = 0.012
_Seen = TypeVar("_Seen")


class Settle:
    """The waits between input and observation of one desktop."""

    def __init__(self, display: Display, *, patience: float = 1.0) -> None:
        """`patience` stretches every wait and limit, for programs on a slow machine."""
        self._display = display
        self._patience = patience

    async def breathe(self) -> None:
        """Long enough for a program to see a pointer come before its button goes down."""
        await asyncio.sleep(_BREATH_S * self._patience)

    def _ping(self) -> int:
        window = active_window(self._display)
        return self._display.send_ping(window.id) if window else 0

    async def caught_up(self, *, limit_s: float = PING_LIMIT_S) -> bool:
        """Waits until the active window's program has taken in all input; False where it gives no sign in time."""
        ping = await self._display.call(self._ping)
        if ping == 0:
            await asyncio.sleep(_BLIND_WAIT_S * self._patience)
            return True
        deadline = time.monotonic() + limit_s * self._patience
        while time.monotonic() < deadline:
            if await self._display.call(self._display.answered, ping):
                return True
            await asyncio.sleep(_POLL_S)
        return False

    async def quiet(self, *, quiet_s: float = QUIET_S, limit_s: float = SETTLE_LIMIT_S) -> bool:
        """Waits until nothing has been drawn for `quiet_s`; False where `limit_s` runs out first."""
        began = changed = time.monotonic()
        count = await self._display.call(self._display.count_damage)
        while (now := time.monotonic()) - changed < quiet_s * self._patience:
            if now - began > limit_s * self._patience:
                return False
            await asyncio.sleep(_POLL_S)
            seen = await self._display.call(self._display.count_damage)
            if seen != count:
                count, changed = seen, time.monotonic()
        return True

    async def at_rest(
        self,
        look: Callable[[], Awaitable[_Seen]],
        compare: Callable[[], Freshness],
        *,
        limit_s: float = SETTLE_LIMIT_S,
    ) -> _Seen:
        """What `look` finds once nothing is drawn any more, the wait for which is bounded as that of `quiet` is.

        It is begun before the silence that has to be waited for is over, since it takes longer itself, and begun anew
        where something is drawn within that silence, or more than a caret before it has ended: what it found first and
        what it found last would be of two screens. Of a screen that does not rest the last of `LOOKS` is taken.
        `compare` compares the screen with the comparison before, in the X thread.
        """
        deadline = time.monotonic() + limit_s * self._patience
        ended = 0
        while True:
            left_s = max(0.0, deadline - time.monotonic())
            rests = await self.quiet(quiet_s=_MOMENT_S, limit_s=left_s / self._patience)
            count = await self._display.call(self._display.count_damage)
            freshness = await self._display.call(compare)
            began_s = time.monotonic()
            looking = asyncio.ensure_future(look())
            try:
                await asyncio.sleep((QUIET_S - _MOMENT_S) * self._patience)
                if await self._drawn_since(count):
                    if time.monotonic() < deadline:
                        continue
                    # A film: it has no silence that is long enough, and later looks would not find one.
                    rests = False
                seen = await looking
                ended += 1
                if not rests or ended == LOOKS or not await self._drawn_since(count):
                    return seen
                await self._display.call(compare)
                if freshness.changed_px(began_s) <= CARET_PX:
                    return seen
                # What has come meanwhile, mostly a window, has its own time to come to rest.
                deadline = time.monotonic() + limit_s * self._patience
            finally:
                looking.cancel()
                # Over before another begins, and whatever it says then is not wanted.
                await asyncio.gather(looking, return_exceptions=True)

    async def _drawn_since(self, count: int) -> bool:
        return await self._display.call(self._display.count_damage) != count
