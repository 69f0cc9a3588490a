"""Experts in VLC: of OSWorld's tasks in its settings, and of our own with a film."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from device_farm.types.action import PressKey, Wait
from gui_agent.benchmarks.basics.desktop.common import wait_window
from gui_agent.benchmarks.osworld.experts.common import TRIES, confirm, enter, write_over
from gui_agent.benchmarks.osworld.office import films
from gui_agent.benchmarks.ui import Match, Plain, tap, toggle, wait_for

_BLACK: Final = ";".join(["0"] * 12)
"""The slider's four colours: red, green and blue each."""
_LOUDEST_PERCENT: Final = 200
_RECORDINGS: Final = "/home/user/Desktop"
_INTERFACE: Final = "Interface Settings"
_DONE_S: Final = 2.0
_PREFERENCES: Final = "Simple Preferences"


def _preferences() -> Plain:
    """Opens them as large as the screen, so that nothing in them has to be scrolled to."""
    yield from wait_window("VLC media player")
    yield PressKey(key="p", modifiers=("ctrl",))
    yield from wait_for(Match(text=_PREFERENCES, role="dialog"), tries=TRIES)
    yield PressKey(key="f10", modifiers=("alt",))
    yield from wait_for(Match(text=_PREFERENCES, where=lambda node: node.bounds.left == 0), tries=TRIES)


def _save() -> Plain:
    yield from confirm("Save", dialog="Preferences")
    yield Wait(duration_s=_DONE_S)


def _switch(page: str, box: str, *, on: bool) -> Plain:
    """A check box of the simple preferences."""
    yield from _preferences()
    yield from tap(Match(description=page), tries=TRIES)
    yield from toggle(Match(text=box, role="check box"), on=on, tries=TRIES)
    yield from _save()


def recordings() -> Plain:
    yield from _preferences()
    yield from tap(Match(description="Input & Codecs Settings"), tries=TRIES)
    yield from write_over(Match(text="Record directory or filename", role="text"), _RECORDINGS)
    yield from _save()


def _of_the_window(name: str, role: str, value: str) -> Plain:
    """A value of VLC's own window, which only all preferences have."""
    yield from _preferences()
    yield from tap(Match(text="All", role="radio button"), tries=TRIES)
    yield from wait_window("Advanced Preferences")
    yield from write_over(Match(text="", role="text"), name)
    yield from tap(Match(text="Qt", role="table cell"), tries=TRIES)
    yield from write_over(Match(text=name, role=role), value)
    yield from _save()


def open_film() -> Plain:
    yield from wait_window("VLC media player")
    yield PressKey(key="o", modifiers=("ctrl",))
    yield from wait_window("Select one or more files")
    yield from enter(films.GARDEN)
    yield from wait_window("garden.y4m")


def still() -> Plain:
    yield from wait_window("kitchen.y4m")
    yield PressKey(key="s", modifiers=("shift",))
    yield Wait(duration_s=_DONE_S)


PLAYS: Final[Mapping[str, Callable[[], Plain]]] = {
    "8ba5ae7a-5ae5-4eab-9fcc-5dd4fe3abf89": recordings,
    "9195653c-f4aa-453d-aa95-787f6ccfaae9": partial(
        _of_the_window, "Maximum Volume displayed", "spin button", str(_LOUDEST_PERCENT)
    ),
    "a5bbbcd5-b398-4c91-83d4-55e1e31bbb81": partial(_switch, _INTERFACE, "Start in minimal view mode", on=True),
    "d06f0d4d-2cd5-4ede-8de9-598629438c6e": partial(
        _of_the_window, "Define the colors of the volume slider", "text", _BLACK
    ),
    "f3977615-2b45-4ac5-8bba-80c17dbe2a37": partial(
        _switch, _INTERFACE, "Use only one instance when started from file manager", on=False
    ),
    "farm-player-open": open_film,
    "farm-player-still": still,
    "farm-player-full-screen": partial(_switch, "Video Settings", "Fullscreen", on=True),
}
