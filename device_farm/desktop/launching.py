"""Starts applications by name and waits for their window."""

from __future__ import annotations

import asyncio
import time

from device_farm.desktop.applications import DesktopEntry, find_application, parse_entries
from device_farm.desktop.session import Session
from device_farm.desktop.windows import active_window, managed_windows
from device_farm.errors import GuestError

WINDOW_LIMIT_S = 45.0
"""LibreOffice's first start on a busy machine takes more than ten seconds."""
_POLL_S = 0.02
_LOADED_LIMIT_S = 15.0
_STEADY_S = 0.15
_STEADY_LIMIT_S = 3.0


async def entries(session: Session) -> list[DesktopEntry]:
    """What the menu holds, the user's own entries first."""
    folders = [f"{session.guest.place.home}/.local/share/applications", "/usr/share/applications"]
    reply, _ = await session.guest.request("applications", folders=folders)
    return parse_entries(reply["applications"])


async def open_application(session: Session, name: str) -> None:
    """Starts the application that `name` means and returns when its window is there and drawn.

    Raises:
        ActionError: there is no such application.
        GuestError: it showed no window in time.
    """
    entry = find_application(name, await entries(session))
    before = await session.display.call(managed_windows, session.display)
    await session.spawn(entry.desktop_id.removesuffix(".desktop"), list(entry.argv))
    limit_s = WINDOW_LIMIT_S * session.guest.patience
    deadline = time.monotonic() + limit_s
    while not await session.display.call(_has_come, session, before):
        if time.monotonic() > deadline:
            raise GuestError(f"{entry.name} showed no window within {limit_s:g} s", field="name")
        await asyncio.sleep(_POLL_S)
    # A program that still loads answers late; a key that comes before it listens would be lost.
    await session.settle.caught_up(limit_s=_LOADED_LIMIT_S)
    await session.settle.quiet(quiet_s=_STEADY_S, limit_s=_STEADY_LIMIT_S)
    await session.settle.caught_up(limit_s=_LOADED_LIMIT_S)


def _has_come(session: Session, before: frozenset[int]) -> bool:
    """Whether a window that was not there before is active, and is more than a start-up picture. In the X thread."""
    display = session.display
    active = active_window(display)
    if active is None or active.id in before:
        return False
    return display.atom("_NET_WM_WINDOW_TYPE_SPLASH") not in display.property32(active.id, "_NET_WM_WINDOW_TYPE")
