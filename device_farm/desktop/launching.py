"""Starts applications by name and waits for their window."""

from __future__ import annotations

import asyncio
import time

from device_farm.desktop.applications import DesktopEntry, find_application, parse_entries
from device_farm.desktop.session import Session
from device_farm.desktop.windows import Window, managed_windows, read_window
from device_farm.errors import GuestError

WINDOW_LIMIT_S = 45.0
"""LibreOffice's first start on a busy machine takes more than ten seconds."""
_POLL_S = 0.02
_STEADY_S = 0.1
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
    deadline = time.monotonic() + WINDOW_LIMIT_S
    while await session.display.call(_new_window, session, before) is None:
        if time.monotonic() > deadline:
            raise GuestError(f"{entry.name} showed no window within {WINDOW_LIMIT_S:g} s", field="name")
        await asyncio.sleep(_POLL_S)
    await session.settle.caught_up()
    await session.settle.quiet(quiet_s=_STEADY_S, limit_s=_STEADY_LIMIT_S)


def _new_window(session: Session, before: frozenset[int]) -> Window | None:
    """A window that was not there before and is more than a start-up picture. Runs in the X thread."""
    display = session.display
    for window in managed_windows(display) - before:
        kind = display.property32(window, "_NET_WM_WINDOW_TYPE")
        if display.atom("_NET_WM_WINDOW_TYPE_SPLASH") not in kind:
            return read_window(display, window)
    return None
