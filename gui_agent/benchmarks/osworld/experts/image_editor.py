"""Experts in GIMP: one of OSWorld's tasks in its settings, and our own with a picture.

GIMP's toolkit says of an open menu's entries that they do not show: menus are gone through by keys.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from device_farm.types.action import PressKey, TypeText, Wait
from gui_agent.benchmarks.basics.desktop.common import wait_window
from gui_agent.benchmarks.osworld.experts.common import TRIES, confirm, write_over
from gui_agent.benchmarks.osworld.office import pictures
from gui_agent.benchmarks.ui import RETRY_S, Match, Plain, wait_for

_UNDO_STEPS: Final = 100
_PREFERENCES: Final = "Preferences"
_PREFERENCES_FROM_BELOW: Final = 5
"""Their place in the menu Edit, counted from its end. Its entry "Paste" has the same letter."""
_SCALE: Final = "Scale Image"
_DONE_S: Final = 2.0


def _menu(letter: str, *keys: str) -> Plain:
    """Opens the menu with this letter, and goes on by keys, once the main window is there."""
    yield from wait_for(Match(text="File", role="menu"), tries=TRIES)
    yield PressKey(key=letter, modifiers=("alt",))
    for key in keys:
        yield Wait(duration_s=RETRY_S)
        yield PressKey(key=key)


def undo_steps() -> Plain:
    yield from _menu("e", *["up"] * _PREFERENCES_FROM_BELOW, "enter")
    yield from write_over(Match(contains="minimal number of operations", role="spin button"), str(_UNDO_STEPS))
    yield from confirm("OK", dialog=_PREFERENCES)
    yield Wait(duration_s=_DONE_S)


def _export_over() -> Plain:
    """File, Overwrite; the title says when it is done."""
    yield from _menu("f", "w")
    yield from wait_window("(overwritten)")


def mirror() -> Plain:
    yield from _menu("i", "t", "h")
    yield Wait(duration_s=_DONE_S)
    yield from _export_over()


def scale() -> Plain:
    yield from _menu("i", "s")
    yield from wait_for(Match(text=_SCALE, role="dialog"), tries=TRIES)
    width = Match(role="spin button", where=lambda node: node.value == str(pictures.WIDTH))
    # The height follows: the two are chained.
    yield from write_over(width, str(pictures.SMALL_WIDTH))
    yield from confirm("Scale", dialog=_SCALE)
    yield from _export_over()


def export() -> Plain:
    yield from wait_for(Match(text="File", role="menu"), tries=TRIES)
    yield PressKey(key="e", modifiers=("ctrl", "shift"))
    yield from wait_for(Match(text="Export Image", role="dialog"), tries=TRIES)
    yield PressKey(key="a", modifiers=("ctrl",))
    yield TypeText(text=f"{pictures.EXPORTED}\n")
    yield from wait_window("Export Image as JPEG")
    yield from confirm("Export", dialog="Export Image")
    yield Wait(duration_s=_DONE_S)


PLAYS: Final[Mapping[str, Callable[[], Plain]]] = {
    "7b7617bd-57cc-468e-9c91-40c4ec2bcb3d": undo_steps,
    "farm-image-mirror": mirror,
    "farm-image-scale": scale,
    "farm-image-export": export,
}
