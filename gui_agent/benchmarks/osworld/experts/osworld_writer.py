"""Experts of OSWorld's own tasks with text documents."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from device_farm.types.action import PressKey, TypeText
from gui_agent.benchmarks.basics.desktop.common import wait_window
from gui_agent.benchmarks.osworld.experts.common import TRIES, choose, confirm, save
from gui_agent.benchmarks.ui import Match, Plain, tap

_WRITER: Final = "LibreOffice Writer"
_TABLE: Final = "Insert Table"
_CONVERT: Final = "Convert Text to Table"


def _begin() -> Plain:
    yield from wait_window(_WRITER)
    yield PressKey(key="home", modifiers=("ctrl",))


def _type_over(field: Match, content: str) -> Plain:
    """Types over what a dialog's field holds; it is not cleared before, as an empty number is taken for the largest."""
    yield from tap(field, tries=TRIES)
    yield PressKey(key="a", modifiers=("ctrl",))
    yield TypeText(text=content)
    yield PressKey(key="tab")


def _space(*spacings: str) -> Plain:
    """Line spacings for the first paragraphs, each followed by a step to the next."""
    yield from _begin()
    for spacing in spacings:
        yield from choose("Format", "Spacing", f"Line Spacing: {spacing}")
        yield PressKey(key="down", modifiers=("ctrl",))
    yield from save()


def centred_heading() -> Plain:
    yield from _begin()
    yield PressKey(key="e", modifiers=("ctrl",))
    yield from save()


def struck_paragraph() -> Plain:
    yield from _begin()
    yield PressKey(key="end", modifiers=("ctrl",))
    yield PressKey(key="up", modifiers=("ctrl", "shift"))
    yield from choose("Format", "Text", "Strikethrough")
    yield from save()


def small_letters() -> Plain:
    yield from _begin()
    yield PressKey(key="a", modifiers=("ctrl",))
    yield from choose("Format", "Text", "lowercase")
    yield from save()


def table_of_text() -> Plain:
    yield from _begin()
    yield PressKey(key="a", modifiers=("ctrl",))
    yield from choose("Table", "Convert", "Text to Table")
    yield from wait_window(_CONVERT)
    yield from tap(Match(text="Other:", role="radio button"), tries=TRIES)
    yield from _type_over(Match(role="text"), ",")
    yield from confirm("OK", dialog=_CONVERT)
    yield from save()


def empty_table() -> Plain:
    """The cursor stays where the task put it."""
    yield from wait_window(_WRITER)
    yield PressKey(key="f12", modifiers=("ctrl",))
    yield from wait_window(_TABLE)
    for what, number in (("columns", "7"), ("rows", "5")):
        yield from _type_over(Match(contains=f"number of {what} that", role="spin button"), number)
    yield from confirm("Insert", dialog=_TABLE)
    yield from save()


def numbered_pages() -> Plain:
    yield from _begin()
    yield from choose("Insert", "Header and Footer", "Footer", "Default Page Style")
    yield from choose("Insert", "Page Number")
    yield from save()


PLAYS: Final[Mapping[str, Callable[[], Plain]]] = {
    "0810415c-bde4-4443-9047-d5f70165a697": lambda: _space("2", "2"),
    "0e47de2a-32e0-456c-a366-8c607ef7a9d2": numbered_pages,
    "3ef2b351-8a84-4ff2-8724-d86eae9b842e": centred_heading,
    "66399b0d-8fda-4618-95c4-bfc6191617e9": empty_table,
    "72b810ef-4156-4d09-8f08-a0cf57e7cefe": struck_paragraph,
    "936321ce-5236-426a-9a20-e0e3c5dc536f": table_of_text,
    "b21acd93-60fd-4127-8a43-2f5178f4a830": lambda: _space("1", "2", "1.5"),
    "d53ff5ee-3b1a-431e-b2be-30ed2673079b": small_letters,
}
