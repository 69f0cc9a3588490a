"""The newest screen of one device, looked at only while somebody wants to see it.

A look that finds the known digest costs no pixels on the wire. Looks come quickly while the screen changes or somebody
acts, and slowly while it rests.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from device_farm.errors import FarmError
from device_farm.types.geometry import Size
from device_farm.types.observation import Foreground, ImageFormat, Observation, ObserveRequest
from device_farm.types.ui_tree import UiTree

ACTIVE_S: Final = 0.015
"""Pause between looks for `_AFTERGLOW_S` after a change or an action."""
RESTING_S: Final = 0.1
"""Pause between looks at a screen that rests."""
_AFTERGLOW_S: Final = 1.5
_TREE_S: Final = 0.4
_TROUBLE_S: Final = (0.2, 0.5, 1.0, 2.0)


class Looking(Protocol):
    """A leased device, or an onlooker of one."""

    async def observe(self, request: ObserveRequest = ...) -> Observation: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A screen as it was at `taken_s` of the monotonic clock. `number` grows with every new screen."""

    number: int
    taken_s: float
    data: bytes
    digest: str
    size: Size
    format: ImageFormat


class Feed:
    """`wanted` and `tree_wanted` say whether anybody looks. `run` is its one task; `told` is called on every change."""

    def __init__(
        self,
        looking: Callable[[], Looking],
        *,
        wanted: Callable[[], bool],
        tree_wanted: Callable[[], bool],
        told: Callable[[], None],
    ) -> None:
        self.picture: Picture | None = None
        self.tree: UiTree | None = None
        self.foreground = Foreground(app="")
        self.trouble = ""
        self.looks = 0
        self._looking = looking
        self._wanted = wanted
        self._tree_wanted = tree_wanted
        self._told = told
        self._wake = asyncio.Event()
        self._lively_until_s = 0.0
        self._tree_of = ""
        self._tree_at_s = 0.0

    def poke(self) -> None:
        """Somebody acts, or wants to see: the next looks come quickly."""
        self._lively_until_s = time.monotonic() + _AFTERGLOW_S
        self._wake.set()

    async def run(self) -> None:
        """Looks until it is cancelled; what goes wrong is told and tried again."""
        failures = 0
        while True:
            while not self._wanted():
                self._wake.clear()
                await self._wake.wait()
            try:
                await self._look()
            except FarmError as error:
                pause_s = _TROUBLE_S[min(failures, len(_TROUBLE_S) - 1)]
                failures += 1
                self._set_trouble(str(error))
                await asyncio.sleep(pause_s)
            else:
                failures = 0
                self._set_trouble("")
                await self._pause()

    async def _pause(self) -> None:
        lively = time.monotonic() < self._lively_until_s
        self._wake.clear()
        try:
            async with asyncio.timeout(ACTIVE_S if lively else RESTING_S):
                await self._wake.wait()
        except TimeoutError:
            return

    def _set_trouble(self, text: str) -> None:
        if text != self.trouble:
            self.trouble = text
            self._told()

    async def _look(self) -> None:
        began_s = time.monotonic()
        known = self.picture.digest if self.picture is not None else ""
        seen = await self._looking().observe(ObserveRequest(ui_tree=False, known_digest=known))
        self.looks += 1
        shot = seen.screenshot
        changed = seen.foreground != self.foreground
        self.foreground = seen.foreground
        if shot is not None and shot.data is not None and shot.digest != known:
            number = self.picture.number + 1 if self.picture is not None else 1
            self.picture = Picture(
                number=number,
                taken_s=began_s,
                data=shot.data,
                digest=shot.digest,
                size=shot.size,
                format=shot.format,
            )
            self._lively_until_s = time.monotonic() + _AFTERGLOW_S
            changed = True
        if changed:
            self._told()
        await self._look_deeper()

    async def _look_deeper(self) -> None:
        """The elements, where somebody wants them and the screen is another than theirs; at most one look in 0.4 s."""
        digest = self.picture.digest if self.picture is not None else ""
        now_s = time.monotonic()
        if not self._tree_wanted() or digest == self._tree_of or now_s - self._tree_at_s < _TREE_S:
            return
        seen = await self._looking().observe(ObserveRequest(screenshot=False))
        self._tree_of, self._tree_at_s = digest, time.monotonic()
        self.tree = seen.ui_tree
        self._told()
