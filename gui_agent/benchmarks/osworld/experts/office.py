"""Experts of our own tasks with documents, files and the editor."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from device_farm.types.action import Click, PressKey, TypeText
from gui_agent.benchmarks.basics.desktop.common import select, wait_window
from gui_agent.benchmarks.osworld.experts.common import TRIES, choose, confirm, enter, save
from gui_agent.benchmarks.osworld.office import impress, system, writer
from gui_agent.benchmarks.ui import Match, Plain, double_click, tap, type_into, wait_for

_FIND: Final = "Find and Replace"


def _cell(name: str) -> Match:
    return Match(text=name, role="table cell")


def _write(cell: str, content: str) -> Plain:
    yield from tap(_cell(cell), tries=TRIES)
    yield from enter(content)


def _formula(cell: str, formula: str) -> Plain:
    yield from _write(cell, formula)
    yield from save()


def calc_row() -> Plain:
    yield from _write("A7", "Water")
    yield from _write("B7", "18")
    yield from save()


def calc_clear() -> Plain:
    yield from tap(_cell("B5"), tries=TRIES)
    yield PressKey(key="delete")
    yield from save()


def calc_column() -> Plain:
    yield from tap(_cell("C1"), tries=TRIES)
    yield TypeText(text="\n".join(["Half", *(f"=B{row}/2" for row in range(2, 7)), ""]))
    yield from save()


def calc_delete_row() -> Plain:
    yield from tap(_cell("A5"), tries=TRIES)
    yield from choose("Sheet", "Delete Rows")
    yield from save()


def calc_correct() -> Plain:
    yield from _write("B4", "93")
    yield from save()


def calc_rename() -> Plain:
    yield from choose("Sheet", "Rename Sheet")
    yield from wait_window("Rename Sheet")
    yield PressKey(key="a", modifiers=("ctrl",))
    yield TypeText(text="Budget 2026")
    yield from confirm("OK", dialog="Rename Sheet")
    yield from save()


def calc_bold() -> Plain:
    yield from tap(_cell("A1"), tries=TRIES)
    last = yield from wait_for(_cell("B1"), tries=TRIES)
    yield Click(at=last.bounds.center, modifiers=("shift",))
    yield PressKey(key="b", modifiers=("ctrl",))
    yield from save()


def writer_append() -> Plain:
    yield from wait_window("minutes.docx")
    yield PressKey(key="end", modifiers=("ctrl",))
    yield TypeText(text=f"\n{writer.ADDED}")
    yield from save()


def _replace(old: str, new: str) -> Plain:
    yield from choose("Edit", "Find and Replace")
    yield from wait_for(Match(text=_FIND, role="dialog"), tries=TRIES)
    yield TypeText(text=old)
    below = yield from wait_for(Match(text="Replace With"), tries=TRIES)
    yield from type_into(new, Match(role="text", within=below.bounds), tries=TRIES)
    yield from tap(Match(text="Replace All", role="push button", state="clickable"), tries=TRIES)
    # What was done is said in the dialog; closing it is the way back to the document.
    yield from confirm("Close", dialog=_FIND)
    yield from save()


def writer_first() -> Plain:
    yield from wait_window("minutes.docx")
    yield PressKey(key="home", modifiers=("ctrl",))
    yield TypeText(text=f"{writer.FIRST}\n")
    yield from save()


def writer_shorten() -> Plain:
    yield from wait_window("minutes.docx")
    yield PressKey(key="end", modifiers=("ctrl",))
    yield PressKey(key="home", modifiers=("shift",))
    yield PressKey(key="backspace")
    yield PressKey(key="backspace")
    yield from save()


def writer_centre() -> Plain:
    yield from wait_window("minutes.docx")
    yield PressKey(key="home", modifiers=("ctrl",))
    yield PressKey(key="e", modifiers=("ctrl",))
    yield from save()


def writer_page_break() -> Plain:
    yield from wait_window("minutes.docx")
    yield PressKey(key="end", modifiers=("ctrl",))
    yield PressKey(key="enter", modifiers=("ctrl",))
    yield from save()


def _retype(old: str, new: str) -> Plain:
    """Another text in the place of one on the slide that shows."""
    yield from double_click(Match(role="paragraph", where=lambda node: node.value == old), tries=TRIES)
    yield PressKey(key="a", modifiers=("ctrl",))
    yield TypeText(text=new)
    yield PressKey(key="escape")
    yield PressKey(key="escape")
    yield from save()


def impress_delete() -> Plain:
    view = yield from wait_for(Match(text="Slides View"), tries=TRIES)
    yield from tap(Match(text=impress.PAGES[1][0], within=view.bounds), tries=TRIES)
    yield PressKey(key="delete")
    yield from save()


def _name(name: str, button: str, *, dialog: str) -> Plain:
    """Types a name into Thunar's dialog; until its button may be pressed, Enter does nothing there."""
    yield TypeText(text=name)
    yield from confirm(button, dialog=dialog)


def files_folder() -> Plain:
    yield from wait_window("Documents")
    yield PressKey(key="n", modifiers=("ctrl", "shift"))
    yield from wait_for(Match(role="dialog"), tries=TRIES)
    yield PressKey(key="a", modifiers=("ctrl",))
    yield from _name(system.FOLDER, "Create", dialog="Create New Folder")


def files_rename() -> Plain:
    yield from wait_window("Documents")
    yield from select(system.OLD_NAME)
    yield PressKey(key="f2")
    yield from wait_for(Match(role="dialog"), tries=TRIES)
    yield PressKey(key="a", modifiers=("ctrl",))
    yield from _name(system.NEW_NAME, "Rename", dialog="Rename")


def files_delete() -> Plain:
    yield from wait_window("Documents")
    yield from select(system.OLD_NAME)
    yield PressKey(key="delete", modifiers=("shift",))
    yield from tap(Match(text="Delete", role="push button", state="clickable"), tries=TRIES)


def editor_append() -> Plain:
    yield from wait_window("shopping.txt")
    yield PressKey(key="end", modifiers=("ctrl",))
    yield TypeText(text=f"{system.ADDED}\n")
    yield from save()


def editor_heading() -> Plain:
    yield from wait_window("shopping.txt")
    yield PressKey(key="home", modifiers=("ctrl",))
    yield TypeText(text=f"{system.HEADING}\n")
    yield from save()


def editor_first() -> Plain:
    yield from wait_window("shopping.txt")
    yield PressKey(key="home", modifiers=("ctrl",))
    yield PressKey(key="down", modifiers=("shift",))
    yield PressKey(key="delete")
    yield from save()


PLAYS: Final[Mapping[str, Callable[[], Plain]]] = {
    "farm-calc-total": lambda: _formula("B7", "=SUM(B2:B6)"),
    "farm-calc-correct": calc_correct,
    "farm-calc-rename": calc_rename,
    "farm-calc-bold": calc_bold,
    "farm-writer-append": writer_append,
    "farm-writer-replace": lambda: _replace("colour", "color"),
    "farm-writer-centre": writer_centre,
    "farm-writer-page-break": writer_page_break,
    "farm-impress-title": lambda: _retype(impress.PAGES[0][0], impress.TITLE),
    "farm-impress-delete": impress_delete,
    "farm-files-folder": files_folder,
    "farm-files-rename": files_rename,
    "farm-editor-append": editor_append,
    "farm-editor-heading": editor_heading,
    "farm-editor-first": editor_first,
    "farm-files-delete": files_delete,
    "farm-calc-average": lambda: _formula("B7", "=AVERAGE(B2:B6)"),
    "farm-calc-largest": lambda: _formula("B8", "=MAX(B2:B6)"),
    "farm-calc-row": calc_row,
    "farm-calc-clear": calc_clear,
    "farm-calc-column": calc_column,
    "farm-calc-delete-row": calc_delete_row,
    "farm-writer-day": lambda: _replace("Tuesday", "Wednesday"),
    "farm-writer-first": writer_first,
    "farm-writer-shorten": writer_shorten,
    "farm-impress-text": lambda: _retype(impress.PAGES[0][1], impress.BODY),
}
