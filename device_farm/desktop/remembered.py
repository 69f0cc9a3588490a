"""What a program's objects were at the last look, for programs that are slow to describe themselves."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Final

from device_farm.desktop.freshness import TILE_PX, Freshness, holds
from device_farm.types.geometry import Rect
from device_farm.types.ui_tree import UiNode

REMEMBERED: Final = frozenset({"soffice", "xfce4-panel", "xfdesktop"})
"""Programs, as they name themselves, of which objects are taken from memory where their pixels have not changed.

A sheet of 1,700 cells takes LibreOffice a second or more of its own time to tell; panel and wallpaper are in each tree.
What comes up over their windows, menus and dialogs, is a window of its own there, so nothing appears where no pixel of
its parent changes; of web pages this does not hold.
"""
_VIEWS: Final = 4
"""Views of sheets that are remembered: who scrolls back further is told anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenObject:
    """`node` with all below it, as it was read at `read_s` in `frame`; None of an object that is said to show, but is
    nowhere on the screen. `covers` is the part of the screen that all of it takes, `below` are the paths of its
    children that show.
    """

    node: UiNode | None
    role: str
    frame: object
    covers: Rect
    read_s: float
    interfaces: frozenset[str]
    below: tuple[str, ...]

    @property
    def draws_nothing(self) -> bool:
        """Whether it may be somewhere else, or gone, without a trace on the screen."""
        node = self.node
        return node is None or not (node.children or node.text or node.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenCell:
    """`path` and `box` as the sheet says them; None where nobody asked for the box. `text_s` and `box_s` are when the
    text and the box were read, `read_s` all else.
    """

    path: str
    node: UiNode
    box: Rect | None
    read_s: float
    text_s: float
    box_s: float
    may_be_cut: bool = field(init=False)
    """Whether the text may be wider than what shows of the cell, so that another could look the same: digits are about
    half as wide as a line is high, and 9 pixels at most in the usual size.
    """

    def __post_init__(self) -> None:
        bounds = self.node.bounds
        object.__setattr__(self, "may_be_cut", len(self.node.value) * max(9, bounds.height // 2) > bounds.width)


@dataclass(slots=True)
class Memory:
    """One program's. `sheets` are by what identifies a view of a sheet, then by row and column."""

    freshness: Freshness
    objects: dict[str, SeenObject] = field(default_factory=dict)
    sheets: dict[Hashable, Mapping[tuple[int, int], SeenCell]] = field(default_factory=dict)
    _still: tuple[Hashable, float, dict[tuple[int, int], SeenCell]] | None = field(default=None, init=False)

    def still(self, path: str, frame: object, now_s: float) -> SeenObject | None:
        """What looks as it did; None where it has to be asked for."""
        seen = self.objects.get(path)
        if seen is None or seen.frame != frame:
            return None
        return seen if self.freshness.settled(seen.covers, seen.read_s, now_s) else None

    def last_view(self) -> Hashable:
        """The view of a sheet that was looked at last; None before any."""
        return next(reversed(self.sheets), None)

    def cells(self, view: Hashable) -> Mapping[tuple[int, int], SeenCell]:
        """All that is known of a view."""
        return self.sheets.get(view, {})

    def still_cells(self, view: Hashable, now_s: float) -> dict[tuple[int, int], SeenCell]:
        """Those of a view that look as they did. Asked again of the same time it is not looked up anew."""
        if self._still is not None and self._still[:2] == (view, now_s):
            return dict(self._still[2])
        still: dict[tuple[int, int], SeenCell] = {}
        # One look at the screen for each row of cells, not for each cell: there are thousands of them.
        bands: dict[tuple[int, int], tuple[float, list[float]]] = {}
        for place, cell in self.cells(view).items():
            box = cell.node.bounds
            rows = box.top, box.bottom
            if rows not in bands:
                columns = self.freshness.band(*rows)
                bands[rows] = max(columns), columns
            newest_s, columns = bands[rows]
            if not holds(newest_s, cell.read_s, now_s):
                newest_s = max(columns[max(0, box.left) // TILE_PX : (box.right - 1) // TILE_PX + 1], default=math.inf)
                if not holds(newest_s, cell.read_s, now_s):
                    continue
            if box.area:
                still[place] = cell
        self._still = view, now_s, still
        return dict(still)

    def keep_cells(self, view: Hashable, cells: Mapping[tuple[int, int], SeenCell]) -> None:
        """All cells of a view, in the place of what was known of it. Only the last few views are kept."""
        self._still = None
        others = {other: known for other, known in self.sheets.items() if other != view}
        self.sheets = dict([*others.items(), (view, cells)][-_VIEWS:])


def union(one: Rect, other: Rect) -> Rect:
    """The smallest box with both in it; an empty one counts for nothing."""
    if one.area == 0 or other.area == 0:
        return other if one.area == 0 else one
    return Rect(
        min(one.left, other.left), min(one.top, other.top), max(one.right, other.right), max(one.bottom, other.bottom)
    )
