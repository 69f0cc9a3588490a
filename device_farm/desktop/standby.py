"""Desktops that are booted before anybody needs them, so that a reset does not wait for a boot."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias

from device_farm.desktop.session import Session
from device_farm.errors import FarmError

_LOGGER = logging.getLogger(__name__)
_ANSWER_S: Final = 1.0

Boot: TypeAlias = Callable[[], Awaitable[Session]]


class Standby:
    """At most `size` sessions wait for all the devices that share it; they end with the last of these."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._users = 0
        self._ready: list[Session] = []
        self._booting: asyncio.Task[None] | None = None
        self._awaited = False

    def enter(self) -> None:
        """One more device takes its sessions from here."""
        self._users += 1

    async def leave(self) -> None:
        """One device fewer; the last one ends what waits."""
        self._users -= 1
        if self._users > 0:
            return
        booting, self._booting = self._booting, None
        if booting is not None:
            booting.cancel()
            await asyncio.gather(booting, return_exceptions=True)
        ready, self._ready = self._ready, []
        await asyncio.gather(*(session.close() for session in ready))

    async def take(self, boot: Boot) -> Session:
        """A session that waits, or one that `boot` boots now. Raises as `boot`."""
        if not self._ready and self._booting is not None and not self._awaited:
            # On its way already: a second boot beside it would make both late.
            self._awaited = True
            try:
                await asyncio.wait([self._booting])
            finally:
                self._awaited = False
        while self._ready:
            session = self._ready.pop(0)
            if await _answers(session):
                self._fill(boot)
                return session
            await session.close()
        session = await boot()
        self._fill(boot)
        return session

    def _fill(self, boot: Boot) -> None:
        if self._booting is None and self._users > 0 and len(self._ready) < self._size:
            self._booting = asyncio.create_task(self._boot(boot))

    async def _boot(self, boot: Boot) -> None:
        try:
            self._ready.append(await boot())
        except FarmError as error:
            # Whoever needs a session next boots it, and is told.
            _LOGGER.debug("no desktop on standby: %s", error)
        finally:
            self._booting = None


async def _answers(session: Session) -> bool:
    try:
        async with asyncio.timeout(_ANSWER_S * session.guest.patience):
            await session.guest.request("ping", timeout_s=_ANSWER_S)
            await session.accessibility.ping()
            await session.display.call(session.display.count_damage)
    except (TimeoutError, FarmError):
        return False
    return True
