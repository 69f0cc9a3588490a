"""Widgets that hold other widgets: columns, rows, stacks, scrolling lists, grids, cards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from device_farm.simulator.toolkit.base import CrossAlign, MainAlign, Widget

Place: TypeAlias = Literal[
    "fill", "center", "top", "bottom", "start", "end", "top_start", "top_end", "bottom_start", "bottom_end"
]


@dataclass(frozen=True, slots=True)
class Column(Widget):
    """Children from top to bottom, `gap` dp apart. `main` places them when there is room left and no weight."""

    children: tuple[Widget, ...] = ()
    gap: float = 0.0
    main: MainAlign = "start"
    cross: CrossAlign = "stretch"


@dataclass(frozen=True, slots=True)
class Row(Widget):
    """Children from left to right, `gap` dp apart."""

    children: tuple[Widget, ...] = ()
    gap: float = 0.0
    main: MainAlign = "start"
    cross: CrossAlign = "center"


@dataclass(frozen=True, slots=True)
class Stack(Widget):
    """Children over each other, the last on top; `places[i]` (default `fill`) says where child i goes."""

    children: tuple[Widget, ...] = ()
    places: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Spacer(Widget):
    """Nothing, but takes room: `Spacer(weight=1)` or `Spacer(height=8)`."""


NOTHING = Spacer()


@dataclass(frozen=True, slots=True)
class Scroll(Widget):
    """A column that scrolls. Needs a `key`. Fills the height that it is given.

    `start` is the scroll offset in dp before anybody scrolled; what is beyond the end opens at the end.
    """

    children: tuple[Widget, ...] = ()
    gap: float = 0.0
    start: float = 0.0


@dataclass(frozen=True, slots=True)
class LazyList(Widget):
    """A scrolling list that builds only the rows in sight. Needs a `key`.

    `row(i)` builds row i of `count`; every row is `row_height` dp high; `start` is the scroll
    offset in dp before anybody scrolled. Class androidx RecyclerView.
    """

    count: int = 0
    row: Callable[[int], Widget] = lambda index: NOTHING
    row_height: float = 72.0
    start: float = 0.0


@dataclass(frozen=True, slots=True)
class Grid(Widget):
    """Equal cells, `columns` in a row, `gap` dp apart; not scrolling (put it into a Scroll)."""

    children: tuple[Widget, ...] = ()
    columns: int = 2
    gap: float = 8.0
    row_height: float | None = None


@dataclass(frozen=True, slots=True)
class Absolute(Widget):
    """Children at fixed places: (x, y, widget) in dp from the top left corner. Give it `width` and `height`."""

    children: tuple[tuple[float, float, Widget], ...] = ()


@dataclass(frozen=True, slots=True)
class Card(Widget):
    """A rounded surface around one child."""

    child: Widget = NOTHING
    style: Literal["filled", "elevated", "outlined"] = "filled"
