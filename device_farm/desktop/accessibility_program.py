"""One look at one program: its windows with all that shows in them.

One `Cache.GetItems` brings role, name, states and parent of every object that the program has made known; what lies
below objects that manage their descendants themselves (LibreOffice's sheets) is asked for cell by cell, and only where
it shows. What looks as it did at an earlier look is not asked for again (`remembered.py`), and of what does not, all
that will be wanted is asked for at once: from a window down to a field of a tool bar are twenty objects, one inside
the other.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from dbus_fast import Variant

from device_farm.desktop.accessibility_cells import Sheet, ask_changed_cells
from device_farm.desktop.accessibility_names import (
    SHOWING,
    TEXT_ROLES,
    VALUE_ROLES,
    clip,
    role_name,
    state_numbers,
    ui_states,
)
from device_farm.desktop.accessibility_questions import (
    ACCESSIBLE,
    CACHE,
    PROPERTIES,
    ROOT_PATH,
    TABLE,
    TEXT,
    VALUE,
    Questions,
)
from device_farm.desktop.remembered import REMEMBERED, Memory, SeenObject, union
from device_farm.errors import GuestError
from device_farm.types.geometry import Rect, Size
from device_farm.types.ui_tree import UiNode

PROGRAM_LIMIT_S: Final = 4.0
"""How long one program may take to describe itself."""
FIRST_LOOK_LIMIT_S: Final = 20.0
"""The same for one that is remembered: what its first look takes is spared at all others."""
FIRST_ANSWER_LIMIT_S: Final = 1.5
TEXT_LIMIT: Final = 20_000
"""Characters of one object's text: a long document or a terminal's scroll-back is cut."""
_DEPTH_LIMIT: Final = 60
_WIDTH_LIMIT: Final = 1024
_NOTHING: Final = "/org/a11y/atspi/null"


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


class ProgramReader:
    """One look at one program. `memory` is of earlier ones."""

    def __init__(self, questions: Questions, screen: Size, memory: Memory) -> None:
        self._questions = questions
        self._screen = Rect(0, 0, screen.width, screen.height)
        self._app = ""
        self._items: dict[str, _Item] = {}
        self._memory = memory
        self._began_s = time.monotonic()
        self._seen: dict[str, SeenObject] = {}
        self._one_by_one = False

    async def windows(self, patience: float) -> list[UiNode]:
        """`patience` stretches the limits. Raises TimeoutError, GuestError, TransportError."""
        ask = self._questions.ask
        # A program that hangs does not even say its name; it shall not hold the others up for the whole limit.
        async with asyncio.timeout(FIRST_ANSWER_LIMIT_S * patience):
            [variant], [references] = await asyncio.gather(
                ask(ROOT_PATH, PROPERTIES, "Get", "ss", [ACCESSIBLE, "Name"]),
                ask(ROOT_PATH, ACCESSIBLE, "GetChildren"),
            )
        self._app = str(variant.value)
        frame = _Frame(role="application", bounds=self._screen)
        remembered = self._app in REMEMBERED
        paths = [str(path) for _, path in references]
        async with asyncio.timeout((FIRST_LOOK_LIMIT_S if remembered else PROGRAM_LIMIT_S) * patience):
            if self._memory.objects:
                self._ask_ahead(paths)
            else:
                await self._read_cache()
            nodes = await self._nodes(paths, 0, frame)
        if remembered:
            self._memory.objects = self._seen
        return nodes

    def _ask_ahead(self, windows: Sequence[str]) -> None:
        """Everything that will be asked of objects that are known and do not look as they did."""
        questions = self._questions
        for path, seen in self._memory.objects.items():
            still = path not in windows and self._memory.still(path, seen.frame, self._began_s) is not None
            if still and not seen.draws_nothing:
                continue
            questions.states_ahead(path)
            questions.bounds_ahead(path)
            if still:
                continue
            questions.ahead(path, PROPERTIES, "GetAll", "s", [ACCESSIBLE])
            if seen.below:
                questions.ahead(path, ACCESSIBLE, "GetChildren")
        ask_changed_cells(questions, self._memory, self._began_s)

    async def _read_cache(self) -> None:
        try:
            [rows] = await self._questions.ask("/org/a11y/atspi/cache", CACHE, "GetItems")
        except GuestError:
            # No cache (yet): every object is asked by itself.
            return
        # Qt 5 keeps no cache and says that it is empty. Asked for all properties at once, its programs crash.
        self._one_by_one = not rows
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
        found: list[UiNode | None] = []
        asked: list[tuple[int, str]] = []
        for path in paths:
            # Windows are looked at anew each time: their titles are drawn outside of them.
            seen = self._memory.still(path, frame, self._began_s) if depth > 1 else None
            if seen is not None and not seen.draws_nothing:
                self._carry(path)
            elif path != _NOTHING:
                asked.append((len(found), path))
            found.append(None if seen is None else seen.node)
        nodes = await asyncio.gather(*(self._path_node(path, depth, frame) for _, path in asked))
        for (place, _), node in zip(asked, nodes, strict=True):
            found[place] = node
        return [node for node in found if node is not None]

    async def _path_node(self, path: str, depth: int, frame: _Frame) -> UiNode | None:
        """An object that does not look as it did, or of which its looks say nothing."""
        try:
            seen = self._memory.still(path, frame, self._began_s) if depth > 1 else None
            if seen is not None and await self._stays(path, seen, frame):
                self._carry(path)
                return seen.node
            item = self._items.get(path)
            if item is None:
                item = await self._ask_item(path)
        except GuestError:
            # It went away between two questions.
            return None
        return await self._node(item, depth, frame)

    async def _stays(self, path: str, seen: SeenObject, frame: _Frame) -> bool:
        """Whether an object that draws nothing is where it was, as it was: it may go without a trace."""
        states, said = await self._questions.states(path), await self._questions.bounds(path)
        bounds = clip(said.translate(frame.dx, frame.dy), self._screen)
        node = seen.node
        if node is None or SHOWING not in states:
            return False
        return ui_states(node.role, states) == node.states and bounds == node.bounds

    def _carry(self, path: str) -> None:
        """An object is remembered on, with all below it."""
        seen = self._memory.objects.get(path)
        if seen is not None:
            self._seen[path] = seen
            for below in seen.below:
                self._carry(below)

    async def _ask_item(self, path: str) -> _Item:
        """What the cache would say of an object that is not in it; of one that does not show, no more than that."""
        ask = self._questions.ask
        states = await self._questions.states(path)
        if SHOWING not in states:
            return _Item(path=path, states=states)
        known = self._memory.objects.get(path)
        told = await self._properties(path)
        item = _Item(
            path=path,
            states=states,
            name=str(told["Name"].value),
            description=str(told["Description"].value),
            count=int(told["ChildCount"].value),
        )
        if known is not None:
            item.role, item.interfaces = known.role, known.interfaces
            return item
        self._questions.ahead(path, ACCESSIBLE, "GetInterfaces")
        [role] = await ask(path, ACCESSIBLE, "GetRole")
        [interfaces] = await ask(path, ACCESSIBLE, "GetInterfaces")
        item.role, item.interfaces = role_name(role), frozenset(interfaces)
        return item

    async def _properties(self, path: str) -> dict[str, Variant]:
        """Name, description, number of children, and what the program says beside."""
        ask = self._questions.ask
        if not self._one_by_one:
            [told] = await ask(path, PROPERTIES, "GetAll", "s", [ACCESSIBLE])
            return dict(told)
        names = ("Name", "Description", "ChildCount")
        asked = (ask(path, PROPERTIES, "Get", "ss", [ACCESSIBLE, name]) for name in names)
        return {name: value for name, [value] in zip(names, await asyncio.gather(*asked), strict=True)}

    async def _node(self, item: _Item, depth: int, frame: _Frame) -> UiNode | None:
        """The object with all below it that shows; None where it does not show itself."""
        if SHOWING not in item.states or depth > _DEPTH_LIMIT:
            return None
        self._questions.bounds_ahead(item.path)
        content, value = await self._text(item), await self._value(item)
        said = await self._questions.bounds(item.path)
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
            sheet = Sheet(
                questions=self._questions,
                memory=self._memory,
                now_s=self._began_s,
                path=item.path,
                app=self._app,
                dx=frame.dx,
                dy=frame.dy,
            )
            children, paths = await sheet.showing_cells(said), []
        else:
            below = _Frame(role=item.role, bounds=bounds, dx=frame.dx, dy=frame.dy)
            paths = await self._children(item)
            children = tuple(await self._nodes(paths, depth + 1, below))
        box = clip(bounds, self._screen)
        node: UiNode | None = None
        # Some are said to show, but nowhere on the screen: invisible columns of a list, tabs that are not drawn.
        if box.area or children:
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

    def _keep(self, item: _Item, node: UiNode | None, frame: _Frame, paths: Sequence[str]) -> None:
        below = tuple(path for path in paths if path in self._seen)
        covers = Rect(0, 0, 0, 0) if node is None else node.bounds
        for path in below:
            covers = union(covers, self._seen[path].covers)
        self._seen[item.path] = SeenObject(
            node=node,
            role=item.role,
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
            [references] = await self._questions.ask(item.path, ACCESSIBLE, "GetChildren")
        except GuestError:
            return [child.path for child in known]
        return [str(path) for _, path in references[:_WIDTH_LIMIT]]

    async def _text(self, item: _Item) -> str:
        if item.role not in TEXT_ROLES or TEXT not in item.interfaces:
            return ""
        return await self._questions.text(item.path, limit=TEXT_LIMIT) or ""

    async def _value(self, item: _Item) -> str:
        """The position of a slider, the number of a progress bar."""
        if item.role not in VALUE_ROLES or VALUE not in item.interfaces:
            return ""
        try:
            [number] = await self._questions.ask(item.path, PROPERTIES, "Get", "ss", [VALUE, "CurrentValue"])
        except GuestError:
            return ""
        return f"{number.value:g}"
