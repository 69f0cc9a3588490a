"""The UI tree of the session's programs, by AT-SPI over its own D-Bus, asked for in parallel.

One `Cache.GetItems` a program brings role, name, states and parent of every object it has made known; what lies
below objects that manage their descendants themselves (LibreOffice's sheets) is asked for cell by cell, and only
where it shows. A program that does not answer in time is left out: it must not hang the tree.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

from dbus_fast import Variant

from device_farm.desktop.accessibility_cells import showing_cells, visible_part
from device_farm.desktop.accessibility_names import (
    MANAGES_DESCENDANTS,
    SHOWING,
    TEXT_ROLES,
    role_name,
    state_numbers,
    ui_states,
)
from device_farm.desktop.bus import GuestBus
from device_farm.desktop.guest import Guest
from device_farm.desktop.windows import SHELL_WINDOWS, Window
from device_farm.errors import FarmError, GuestError, TransportError
from device_farm.types.geometry import Rect, Size
from device_farm.types.ui_tree import UiNode, UiTree

_LOGGER = logging.getLogger(__name__)

ROOT_PATH = "/org/a11y/atspi/accessible/root"
ACCESSIBLE = "org.a11y.atspi.Accessible"
REGISTRY = "org.a11y.atspi.Registry"
REGISTRY_PATH = "/org/a11y/atspi/registry"
COMPONENT = "org.a11y.atspi.Component"
TEXT = "org.a11y.atspi.Text"
PROPERTIES = "org.freedesktop.DBus.Properties"
PROGRAM_LIMIT_S = 4.0
"""How long one program may take to describe itself."""
TEXT_LIMIT = 20_000
"""Characters of one object's text: a long document or a terminal's scroll-back is cut."""
_DEPTH_LIMIT = 60
_SCREEN_COORDINATES = 0


@dataclass(slots=True)
class _Item:
    """An object as the cache describes it."""

    path: str
    role: str
    name: str
    description: str
    states: frozenset[int]
    interfaces: frozenset[str]
    index: int
    children: list[_Item] = field(default_factory=list)


class Accessibility:
    """The connection to the accessibility bus. `tree` reads everything that shows."""

    def __init__(self) -> None:
        self._session: GuestBus | None = None
        self._bus: GuestBus | None = None

    async def start(self, guest: Guest) -> None:
        """Switches accessibility on, before any program starts, and connects to its bus.

        Raises:
            GuestError, TransportError: the bus does not come up.
        """
        place = guest.place
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

    async def ping(self) -> None:
        """Raises TransportError where the bus is gone."""
        await self._require().ask("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus.Peer", "Ping")

    async def tree(self, screen: Size, stacking: Sequence[Window]) -> UiTree:
        """Every window that shows, the topmost last, as in `stacking`.

        Raises:
            TransportError: the bus is gone.
        """
        if self._bus is None:
            raise TransportError("the desktop is not running", fix="reset the device")
        [programs] = await self._bus.ask(REGISTRY, ROOT_PATH, ACCESSIBLE, "GetChildren")
        found = await asyncio.gather(*(self._program(str(name), screen) for name, _ in programs))
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
            async with asyncio.timeout(PROGRAM_LIMIT_S):
                return await _Reader(self._require(), name, screen).windows()
        except TimeoutError:
            _LOGGER.warning("a program did not describe its windows within %g s", PROGRAM_LIMIT_S)
        except FarmError as error:
            # It may have ended between two questions.
            _LOGGER.debug("a program is left out of the tree: %s", error)
        return []

    def _require(self) -> GuestBus:
        if self._bus is None:
            raise TransportError("the desktop has been closed")
        return self._bus


class _Reader:
    """One look at one program."""

    def __init__(self, bus: GuestBus, name: str, screen: Size) -> None:
        self._bus = bus
        self._name = name
        self._screen = Rect(0, 0, screen.width, screen.height)
        self._app = ""

    async def windows(self) -> list[UiNode]:
        [variant] = await self._bus.ask(self._name, ROOT_PATH, PROPERTIES, "Get", "ss", [ACCESSIBLE, "Name"])
        self._app = str(variant.value)
        [rows] = await self._bus.ask(self._name, "/org/a11y/atspi/cache", "org.a11y.atspi.Cache", "GetItems")
        items: dict[str, _Item] = {}
        parents: dict[str, str] = {}
        for reference, _, parent, index, _, interfaces, name, role, description, states in rows:
            path = str(reference[1])
            items[path] = _Item(
                path=path,
                role=role_name(role),
                name=name,
                description=description,
                states=state_numbers(states),
                interfaces=frozenset(interfaces),
                index=index,
            )
            parents[path] = str(parent[1])
        for path, item in items.items():
            above = items.get(parents[path])
            if above is not None and above is not item:
                above.children.append(item)
        root = items.get(ROOT_PATH)
        tops = (
            root.children if root is not None else [item for item in items.values() if parents[item.path] == ROOT_PATH]
        )
        read = await asyncio.gather(*(self._node(item, 0) for item in sorted(tops, key=lambda item: item.index)))
        return [node for node in read if node is not None]

    async def _node(self, item: _Item, depth: int) -> UiNode | None:
        """The object with all below it that shows; None where it does not show itself."""
        if SHOWING not in item.states or depth > _DEPTH_LIMIT:
            return None
        bounds, text = await asyncio.gather(self._bounds(item.path), self._text(item))
        if MANAGES_DESCENDANTS in item.states and item.role in ("table", "tree table"):
            children = await showing_cells(self._bus, self._name, item.path, bounds, self._app)
        else:
            order = sorted(item.children, key=lambda child: child.index)
            read = await asyncio.gather(*(self._node(child, depth + 1) for child in order))
            children = tuple(node for node in read if node is not None)
        editable = item.role in TEXT_ROLES
        return UiNode(
            role=item.role,
            bounds=visible_part(bounds, self._screen),
            text=item.name or ("" if editable else text),
            value=text if editable else "",
            description=item.description,
            app=self._app,
            states=ui_states(item.role, item.states),
            children=children,
        )

    async def _bounds(self, path: str) -> Rect:
        try:
            [(x, y, width, height)] = await self._bus.ask(
                self._name, path, COMPONENT, "GetExtents", "u", [_SCREEN_COORDINATES]
            )
        except GuestError:
            return Rect(0, 0, 0, 0)
        return Rect(x, y, x + max(0, width), y + max(0, height))

    async def _text(self, item: _Item) -> str:
        if item.role not in TEXT_ROLES or TEXT not in item.interfaces:
            return ""
        try:
            [text] = await self._bus.ask(self._name, item.path, TEXT, "GetText", "ii", [0, TEXT_LIMIT])
        except GuestError:
            return ""
        return str(text)
