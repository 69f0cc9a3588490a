"""Where a desktop's sessions run: this machine itself, a container, a virtual machine. One machine a device."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol

from device_farm.desktop.guest import Guest
from device_farm.desktop.session import Session
from device_farm.types.geometry import Size


class Machine(Protocol):
    """Makes sessions, one at a time: the caller closes the last one before it asks for the next."""

    @property
    def snapshot_limit(self) -> int:
        """How many snapshots it holds."""
        ...

    async def open(self) -> str:
        """Makes it ready; returns what it consists of, for provenance. `close` must be called even where it fails."""
        ...

    async def session(self) -> Session:
        """A booted session with a fresh home. Raises BackendError; nothing of it is left then."""
        ...

    async def keep(self, name: str, session: Session) -> tuple[Session, int]:
        """Keeps what `session` is now; returns the session to go on with, and the size in bytes."""
        ...

    async def bring_back(self, name: str) -> Session:
        """A session as it was kept."""
        ...

    async def forget(self, name: str) -> None: ...

    async def close(self) -> None:
        """Ends and frees everything. Idempotent; sessions are closed before."""
        ...


class RestartingMachine:
    """A machine that boots every session anew, with a guest of its own; what it keeps are the files of the home."""

    snapshot_limit = 32
    """They lie in memory."""

    def __init__(self, screen: Size, guest: Callable[[], Guest], describe: Callable[[], Awaitable[str]]) -> None:
        self._screen = screen
        self._guest = guest
        self._describe = describe
        self._homes: dict[str, bytes] = {}

    async def open(self) -> str:
        return await self._describe()

    async def session(self) -> Session:
        return await self._boot(None)

    async def _boot(self, home: bytes | None) -> Session:
        session = Session(size=self._screen, guest=self._guest())
        return await opened(session, session.start(home))

    async def keep(self, name: str, session: Session) -> tuple[Session, int]:
        """Files only: what programs have not saved, and their windows, are not in it."""
        _, home = await session.guest.request("pack", timeout_s=120.0)
        self._homes[name] = home
        return session, len(home)

    async def bring_back(self, name: str) -> Session:
        return await self._boot(self._homes[name])

    async def forget(self, name: str) -> None:
        self._homes.pop(name, None)

    async def close(self) -> None:
        self._homes.clear()


async def opened(session: Session, opening: Awaitable[None]) -> Session:
    """Awaits `opening` and returns `session`; where it fails, the session is closed before the error goes on."""
    try:
        await opening
    except BaseException:
        await asyncio.shield(session.close())
        raise
    return session
