"""What experts of office programs share: menus, dialogs, saving."""

from __future__ import annotations

from device_farm.types.action import PressKey, TypeText, Wait
from gui_agent.benchmarks.basics.desktop.common import wait_closed
from gui_agent.benchmarks.ui import Match, Plain, double_click, tap

TRIES = 60
"""Looks for a window or a menu: half a minute, for a program that has just been started on a busy machine."""
_SAVED_S = 2.0
_ENTRIES = ("menu item", "menu", "check menu item", "radio menu item")


def save() -> Plain:
    """Ctrl+S, and a moment for the program to write the file."""
    yield PressKey(key="s", modifiers=("ctrl",))
    yield Wait(duration_s=_SAVED_S)


def choose(menu: str, *entries: str) -> Plain:
    """Opens a menu of the menu bar and goes through its entries; a name is the beginning of an entry's."""
    yield from tap(Match(text=menu, role="menu"), tries=TRIES)
    for entry in entries:
        yield from tap(Match(where=lambda node, entry=entry: _is_entry(node.role, node.text, entry)), tries=TRIES)  # type: ignore[misc]


def _is_entry(role: str, text: str, wanted: str) -> bool:
    return role in _ENTRIES and text.startswith(wanted)


def confirm(button: str, *, dialog: str) -> Plain:
    """Clicks a button of a dialog and waits until the dialog is gone."""
    yield from tap(Match(text=button, role="push button", state="clickable"), tries=TRIES)
    yield from wait_closed(dialog)


def write_over(match: Match, text: str) -> Plain:
    """Types a text over what a field holds; Tab makes it take it."""
    yield from double_click(match, tries=TRIES)
    yield PressKey(key="a", modifiers=("ctrl",))
    yield TypeText(text=text)
    yield PressKey(key="tab")


def enter(text: str) -> Plain:
    """Types a text and Enter."""
    yield TypeText(text=f"{text}\n")
