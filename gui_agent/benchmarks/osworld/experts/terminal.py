"""Experts of our own tasks in the terminal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

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


PLAYS: Final[Mapping[str, Callable[[], Plain]]] = {
    f"farm-terminal-{name}": partial(_type, line) for name, line in _LINES.items()
}
