"""Reading and filling a sheet by keyboard: what the experts of OSWorld's spreadsheet tasks share.

A sheet that has just been opened moves while its toolbars come, so no cell is clicked: the name box takes its name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from device_farm.types.action import Action, PressKey, TypeText, Wait
from device_farm.types.observation import Observation
from device_farm.types.ui_tree import UiNode
from gui_agent.benchmarks.base import LOOK, Look
from gui_agent.benchmarks.basics.desktop.common import wait_window
from gui_agent.benchmarks.osworld.experts.common import TRIES, choose, confirm, enter
from gui_agent.benchmarks.ui import ExpertStuck, Match, Plain, UiScript, visible_nodes, wait_for

_NAME: Final = re.compile(r"([A-Z]+)([0-9]+)")
_PAGES: Final = 40
"""Screens of rows that are read before an expert gives up; more would not fit a step budget."""
_NEW: Final = "Append Sheet"
_LOOKS: Final = 15
_PAUSE_S: Final = 2.0
_A_CELL_S: Final = 0.1
"""Calc takes about 0.3 s for a formula that is typed, on a busy machine; looks at a third of that cost few steps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """What a sheet shows: text by (row, column), both from 1. Its first row holds the headers."""

    texts: Mapping[tuple[int, int], str]
    last_row: int
    last_column: int

    def text(self, row: int, column: int) -> str:
        return self.texts.get((row, column), "")

    def column(self, header: str) -> int:
        """Raises ExpertStuck where no header is this one."""
        return self._find(header, ((1, column) for column in range(1, self.last_column + 1)))[1]

    def row(self, label: str) -> int:
        """The row whose first cell is this one. Raises ExpertStuck."""
        return self._find(label, ((row, 1) for row in range(1, self.last_row + 1)))[0]

    def _find(self, wanted: str, places: Iterable[tuple[int, int]]) -> tuple[int, int]:
        for place in places:
            if self.text(*place).strip().casefold() == wanted.casefold():
                return place
        raise ExpertStuck(f"the sheet has no {wanted!r} in its first row and column")

    def below(self, column: int) -> list[str]:
        """The texts under the header, to the last row."""
        return [self.text(row, column) for row in range(2, self.last_row + 1)]


def letters(column: int) -> str:
    """`A` for 1, `AA` for 27."""
    name = ""
    while column:
        column, digit = divmod(column - 1, 26)
        name = chr(ord("A") + digit) + name
    return name


def cell(row: int, column: int) -> str:
    return f"{letters(column)}{row}"


def area(first: tuple[int, int], last: tuple[int, int]) -> str:
    """`B2:C9` for (2, 2) and (9, 3)."""
    return f"{cell(*first)}:{cell(*last)}"


def place_of(name: str) -> tuple[int, int]:
    """(2, 27) for `AA2`. Raises ExpertStuck for what is no cell's name."""
    found = _NAME.fullmatch(name)
    if found is None:
        raise ExpertStuck(f"{name!r} is no cell's name")
    column = 0
    for letter in found[1]:
        column = 26 * column + ord(letter) - ord("A") + 1
    return int(found[2]), column


def _focused(where: Callable[[str], bool]) -> UiScript:
    match = Match(role="table cell", state="focused", where=lambda node: where(node.text))
    return (yield from wait_for(match, tries=TRIES))


def _go_home() -> Plain:
    yield PressKey(key="home", modifiers=("ctrl",))
    yield from _focused(lambda name: name == "A1")


def read_table() -> Generator[Action | Look, Observation, Table]:
    """Reads the sheet in front, a screen of rows at a time. Raises ExpertStuck where it does not end."""
    yield from _go_home()
    yield PressKey(key="end", modifiers=("ctrl",))
    last = place_of((yield from _focused(lambda name: name != "A1")).text)
    yield from _go_home()
    texts: dict[tuple[int, int], str] = {}
    for _ in range(_PAGES):
        texts |= _shown((yield LOOK))
        if last in texts:
            return Table(texts=texts, last_row=last[0], last_column=last[1])
        yield PressKey(key="page_down")
    raise ExpertStuck(f"{cell(*last)} did not come into view")


def _shown(observation: Observation) -> dict[tuple[int, int], str]:
    return {place_of(node.text): node.value for node in _cells(observation)}


def _cells(observation: Observation) -> list[UiNode]:
    return [node for node in visible_nodes(observation) if node.role == "table cell" and _NAME.fullmatch(node.text)]


def select(where: str) -> Plain:
    """Selects a cell, an area such as `B2:C9` or rows such as `4:6` by the name box."""
    yield PressKey(key="t", modifiers=("ctrl", "shift"))
    yield from enter(where)
    first = where.partition(":")[0]
    yield from _focused(lambda name: name == (f"A{first}" if first.isdigit() else first))


def fill(where: str, formula: str) -> Plain:
    """One formula for every cell of an area; its addresses count from the first."""
    yield from select(where)
    yield TypeText(text=formula)
    yield PressKey(key="enter", modifiers=("alt",))


def type_down(row: int, column: int, contents: Sequence[str]) -> Plain:
    """Types into a column from this cell on; "" leaves a cell as it is.

    Nothing but that cell is selected: in a selection of hundreds of cells Enter is slow.
    """
    yield from select(cell(row, column))
    yield TypeText(text="".join(f"{content}\n" for content in contents))
    yield from _arrived(cell(row + len(contents), column), pause_s=max(_PAUSE_S, _A_CELL_S * len(contents)))


def _arrived(name: str, *, pause_s: float) -> Plain:
    """Waits until Calc has taken in what was typed and is at this cell. Raises ExpertStuck."""
    observation = yield LOOK
    for _ in range(_LOOKS):
        if any(node.text == name and "focused" in node.states for node in _cells(observation)):
            return
        observation = yield Wait(duration_s=pause_s)
    raise ExpertStuck(f"what was typed did not lead to {name}")


def not_completed(content: str, above: Iterable[str]) -> str:
    """`content` as it is to be typed below these: Calc completes what begins like one of them, but no formula."""
    if any(one != content and one.casefold().startswith(content.casefold()) for one in above):
        return '="' + content.replace('"', '""') + '"'
    return content


def new_sheet(name: str = "") -> Plain:
    """Adds a sheet behind the last and shows it; "" keeps the name that it is offered."""
    yield from choose("Sheet", "Insert Sheet at End")
    yield from wait_window(_NEW)
    if name:
        yield PressKey(key="a", modifiers=("ctrl",))
        yield TypeText(text=name)
    yield from confirm("OK", dialog=_NEW)
    yield from _focused(lambda shown: shown == "A1")


def sheet_name() -> Generator[Action | Look, Observation, str]:
    """The name of the sheet in front."""
    return (yield from wait_for(Match(role="page tab", state="selected"), tries=TRIES)).text
