"""The terminal: counting, searching, sorting, packing, rights, replacing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gui_agent.benchmarks.osworld.office.model import (
    DOCUMENTS,
    OfficeTask,
    command_output,
    expected_file,
    guest_file,
)

DOMAIN: Final = "os"
LOG: Final = f"{DOCUMENTS}/visits.log"
COUNT: Final = f"{DOCUMENTS}/count.txt"
SERVER_LOG: Final = f"{DOCUMENTS}/server.log"
ERRORS: Final = f"{DOCUMENTS}/errors.txt"
NAMES: Final = f"{DOCUMENTS}/names.txt"
SORTED: Final = f"{DOCUMENTS}/sorted.txt"
ARCHIVE: Final = f"{DOCUMENTS}/tables.tar.gz"
SCRIPT: Final = f"{DOCUMENTS}/greet.sh"
LARGEST: Final = f"{DOCUMENTS}/largest.txt"

_LOG_TEXT: Final = "".join(f"visit {number}\n" for number in range(1, 38))
_SERVER_LINES: Final = (
    "08:00 INFO started",
    "08:02 ERROR disk is full",
    "08:03 INFO no error was lost",
    "08:07 ERROR no route to host",
    "08:09 WARNING slow",
)
_NAMES: Final = ("Tom", "Anna", "Tom", "Zoe", "Anna", "Ben")
_TABLES: Final = ("east.csv", "west.csv")


def _task(
    name: str, instruction: str, evaluator: Mapping[str, Any], brings: Mapping[str, str], gold: str = ""
) -> OfficeTask:
    return OfficeTask(
        id=f"farm-terminal-{name}",
        domain=DOMAIN,
        instruction=instruction,
        apps=("os",),
        brings={path: text.encode() for path, text in brings.items()},
        launches=("xfce4-terminal",),
        evaluator=evaluator,
        expected={f"{name}_gold.txt": gold.encode()} if gold else {},
    )


def _text(name: str, path: str) -> dict[str, Any]:
    """The file has to be as the gold file."""
    return {"func": "compare_text_file", "result": guest_file(path), "expected": expected_file(f"{name}_gold.txt")}


def _printed(include: list[str], exclude: list[str], *command: str) -> dict[str, Any]:
    rules = {"include": include, "exclude": exclude}
    return {
        "func": "check_include_exclude",
        "result": command_output(*command),
        "expected": {"type": "rule", "rules": rules},
    }


def tasks() -> list[OfficeTask]:
    errors = "".join(f"{line}\n" for line in _SERVER_LINES if "ERROR" in line)
    letters = {f"{DOCUMENTS}/{name}.txt": f"Dear {name},\nsee you in 2025.\n" for name in ("anna", "ben")}
    return [
        _task(
            "count",
            f"Write the number of lines of {LOG} into the file {COUNT}, and nothing else.",
            _text("count", COUNT),
            {LOG: _LOG_TEXT},
            "37\n",
        ),
        _task(
            "errors",
            f"Write all lines of {SERVER_LOG} that contain the word ERROR in capitals into the file {ERRORS}.",
            _text("errors", ERRORS),
            {SERVER_LOG: "".join(f"{line}\n" for line in _SERVER_LINES)},
            errors,
        ),
        _task(
            "names",
            f"Write the names of {NAMES} in alphabetical order, each once, into the file {SORTED}.",
            _text("names", SORTED),
            {NAMES: "".join(f"{name}\n" for name in _NAMES)},
            "".join(f"{name}\n" for name in sorted(set(_NAMES))),
        ),
        _task(
            "archive",
            f"Pack the two .csv files of the folder Documents, and nothing else, into the archive {ARCHIVE}.",
            _printed([*_TABLES], ["notes.txt"], "tar", "-tzf", ARCHIVE),
            {**{f"{DOCUMENTS}/{name}": "a,1\nb,2\n" for name in _TABLES}, f"{DOCUMENTS}/notes.txt": "no table\n"},
        ),
        _task(
            "executable",
            f"Make {SCRIPT} executable for its owner.",
            _printed(["-rwx"], [], "stat", "-c", "%A", SCRIPT),
            {SCRIPT: "#!/bin/sh\necho hello\n"},
        ),
        _task(
            "year",
            "Replace 2025 by 2026 in all .txt files of the folder Documents.",
            _printed(["anna", "ben", "2026"], ["2025"], "cat", *letters),
            letters,
        ),
        _task(
            "largest",
            f"Write the name of the largest file of the folder Documents, without the folder, into {LARGEST}.",
            _text("largest", LARGEST),
            {f"{DOCUMENTS}/{name}.dat": "x" * size for name, size in (("alpha", 100), ("beta", 5000), ("gamma", 700))},
            "beta.dat\n",
        ),
    ]
