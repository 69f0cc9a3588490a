"""A spreadsheet that reacts to the keys that experts of sheets use, and shows a screen of its rows at a time."""

from __future__ import annotations

import re
from collections.abc import Mapping

from device_farm.types.action import Action, PressKey, TypeText, Wait
from device_farm.types.geometry import Rect, Size
from device_farm.types.observation import Foreground, Observation
from device_farm.types.ui_tree import UiNode, UiTree
from gui_agent.benchmarks.base import Look
from gui_agent.benchmarks.osworld.experts.osworld_sheet import cell, place_of
from gui_agent.benchmarks.ui import Plain

_COLUMNS = 6


class FakeSheet:
    """`contents` by cell name, as typed. There is a name box; Alt+Enter puts what is typed into every selected cell."""

    def __init__(self, contents: Mapping[str, str], *, rows_shown: int = 5) -> None:
        self.contents = dict(contents)
        self.saved: dict[str, str] | None = None
        self._rows_shown = rows_shown
        self._top = 1
        self._selected = [(1, 1)]
        self._at = 0
        self._typed = ""
        self._in_name_box = False

    def play(self, script: Plain) -> None:
        """Runs an expert to its end."""
        seen = self._observation()
        action = next(script)
        while True:
            if not isinstance(action, Look):
                self._act(action)
            seen = self._observation()
            try:
                action = script.send(seen)
            except StopIteration:
                return

    def _act(self, action: Action) -> None:
        match action:
            case TypeText(text=text):
                for letter in text:
                    self._enter() if letter == "\n" else self._type(letter)
            case PressKey(key="t", modifiers=("ctrl", "shift")):
                self._in_name_box = True
            case PressKey(key="enter", modifiers=("alt",)):
                self._put(self._selected)
            case PressKey(key="home", modifiers=("ctrl",)):
                self._go((1, 1))
            case PressKey(key="end", modifiers=("ctrl",)):
                places = [place_of(name) for name in self.contents]
                self._go((max(row for row, _ in places), max(column for _, column in places)))
            case PressKey(key="page_down", modifiers=()):
                self._go((self._top + self._rows_shown, 1))
            case PressKey(key="s", modifiers=("ctrl",)):
                self.saved = dict(self.contents)
            case Wait():
                pass
            case _:
                raise AssertionError(f"the fake sheet does not know {action}")

    def _type(self, letter: str) -> None:
        self._typed += letter

    def _enter(self) -> None:
        if self._in_name_box:
            name, self._typed, self._in_name_box = self._typed, "", False
            first, _, last = name.partition(":")
            (top, left), (bottom, right) = place_of(first), place_of(last or first)
            self._go((top, left))
            self._selected = [(row, column) for column in range(left, right + 1) for row in range(top, bottom + 1)]
            return
        self._put([self._selected[self._at]])
        if len(self._selected) > 1:
            self._at = (self._at + 1) % len(self._selected)
        else:
            row, column = self._selected[0]
            self._go((row + 1, column))

    def _put(self, places: list[tuple[int, int]]) -> None:
        if self._typed:
            first = places[0]
            for place in places:
                self.contents[cell(*place)] = _moved(self._typed, place[0] - first[0], place[1] - first[1])
        self._typed = ""

    def _go(self, place: tuple[int, int]) -> None:
        self._selected, self._at = [place], 0
        row = place[0]
        if not self._top <= row < self._top + self._rows_shown:
            self._top = max(1, row - self._rows_shown + 1) if row < self._top else row

    def _observation(self) -> Observation:
        nodes = [
            self._node(row, column)
            for row in range(self._top, self._top + self._rows_shown)
            for column in range(1, _COLUMNS + 1)
        ]
        tab = UiNode(
            role="page tab", bounds=Rect(0, 90, 9, 99), text="Sheet1", states=frozenset({"visible", "selected"})
        )
        root = UiNode(role="frame", bounds=Rect(0, 0, 100, 100), children=(*nodes, tab), states=frozenset({"visible"}))
        front = Foreground(app="soffice")
        return Observation(
            sequence=1, screen=Size(100, 100), orientation="landscape", device_time_s=0.0, foreground=front,
            ui_tree=UiTree(roots=(root,)),
        )  # fmt: skip

    def _node(self, row: int, column: int) -> UiNode:
        name = cell(row, column)
        focused = self._selected[self._at] == (row, column)
        return UiNode(
            role="table cell",
            bounds=Rect(column * 10, row * 10, column * 10 + 10, row * 10 + 10),
            text=name,
            value=self.contents.get(name, ""),
            states=frozenset({"visible", "focused"}) if focused else frozenset({"visible"}),
        )


def _moved(formula: str, rows: int, columns: int) -> str:
    """A formula's relative addresses, so many rows and columns further; any other text as it is."""
    if not formula.startswith("="):
        return formula

    def further(found: re.Match[str]) -> str:
        row, column = place_of(found[0])
        return cell(row + rows, column + columns)

    return re.sub(r"\b[A-Z]{1,2}[0-9]+\b", further, formula)
