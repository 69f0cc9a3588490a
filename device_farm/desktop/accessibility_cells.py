"""The cells of a spreadsheet that show. A sheet has billions of cells and describes none of them by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from device_farm.desktop.accessibility_names import SHOWING, clip, ui_states
from device_farm.desktop.accessibility_questions import ACCESSIBLE, COMPONENT, TABLE, Questions
from device_farm.desktop.remembered import Memory, SeenCell
from device_farm.errors import GuestError
from device_farm.types.geometry import Point, Rect
from device_farm.types.ui_tree import UiNode, UiState

CELLS_LIMIT = 4_000
"""More cells than fit a 4K screen at the usual size; a zoomed-out sheet is cut."""
CELL_TEXT_LIMIT = 2_000
SELDOM_S = 1.0
"""How old may be what hardly ever changes while a cell looks, or says, the same: a text of which only a part shows, and
the box of a cell over which only the cursor goes.
"""
_FEW = 200
_LIVE: frozenset[UiState] = frozenset({"enabled", "clickable"})
_Place: TypeAlias = tuple[int, int]
"""(row, column), from 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _View:
    """What shows of a sheet: its box on the screen, and the cells at two of its corners."""

    path: str
    bounds: Rect
    shift: tuple[int, int]
    first: _Place
    last: _Place

    def places(self) -> list[_Place]:
        (top, left), (bottom, right) = self.first, self.last
        return [(row, column) for row in range(top, bottom + 1) for column in range(left, right + 1)][:CELLS_LIMIT]

    def at_edge(self, place: _Place) -> bool:
        """In the first row or column, whose boxes tell where all others are."""
        return place[0] == self.first[0] or place[1] == self.first[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cell:
    """`box` as the sheet says it; None where nobody asked."""

    path: str
    text: str
    states: frozenset[UiState]
    showing: bool
    box: Rect | None
    box_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One look at one table of a program. `dx` and `dy` are how far it is from where it says that it is, in pixels.

    What is still as `memory` has it is not asked for; `memory` holds all afterwards.
    """

    questions: Questions
    memory: Memory
    now_s: float
    path: str
    app: str
    dx: int
    dy: int

    async def showing_cells(self, bounds: Rect) -> tuple[UiNode, ...]:
        """The cells inside `bounds`, row by row."""
        if bounds.area == 0:
            return ()
        view = await self._view(bounds)
        if view is None:
            return ()
        known = self.memory.still_cells(view, self.now_s)
        _ask_changed(self.questions, self.memory, view, self.now_s)
        again = await self._again(view, known)
        before = self.memory.cells(view)
        differs = any(cell.text != before[place].node.value for place, cell in again.items())
        known = await self._with_whole_texts(known, all_of_them=differs)
        places = view.places()
        cells = again | await self._new(view, [place for place in places if place not in known and place not in again])
        known |= self._remembered(view, known, cells)
        self.memory.keep_cells(view, known)
        return tuple(known[place].node for place in places if place in known)

    # --- which cells ---------------------------------------------------------------------------------------------
    async def _view(self, bounds: Rect) -> _View | None:
        """None where the sheet has no cell at a corner."""
        try:
            first, last = await asyncio.gather(
                self._place_at(Point(bounds.left + 2, bounds.top + 2)),
                self._place_at(Point(bounds.right - 3, bounds.bottom - 3)),
            )
        except GuestError:
            return None
        return _View(path=self.path, bounds=bounds, shift=(self.dx, self.dy), first=first, last=last)

    async def _place_at(self, at: Point) -> _Place:
        """Raises GuestError where there is no cell."""
        ask = self.questions.ask
        [(_, path)] = await ask(self.path, COMPONENT, "GetAccessibleAtPoint", "iiu", [at.x, at.y, 0])
        [index] = await ask(path, ACCESSIBLE, "GetIndexInParent")
        [row], [column] = await asyncio.gather(
            ask(self.path, TABLE, "GetRowAtIndex", "i", [index]),
            ask(self.path, TABLE, "GetColumnAtIndex", "i", [index]),
        )
        return int(row), int(column)

    # --- cells that an earlier look has found ----------------------------------------------------------------------
    async def _again(self, view: _View, still: Collection[_Place]) -> dict[_Place, _Cell]:
        """What the known cells besides `still` say now, without those that do not show any more.

        If one at the edge has another box than before, rows or columns are of another size: all are asked for theirs.
        """
        before = self.memory.cells(view)
        found: dict[_Place, _Cell] = {}
        for place, known in before.items():
            if place in still:
                continue
            boxed = _box_due(view, place, known, self.now_s)
            cell = await self._told(known.path, boxed=boxed, before=None if boxed else known)
            if cell is not None and cell.showing:
                found[place] = cell
        if any(view.at_edge(place) and cell.box != before[place].box for place, cell in found.items()):
            for cell in found.values():
                self.questions.bounds_ahead(cell.path)
            for place, cell in found.items():
                found[place] = replace(cell, box=await self.questions.bounds(cell.path), box_s=self.now_s)
        return found

    async def _with_whole_texts(self, known: dict[_Place, SeenCell], *, all_of_them: bool) -> dict[_Place, SeenCell]:
        """Cells that do not show their whole text are asked for it now and then, or all of them; without those that
        refuse.

        Hardly anything changes what is not seen of a cell, and nothing of those that are seen.
        """
        due = {
            place: cell
            for place, cell in known.items()
            if cell.may_be_cut and (all_of_them or self.now_s - cell.text_s >= SELDOM_S)
        }
        for cell in due.values():
            self.questions.text_ahead(cell.path)
        for place, cell in due.items():
            text = await self._text(cell.path)
            del known[place]
            if text is not None:
                known[place] = replace(cell, node=replace(cell.node, value=text), text_s=self.now_s)
        return known

    # --- others --------------------------------------------------------------------------------------------------
    async def _new(self, view: _View, places: Sequence[_Place]) -> dict[_Place, _Cell]:
        """Cells of which nothing is known."""
        found = await asyncio.gather(*(self._cell(place, boxed=view.at_edge(place)) for place in places))
        return {place: cell for place, cell in zip(places, found, strict=True) if cell is not None}

    async def _cell(self, place: _Place, *, boxed: bool) -> _Cell | None:
        try:
            [(_, path)] = await self.questions.ask(self.path, TABLE, "GetAccessibleAt", "ii", list(place))
        except GuestError:
            return None
        _ask(self.questions, str(path), boxed=boxed)
        return await self._told(str(path), boxed=boxed, before=None)

    async def _told(self, path: str, *, boxed: bool, before: SeenCell | None) -> _Cell | None:
        """What a cell says of itself; None where it is none any more.

        An empty one is asked for its box only where `boxed`: its row and column tell it too. `before` has one that
        still holds.
        """
        text, states = await self._text(path), await self._states(path)
        if text is None:
            return None
        box, box_s = (None, self.now_s) if before is None else (before.box, before.box_s)
        if boxed or (text and box is None):
            box, box_s = await self.questions.bounds(path), self.now_s
        # The sheet calls its cells neither sensitive nor enabled.
        live = ui_states("table cell", states) | _LIVE
        return _Cell(path=path, text=text, states=live, showing=SHOWING in states, box=box, box_s=box_s)

    async def _text(self, path: str) -> str | None:
        return await self.questions.text(path, limit=CELL_TEXT_LIMIT)

    async def _states(self, path: str) -> frozenset[int]:
        try:
            return await self.questions.states(path)
        except GuestError:
            return frozenset()

    def _remembered(
        self, view: _View, known: Mapping[_Place, SeenCell], cells: Mapping[_Place, _Cell]
    ) -> dict[_Place, SeenCell]:
        """`cells` as nodes of the tree. `known` are the others, for the places of rows and columns."""
        boxes = {place: cell.box for place, cell in known.items()} | {place: cell.box for place, cell in cells.items()}
        made: dict[_Place, SeenCell] = {}
        for (row, column), cell in cells.items():
            box = cell.box or _crossing(boxes.get((row, view.first[1])), boxes.get((view.first[0], column)))
            node = UiNode(
                role="table cell",
                bounds=clip(box, view.bounds).translate(self.dx, self.dy),
                text=cell_name(row, column),
                value=cell.text,
                app=self.app,
                states=cell.states,
            )
            made[row, column] = SeenCell(
                path=cell.path, node=node, box=cell.box, read_s=self.now_s, text_s=self.now_s, box_s=cell.box_s
            )
        return made


def ask_changed_cells(questions: Questions, memory: Memory, now_s: float) -> None:
    """Asks ahead for the cells of the last view that do not look as they did: mostly it is the view now, too.

    Where many have changed it is not: it was scrolled, or another window is there.
    """
    view = memory.last_view()
    if isinstance(view, _View) and len(memory.cells(view)) - len(memory.still_cells(view, now_s)) <= _FEW:
        _ask_changed(questions, memory, view, now_s)


def _ask_changed(questions: Questions, memory: Memory, view: _View, now_s: float) -> None:
    """All cells of a view that do not look as they did, at once: their objects are known."""
    still = memory.still_cells(view, now_s)
    for place, cell in memory.cells(view).items():
        if place not in still:
            _ask(questions, cell.path, boxed=_box_due(view, place, cell, now_s))


def _ask(questions: Questions, path: str, *, boxed: bool) -> None:
    questions.text_ahead(path)
    questions.states_ahead(path)
    if boxed:
        questions.bounds_ahead(path)


def _box_due(view: _View, place: _Place, cell: SeenCell, now_s: float) -> bool:
    return view.at_edge(place) or (cell.box is not None and now_s - cell.box_s >= SELDOM_S)


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
