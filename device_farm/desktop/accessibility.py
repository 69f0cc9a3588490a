"""The UI tree of the session's programs, by AT-SPI over its own D-Bus, asked for in parallel.

A program that does not answer in time is left out: it must not hang the tree. What is asked of each is in
`accessibility_program.py`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from dbus_fast import Variant

from device_farm.desktop.accessibility_program import ProgramReader
from device_farm.desktop.accessibility_questions import ACCESSIBLE, PROPERTIES, ROOT_PATH, Questions
from device_farm.desktop.bus import GuestBus
from device_farm.desktop.freshness import Freshness
from device_farm.desktop.guest import Guest
from device_farm.desktop.remembered import Memory
from device_farm.desktop.windows import SHELL_WINDOWS, Window
from device_farm.errors import FarmError, GuestError, TransportError
from device_farm.types.geometry import Size
from device_farm.types.ui_tree import UiNode, UiTree

_LOGGER = logging.getLogger(__name__)

REGISTRY = "org.a11y.atspi.Registry"
REGISTRY_PATH = "/org/a11y/atspi/registry"


class Accessibility:
    """The connection to the accessibility bus. `tree` reads everything that shows."""

    def __init__(self) -> None:
        self._session: GuestBus | None = None
        self._bus: GuestBus | None = None
        self._patience = 1.0
        self._memories: dict[str, Memory] = {}

    async def start(self, guest: Guest) -> None:
        """Switches accessibility on, before any program starts, and connects to its bus.

        Raises:
            GuestError, TransportError: the bus does not come up.
        """
        place = guest.place
        self._patience = guest.patience
        self._session = GuestBus(await guest.connect(f"{place.runtime}/bus"), place.uid)
        await self._session.connect()
        enable = ["org.a11y.Status", "IsEnabled", Variant("b", True)]
        await self._session.ask("org.a11y.Bus", "/org/a11y/bus", PROPERTIES, "Set", "ssv", enable)
        [address] = await self._session.ask("org.a11y.Bus", "/org/a11y/bus", "org.a11y.Bus", "GetAddress")
        path = str(address).partition("path=")[2].partition(",")[0]
        if not path:
            raise GuestError(f"the accessibility bus has no socket: {address!r}")
        self._bus = GuestBus(await guest.connect(path), place.uid)
        await self._bus.connect()
        # Toolkits keep no cache, and refuse `Cache.GetItems`, until someone listens to any event. This one is rare.
        await self._bus.ask(REGISTRY, REGISTRY_PATH, REGISTRY, "RegisterEvent", "sass", ["window:create", [], ""])

    async def close(self) -> None:
        """Idempotent."""
        for bus in (self._session, self._bus):
            if bus is not None:
                bus.disconnect()
        self._session = self._bus = None

    def forget(self) -> None:
        """What earlier looks have found."""
        self._memories.clear()

    async def ping(self) -> None:
        """Raises TransportError where the bus is gone."""
        await self._require().ask("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus.Peer", "Ping")

    async def tree(self, screen: Size, stacking: Sequence[Window], freshness: Freshness) -> UiTree:
        """Every window that shows, the topmost last, as in `stacking`. `freshness` is of a look just before.

        Raises:
            TransportError: the bus is gone.
        """
        if self._bus is None:
            raise TransportError("the desktop is not running", fix="reset the device")
        [programs] = await self._bus.ask(REGISTRY, ROOT_PATH, ACCESSIBLE, "GetChildren")
        names = [str(name) for name, _ in programs]
        self._memories = {name: self._memories.get(name, Memory(freshness=freshness)) for name in names}
        found = await asyncio.gather(*(self._program(name, screen) for name in names))
        windows = [window for program in found for window in program]
        places = {window.title: place for place, window in enumerate(stacking)}

        def height(window: UiNode) -> int:
            if window.app in SHELL_WINDOWS:
                return -1
            # Menus and tool tips are no managed windows; they lie above those.
            return places.get(window.text, len(places))

        return UiTree(roots=tuple(sorted(windows, key=height)))

    async def _program(self, name: str, screen: Size) -> list[UiNode]:
        try:
            with Questions(self._require(), name) as questions:
                return await ProgramReader(questions, screen, self._memories[name]).windows(self._patience)
        except TimeoutError:
            _LOGGER.warning("a program did not describe its windows in time and is left out of the tree")
        except FarmError as error:
            # It may have ended between two questions.
            _LOGGER.debug("a program is left out of the tree: %s", error)
        return []

    @property
    def bus(self) -> GuestBus:
        """The accessibility bus. Raises TransportError where there is none."""
        return self._require()

    def _require(self) -> GuestBus:
        if self._bus is None:
            raise TransportError("the desktop has been closed")
        return self._bus
