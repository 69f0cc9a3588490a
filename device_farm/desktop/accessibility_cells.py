"""The cells of a spreadsheet that show. A sheet has billions of cells and describes none of them by itself."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

from device_farm.desktop.accessibility_names import clip, state_numbers, ui_states
from device_farm.desktop.bus import GuestBus
from device_farm.desktop.remembered import Memory, SeenCell
from device_farm.errors import GuestError
from device_farm.types.geometry import Point, Rect
from device_farm.types.ui_tree import UiNode, UiState

_ACCESSIBLE = "org.a11y.atspi.Accessible"
_COMPONENT = "org.a11y.atspi.Component"
_TABLE = "org.a11y.atspi.Table"
_TEXT = "org.a11y.atspi.Text"
CELLS_LIMIT = 4_000
"""More cells than fit a 4K screen at the usual size; a zoomed-out sheet is cut."""
CELL_TEXT_LIMIT = 2_000


_LIVE: frozenset[UiState] = frozenset({"enabled", "clickable"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cell:
    path: str
    text: str
    states: frozenset[UiState]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One table of `program`. `dx` and `dy` are how far it is from where it says that it is, in pixels."""

    bus: GuestBus
    program: str
    path: str
    app: str
    dx: int
    dy: int

    async def showing_cells(self, bounds: Rect, memory: Memory, now_s: float) -> tuple[UiNode, ...]:
        """The cells inside `bounds`, row by row. What is still as `memory` has it is not asked for; it then holds all.

        The cells at two corners say which those are. Empty cells get their boxes from their row and column: asking
        each of them would double the time.
        """
        if bounds.area == 0:
            return ()
        try:
            top, left = await self._position(Point(bounds.left + 2, bounds.top + 2))
            bottom, right = await self._position(Point(bounds.right - 3, bounds.bottom - 3))
        except GuestError:
            return ()
        rows, columns = range(top, bottom + 1), range(left, right + 1)
        places = [(row, column) for row in rows for column in columns][:CELLS_LIMIT]
        view = (self.path, bounds, self.dx, self.dy, top, left, bottom, right)
        known = await self._with_whole_texts(memory.cells(view, now_s))
        asked = [place for place in places if place not in known]
        found = await asyncio.gather(*(self._cell(row, column) for row, column in asked))
        cells = {place: cell for place, cell in zip(asked, found, strict=True) if cell is not None}
        edge = [place for place in cells if place[0] == top or place[1] == left or cells[place].text]
        said = await asyncio.gather(*(self._bounds(cells[place].path) for place in edge))
        boxes = {place: cell.box for place, cell in known.items()} | dict(zip(edge, said, strict=True))
        for (row, column), cell in cells.items():
            box = boxes.get((row, column))
            crossing = box or _crossing(boxes.get((row, left)), boxes.get((top, column)))
            node = UiNode(
                role="table cell",
                bounds=clip(crossing, bounds).translate(self.dx, self.dy),
                text=cell_name(row, column),
                value=cell.text,
                app=self.app,
                states=cell.states,
            )
            known[row, column] = SeenCell(path=cell.path, node=node, box=box, read_s=now_s)
        memory.keep_cells(view, known)
        return tuple(known[place].node for place in places if place in known)

    async def _with_whole_texts(self, known: dict[tuple[int, int], SeenCell]) -> dict[tuple[int, int], SeenCell]:
        """Of cells that do not show their whole text the text is asked for all the same; without those that refuse."""
        cut = [place for place, cell in known.items() if cell.may_be_cut]
        for place, text in zip(
            cut, await asyncio.gather(*(self._text(known[place].path) for place in cut)), strict=True
        ):
            cell = known.pop(place)
            if text is not None:
                known[place] = replace(cell, node=replace(cell.node, value=text))
        return known

    async def _text(self, path: str) -> str | None:
        try:
            # The sheet refuses an end behind the text's own.
            [text] = await self.bus.ask(self.program, path, _TEXT, "GetText", "ii", [0, -1])
        except GuestError:
            return None
        return str(text)[:CELL_TEXT_LIMIT]

    async def _position(self, at: Point) -> tuple[int, int]:
        """(row, column) of the cell at a pixel. Raises GuestError where there is none."""
        [(name, path)] = await self.bus.ask(
            self.program, self.path, _COMPONENT, "GetAccessibleAtPoint", "iiu", [at.x, at.y, 0]
        )
        [index] = await self.bus.ask(name, path, _ACCESSIBLE, "GetIndexInParent")
        [row], [column] = await asyncio.gather(
            self.bus.ask(self.program, self.path, _TABLE, "GetRowAtIndex", "i", [index]),
            self.bus.ask(self.program, self.path, _TABLE, "GetColumnAtIndex", "i", [index]),
        )
        return int(row), int(column)

    async def _cell(self, row: int, column: int) -> _Cell | None:
        try:
            [(_, path)] = await self.bus.ask(self.program, self.path, _TABLE, "GetAccessibleAt", "ii", [row, column])
            text, [words] = await asyncio.gather(
                self._text(path), self.bus.ask(self.program, path, _ACCESSIBLE, "GetState")
            )
        except GuestError:
            return None
        if text is None:
            return None
        # The sheet calls its cells neither sensitive nor enabled.
        states = ui_states("table cell", state_numbers(words)) | _LIVE
        return _Cell(path=str(path), text=text, states=states)

    async def _bounds(self, path: str) -> Rect:
        try:
            [(x, y, width, height)] = await self.bus.ask(self.program, path, _COMPONENT, "GetExtents", "u", [0])
        except GuestError:
            return Rect(0, 0, 0, 0)
        return Rect(x, y, x + max(0, width), y + max(0, height))


def _crossing(row: Rect | None, column: Rect | None) -> Rect:
    if row is None or column is None:
        return Rect(0, 0, 0, 0)
    return Rect(column.left, row.top, column.right, row.bottom)


def cell_name(row: int, column: int) -> str:
    """`A1` for (0, 0), `AA3` for (2, 26)."""
    letters = ""
    column += 1
    while column:
        column, digit = divmod(column - 1, 26)
        letters = chr(ord("A") + digit) + letters
    return f"{letters}{row + 1}"
