"""What a program's objects were at the last look, for programs that are slow to describe themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from device_farm.desktop.freshness import Freshness
from device_farm.types.geometry import Rect
from device_farm.types.ui_tree import UiNode

REMEMBERED: Final = frozenset({"soffice"})
"""Programs, as they name themselves, of which objects are taken from memory where their pixels have not changed.

A sheet of 1,700 cells takes LibreOffice a second or more of its own time to tell. What comes up over its windows, menus
and dialogs, is a window of its own there, so nothing appears where no pixel of its parent changes; of web pages this
does not hold.
"""
_VIEWS: Final = 4
"""Views of sheets that are remembered: who scrolls back further is told anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenObject:
    """`node` with all below it, as it was read at `read_s` in `frame`; `covers` is the part of the screen that all of
    it takes, `below` are the paths of its children that show.
    """

    node: UiNode
    frame: object
    covers: Rect
    read_s: float
    interfaces: frozenset[str]
    below: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenCell:
    """`path` and `box` as the sheet says them; None where nobody asked for the box."""

    path: str
    node: UiNode
    box: Rect | None
    read_s: float

    @property
    def may_be_cut(self) -> bool:
        """Whether the text may be wider than what shows of the cell, so that another could look the same: digits are
        about half as wide as a line is high, and 9 pixels at most in the usual size.
        """
        bounds = self.node.bounds
        return len(self.node.value) * max(9, bounds.height // 2) > bounds.width


@dataclass(slots=True)
class Memory:
    """One program's. `sheets` are by what identifies a view of a sheet, then by row and column."""

    freshness: Freshness
    objects: dict[str, SeenObject] = field(default_factory=dict)
    sheets: dict[object, Mapping[tuple[int, int], SeenCell]] = field(default_factory=dict)

    def still(self, path: str, frame: object, now_s: float) -> SeenObject | None:
        """What is still as it was; None where it has to be asked for. What shows nothing may move without a trace."""
        seen = self.objects.get(path)
        if seen is None or seen.frame != frame or not (seen.node.children or seen.node.text or seen.node.value):
            return None
        return seen if self.freshness.settled(seen.covers, seen.read_s, now_s) else None

    def cells(self, view: object, now_s: float) -> dict[tuple[int, int], SeenCell]:
        """Those of a view that still look as they did."""
        known = self.sheets.get(view, {}).items()
        settled = self.freshness.settled
        return {place: cell for place, cell in known if settled(cell.node.bounds, cell.read_s, now_s)}

    def keep_cells(self, view: object, cells: Mapping[tuple[int, int], SeenCell]) -> None:
        """All cells of a view, in the place of what was known of it. Only the last few views are kept."""
        others = {other: known for other, known in self.sheets.items() if other != view}
        self.sheets = dict([*others.items(), (view, cells)][-_VIEWS:])


def union(one: Rect, other: Rect) -> Rect:
    """The smallest box with both in it; an empty one counts for nothing."""
    if one.area == 0 or other.area == 0:
        return other if one.area == 0 else one
    return Rect(
        min(one.left, other.left), min(one.top, other.top), max(one.right, other.right), max(one.bottom, other.bottom)
    )
