"""Experts of OSWorld's tasks in the settings of other programs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from device_farm.types.action import PressKey, Wait
from gui_agent.benchmarks.osworld.experts.common import TRIES, choose, confirm, write_over
from gui_agent.benchmarks.ui import Match, Plain, double_click, tap, toggle, wait_for

_OPTIONS: Final = "Options"
_TEMPLATES: Final = "Select a Template"


def office_auto_save() -> Plain:
    yield from wait_for(Match(text=_TEMPLATES, role="dialog"), tries=TRIES)
    yield from confirm("Close", dialog=_TEMPLATES)
    yield from choose("Tools", "Options")
    yield from double_click(Match(contains="Load/Save"), tries=TRIES)
    yield PressKey(key="right")
    yield PressKey(key="down")
    box = Match(contains="AutoRecovery", role="check box")
    yield from toggle(box, on=True, tries=TRIES)
    yield from write_over(Match(role="spin button"), "3")
    yield from tap(Match(text="OK", role="push button", state="clickable"), tries=TRIES)
    yield Wait(duration_s=2.0)


def terminal_size() -> Plain:
    yield PressKey(key="t", modifiers=("ctrl", "alt"))
    yield from wait_for(Match(role="terminal", contains="$"), tries=TRIES)
    yield from choose("Edit", "Preferences")
    yield from tap(Match(text="Appearance", role="page tab"), tries=TRIES)
    # Columns and rows are known by what they are on a fresh desktop: the page names neither.
    for before, number in (("90", "132"), ("26", "43")):
        wanted = Match(role="spin button", where=lambda node, before=before: node.value == before)  # type: ignore[misc]
        yield from write_over(wanted, number)
    yield from tap(Match(text="Close", role="push button", state="clickable"), tries=TRIES)


PLAYS: Final[Mapping[str, Callable[[], Plain]]] = {
    "2cd43775-7085-45d8-89fa-9e35c0a915cf": office_auto_save,
    "13584542-872b-42d8-b299-866967b5c3ef": terminal_size,
}
