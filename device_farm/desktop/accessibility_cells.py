"""The cells of a spreadsheet that show. A sheet has billions of cells and describes none of them by itself."""

from __future__ import annotations

import asyncio

from device_farm.desktop.accessibility_names import state_numbers, ui_states
from device_farm.desktop.bus import GuestBus
from device_farm.errors import GuestError
from device_farm.types.geometry import Point, Rect
from device_farm.types.ui_tree import UiNode

_ACCESSIBLE = "org.a11y.atspi.Accessible"
_COMPONENT = "org.a11y.atspi.Component"
_TABLE = "org.a11y.atspi.Table"
_TEXT = "org.a11y.atspi.Text"
_PROPERTIES = "org.freedesktop.DBus.Properties"
_CELL_TEXT_LIMIT = 2_000
CELLS_LIMIT = 4_000
"""More cells than fit a 4K screen at the usual size; a zoomed-out sheet is cut."""


async def showing_cells(bus: GuestBus, program: str, table: str, bounds: Rect, app: str) -> tuple[UiNode, ...]:
    """The cells inside `bounds`, row by row; the corner cells found by position say which those are."""
    if bounds.area == 0:
        return ()
    try:
        first = await _position(bus, program, table, Point(bounds.left + 2, bounds.top + 2))
        last = await _position(bus, program, table, Point(bounds.right - 3, bounds.bottom - 3))
    except GuestError:
        return ()
    places = [(row, column) for row in range(first[0], last[0] + 1) for column in range(first[1], last[1] + 1)][
        :CELLS_LIMIT
    ]
    cells = await asyncio.gather(*(_cell(bus, program, table, place, bounds, app) for place in places))
    return tuple(cell for cell in cells if cell is not None)


async def _position(bus: GuestBus, program: str, table: str, at: Point) -> tuple[int, int]:
    """(row, column) of the cell at a pixel of the screen. Raises GuestError where there is none."""
    [(name, path)] = await bus.ask(program, table, _COMPONENT, "GetAccessibleAtPoint", "iiu", [at.x, at.y, 0])
    [index] = await bus.ask(name, path, _ACCESSIBLE, "GetIndexInParent")
    [row], [column] = await asyncio.gather(
        bus.ask(program, table, _TABLE, "GetRowAtIndex", "i", [index]),
        bus.ask(program, table, _TABLE, "GetColumnAtIndex", "i", [index]),
    )
    return int(row), int(column)


async def _cell(
    bus: GuestBus, program: str, table: str, place: tuple[int, int], bounds: Rect, app: str
) -> UiNode | None:
    try:
        [(_, path)] = await bus.ask(program, table, _TABLE, "GetAccessibleAt", "ii", list(place))
        [name], [box], [text], [states] = await asyncio.gather(
            bus.ask(program, path, _PROPERTIES, "Get", "ss", [_ACCESSIBLE, "Name"]),
            bus.ask(program, path, _COMPONENT, "GetExtents", "u", [0]),
            bus.ask(program, path, _TEXT, "GetText", "ii", [0, _CELL_TEXT_LIMIT]),
            bus.ask(program, path, _ACCESSIBLE, "GetState"),
        )
    except GuestError:
        return None
    left, top, width, height = box
    return UiNode(
        role="table cell",
        bounds=visible_part(Rect(left, top, left + width, top + height), bounds),
        text=str(name.value),
        value=str(text),
        app=app,
        states=ui_states("table cell", state_numbers(states)),
    )


def visible_part(bounds: Rect, within: Rect) -> Rect:
    """The part of `bounds` that lies `within`; an empty box where there is none, as of tabs that are not drawn."""
    part = bounds.intersect(within)
    return part if part.area else Rect(0, 0, 0, 0)
