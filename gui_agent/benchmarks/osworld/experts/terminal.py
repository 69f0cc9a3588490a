"""Experts that type into the terminal: of our own tasks, and of OSWorld's on the settings of the desktop."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from device_farm.types.action import PressKey
from gui_agent.benchmarks.osworld.experts.common import TRIES, enter
from gui_agent.benchmarks.osworld.office import terminal
from gui_agent.benchmarks.osworld.office.model import DOCUMENTS
from gui_agent.benchmarks.ui import Match, Plain, wait_for

_LINES: Final = {
    "count": f"wc -l < {terminal.LOG} > {terminal.COUNT}",
    "errors": f"grep ERROR {terminal.SERVER_LOG} > {terminal.ERRORS}",
    "names": f"sort -u {terminal.NAMES} > {terminal.SORTED}",
    "archive": f"cd {DOCUMENTS} && tar -czf {terminal.ARCHIVE} *.csv",
    "executable": f"chmod u+x {terminal.SCRIPT}",
    "year": f"sed -i s/2025/2026/g {DOCUMENTS}/*.txt",
    "largest": f"cd {DOCUMENTS} && ls -S *.dat | head -n 1 > {terminal.LARGEST}",
}


def _type(line: str) -> Plain:
    yield from wait_for(Match(role="terminal", contains="$"), tries=TRIES)
    yield from enter(f"{line}; echo do''ne")
    yield from wait_for(Match(role="terminal", contains="done"), tries=TRIES)


def _open_and_type(line: str) -> Plain:
    """Where the task begins with the bare desktop."""
    yield PressKey(key="t", modifiers=("ctrl", "alt"))
    yield from _type(line)


_VIDEO: Final = " ".join(
    f"video/{kind}" for kind in ("mp4", "mpeg", "x-matroska", "webm", "x-msvideo", "quicktime", "ogg")
)
_SETTINGS: Final = {
    "3ce045a0-877b-42aa-8d2c-b4a863336ab8": "gsettings set org.gnome.desktop.interface text-scaling-factor 1.5",
    "a4d98375-215b-4a4d-aee9-3d4370fccc41": "gsettings set org.gnome.desktop.screensaver lock-enabled true",
    "937087b6-f668-4ba6-9110-60682ee33441": f"xdg-mime default vlc.desktop {_VIDEO}",
}

PLAYS: Final[Mapping[str, Callable[[], Plain]]] = {
    **{f"farm-terminal-{name}": partial(_type, line) for name, line in _LINES.items()},
    **{name: partial(_open_and_type, line) for name, line in _SETTINGS.items()},
}
