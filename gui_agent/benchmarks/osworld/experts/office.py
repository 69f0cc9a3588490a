"""Experts of our own office tasks."""

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


def calc_total() -> Plain:
    yield from _write("B7", "=SUM(B2:B6)")
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


def writer_replace() -> Plain:
    yield from choose("Edit", "Find and Replace")
    yield from wait_for(Match(text=_FIND, role="dialog"), tries=TRIES)
    yield TypeText(text="colour")
    below = yield from wait_for(Match(text="Replace With"), tries=TRIES)
    yield from type_into("color", Match(role="text", within=below.bounds), tries=TRIES)
    yield from tap(Match(text="Replace All", role="push button", state="clickable"), tries=TRIES)
    # What was done is said in the dialog; closing it is the way back to the document.
    yield from confirm("Close", dialog=_FIND)
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


def impress_title() -> Plain:
    title = Match(role="paragraph", where=lambda node: node.value == impress.PAGES[0][0])
    yield from double_click(title, tries=TRIES)
    yield PressKey(key="a", modifiers=("ctrl",))
    yield TypeText(text=impress.TITLE)
    yield PressKey(key="escape")
    yield PressKey(key="escape")
    yield from save()


def impress_delete() -> Plain:
    view = yield from wait_for(Match(text="Slides View"), tries=TRIES)
    yield from tap(Match(text=impress.PAGES[1][0], within=view.bounds), tries=TRIES)
    yield PressKey(key="delete")
    yield from save()


def files_folder() -> Plain:
    yield from wait_window("Documents")
    yield PressKey(key="n", modifiers=("ctrl", "shift"))
    yield from wait_for(Match(role="dialog"), tries=TRIES)
    yield PressKey(key="a", modifiers=("ctrl",))
    yield from enter(system.FOLDER)


def files_rename() -> Plain:
    yield from wait_window("Documents")
    yield from select(system.OLD_NAME)
    yield PressKey(key="f2")
    yield from wait_for(Match(role="dialog"), tries=TRIES)
    yield PressKey(key="a", modifiers=("ctrl",))
    yield from enter(system.NEW_NAME)


def terminal_count() -> Plain:
    yield from wait_for(Match(role="terminal", contains="$"), tries=TRIES)
    yield from enter(f"wc -l < {system.LOG} > {system.COUNT}")


def editor_append() -> Plain:
    yield from wait_window("shopping.txt")
    yield PressKey(key="end", modifiers=("ctrl",))
    yield TypeText(text=f"{system.ADDED}\n")
    yield from save()


PLAYS: Final[Mapping[str, Callable[[], Plain]]] = {
    "farm-calc-total": calc_total,
    "farm-calc-correct": calc_correct,
    "farm-calc-rename": calc_rename,
    "farm-calc-bold": calc_bold,
    "farm-writer-append": writer_append,
    "farm-writer-replace": writer_replace,
    "farm-writer-centre": writer_centre,
    "farm-writer-page-break": writer_page_break,
    "farm-impress-title": impress_title,
    "farm-impress-delete": impress_delete,
    "farm-files-folder": files_folder,
    "farm-files-rename": files_rename,
    "farm-terminal-count": terminal_count,
    "farm-editor-append": editor_append,
}
