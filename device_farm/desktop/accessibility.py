"""The UI tree of the session's programs, by AT-SPI over its own D-Bus, asked for in parallel.

One `Cache.GetItems` a program brings role, name, states and parent of every object it has made known; what lies
below objects that manage their descendants themselves (LibreOffice's sheets) is asked for cell by cell, and only
where it shows. A program that does not answer in time is left out: it must not hang the tree. Of LibreOffice, what
looks as it did at the last look is not asked for again (`remembered.py`).
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from dbus_fast import Variant

from device_farm.desktop.accessibility_cells import Sheet
from device_farm.desktop.accessibility_names import (
    SHOWING,
    TEXT_ROLES,
    VALUE_ROLES,
    clip,
    role_name,
    state_numbers,
    ui_states,
)
from device_farm.desktop.bus import GuestBus
from device_farm.desktop.freshness import Freshness
from device_farm.desktop.guest import Guest
from device_farm.desktop.remembered import REMEMBERED, Memory, SeenObject, union
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
TABLE = "org.a11y.atspi.Table"
VALUE = "org.a11y.atspi.Value"
CACHE = "org.a11y.atspi.Cache"
PROPERTIES = "org.freedesktop.DBus.Properties"
PROGRAM_LIMIT_S = 4.0
"""How long one program may take to describe itself."""
FIRST_LOOK_LIMIT_S = 20.0
"""The same for one that is remembered: what its first look takes is spared at all others."""
FIRST_ANSWER_LIMIT_S = 1.5
TEXT_LIMIT = 20_000
"""Characters of one object's text: a long document or a terminal's scroll-back is cut."""
_DEPTH_LIMIT = 60
_WIDTH_LIMIT = 1024
_NOTHING = "/org/a11y/atspi/null"
_SCREEN_COORDINATES = 0


@dataclass(slots=True)
class _Item:
    """An object as the cache describes it."""

    path: str
    states: frozenset[int]
    parent: str = ""
    role: str = "unknown"
    name: str = ""
    description: str = ""
    interfaces: frozenset[str] = frozenset()
    index: int = 0
    count: int = 0
    children: list[_Item] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    """The object above: its role, its box on the screen, and how far what lies below is from where it says it is."""

    role: str
    bounds: Rect
    dx: int = 0
    dy: int = 0


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
            return await _Reader(self._require(), name, screen, self._memories[name]).windows(self._patience)
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


class _Reader:
    """One look at one program. `memory` is of earlier ones."""

    def __init__(self, bus: GuestBus, name: str, screen: Size, memory: Memory) -> None:
        self._bus = bus
        self._name = name
        self._screen = Rect(0, 0, screen.width, screen.height)
        self._app = ""
        self._items: dict[str, _Item] = {}
        self._memory = memory
        self._began_s = time.monotonic()
        self._seen: dict[str, SeenObject] = {}

    async def windows(self, patience: float) -> list[UiNode]:
        """`patience` stretches the limits. Raises TimeoutError."""
        # A program that hangs does not even say its name; it shall not hold the others up for the whole limit.
        async with asyncio.timeout(FIRST_ANSWER_LIMIT_S * patience):
            [variant], [references] = await asyncio.gather(
                self._ask(ROOT_PATH, PROPERTIES, "Get", "ss", [ACCESSIBLE, "Name"]),
                self._ask(ROOT_PATH, ACCESSIBLE, "GetChildren"),
            )
        self._app = str(variant.value)
        frame = _Frame(role="application", bounds=self._screen)
        remembered = self._app in REMEMBERED
        async with asyncio.timeout((FIRST_LOOK_LIMIT_S if remembered else PROGRAM_LIMIT_S) * patience):
            if not self._memory.objects:
                await self._read_cache()
            nodes = await self._nodes([str(path) for _, path in references], 0, frame)
        if remembered:
            self._memory.objects = self._seen
        return nodes

    async def _read_cache(self) -> None:
        try:
            [rows] = await self._ask("/org/a11y/atspi/cache", CACHE, "GetItems")
        except GuestError:
            # No cache (yet): every object is asked by itself.
            return
        for reference, _, parent, index, count, interfaces, name, role, description, states in rows:
            path = str(reference[1])
            self._items[path] = _Item(
                path=path,
                parent=str(parent[1]),
                role=role_name(role),
                name=name,
                description=description,
                states=state_numbers(states),
                interfaces=frozenset(interfaces),
                index=index,
                count=count,
            )
        for item in self._items.values():
            above = self._items.get(item.parent)
            if above is not None and above is not item:
                above.children.append(item)

    async def _nodes(self, paths: Sequence[str], depth: int, frame: _Frame) -> list[UiNode]:
        read = await asyncio.gather(*(self._path_node(path, depth, frame) for path in paths if path != _NOTHING))
        return [node for node in read if node is not None]

    async def _path_node(self, path: str, depth: int, frame: _Frame) -> UiNode | None:
        # Windows are looked at anew each time: their titles are drawn outside of them.
        if depth > 1 and (seen := self._memory.still(path, frame, self._began_s)) is not None:
            self._carry(path)
            return seen.node
        item = self._items.get(path)
        if item is None:
            try:
                item = await self._ask_item(path)
            except GuestError:
                # It went away between two questions.
                return None
        return await self._node(item, depth, frame)

    def _carry(self, path: str) -> None:
        """An object is remembered on, with all below it."""
        seen = self._memory.objects.get(path)
        if seen is not None:
            self._seen[path] = seen
            for below in seen.below:
                self._carry(below)

    async def _ask_item(self, path: str) -> _Item:
        """What the cache would say of an object that is not in it; of one that does not show, no more than that."""
        [words] = await self._ask(path, ACCESSIBLE, "GetState")
        states = state_numbers(words)
        if SHOWING not in states:
            return _Item(path=path, states=states)
        known = self._memory.objects.get(path)
        [told] = await self._ask(path, PROPERTIES, "GetAll", "s", [ACCESSIBLE])
        item = _Item(
            path=path,
            states=states,
            name=str(told["Name"].value),
            description=str(told["Description"].value),
            count=int(told["ChildCount"].value),
        )
        if known is not None:
            item.role, item.interfaces = known.node.role, known.interfaces
            return item
        [role], [interfaces] = await asyncio.gather(
            self._ask(path, ACCESSIBLE, "GetRole"), self._ask(path, ACCESSIBLE, "GetInterfaces")
        )
        item.role, item.interfaces = role_name(role), frozenset(interfaces)
        return item

    async def _node(self, item: _Item, depth: int, frame: _Frame) -> UiNode | None:
        """The object with all below it that shows; None where it does not show itself."""
        if SHOWING not in item.states or depth > _DEPTH_LIMIT:
            return None
        said, content, value = await asyncio.gather(self._bounds(item.path), self._text(item), self._value(item))
        if item.role == "menu bar" and said.area == 0:
            # LibreOffice describes its menu bar twice: as the toolkit's, with places, and as its own, without.
            return None
        if item.role == "root pane":
            # LibreOffice counts from the window's corner, as if the toolkit's menu bar above were not there.
            frame = _Frame(
                role=frame.role, bounds=frame.bounds, dx=frame.bounds.left - said.left, dy=frame.bounds.top - said.top
            )
        bounds = said.translate(frame.dx, frame.dy)
        if TABLE in item.interfaces and frame.role == "document spreadsheet":
            sheet = Sheet(bus=self._bus, program=self._name, path=item.path, app=self._app, dx=frame.dx, dy=frame.dy)
            children, paths = await sheet.showing_cells(said, self._memory, self._began_s), []
        else:
            below = _Frame(role=item.role, bounds=bounds, dx=frame.dx, dy=frame.dy)
            paths = await self._children(item)
            children = tuple(await self._nodes(paths, depth + 1, below))
        box = clip(bounds, self._screen)
        if box.area == 0 and not children:
            # Said to show, but nowhere on the screen: invisible columns of a list, tabs that are not drawn.
            return None
        node = UiNode(
            role=item.role,
            bounds=box,
            text=item.name,
            value=content or value,
            description=item.description,
            app=self._app,
            states=ui_states(item.role, item.states),
            children=children,
        )
        if self._app in REMEMBERED:
            self._keep(item, node, frame, paths)
        return node

    def _keep(self, item: _Item, node: UiNode, frame: _Frame, paths: Sequence[str]) -> None:
        below = tuple(path for path in paths if path in self._seen)
        covers = node.bounds
        for path in below:
            covers = union(covers, self._seen[path].covers)
        self._seen[item.path] = SeenObject(
            node=node,
            frame=frame,
            covers=covers,
            read_s=self._began_s,
            interfaces=item.interfaces,
            below=below,
        )

    async def _children(self, item: _Item) -> list[str]:
        """Paths of what lies below. The cache knows some programs' objects only in part."""
        known = sorted(item.children, key=lambda child: child.index)
        # What is remembered is told in one order, whether the cache was read at this look or at an earlier one.
        if item.count == len(known) and (self._app not in REMEMBERED or not known):
            return [child.path for child in known]
        try:
            [references] = await self._ask(item.path, ACCESSIBLE, "GetChildren")
        except GuestError:
            return [child.path for child in known]
        return [str(path) for _, path in references[:_WIDTH_LIMIT]]

    async def _bounds(self, path: str) -> Rect:
        try:
            [(x, y, width, height)] = await self._ask(path, COMPONENT, "GetExtents", "u", [_SCREEN_COORDINATES])
        except GuestError:
            return Rect(0, 0, 0, 0)
        return Rect(x, y, x + max(0, width), y + max(0, height))

    async def _text(self, item: _Item) -> str:
        if item.role not in TEXT_ROLES or TEXT not in item.interfaces:
            return ""
        try:
            [text] = await self._ask(item.path, TEXT, "GetText", "ii", [0, -1])
        except GuestError:
            return ""
        return str(text)[:TEXT_LIMIT]

    async def _value(self, item: _Item) -> str:
        """The position of a slider, the number of a progress bar."""
        if item.role not in VALUE_ROLES or VALUE not in item.interfaces:
            return ""
        try:
            [number] = await self._ask(item.path, PROPERTIES, "Get", "ss", [VALUE, "CurrentValue"])
        except GuestError:
            return ""
        return f"{number.value:g}"

    async def _ask(
        self, path: str, interface: str, member: str, signature: str = "", body: list[Any] | None = None
    ) -> list[Any]:
        return await self._bus.ask(self._name, path, interface, member, signature, body)
