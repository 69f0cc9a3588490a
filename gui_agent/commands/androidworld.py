"""`farm androidworld`: installs AndroidWorld beside us, and looks whether it runs."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TextIO

from device_farm.cli.command import Command, Exit


def configure(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    install = actions.add_parser("install", help="AndroidWorld at a fixed commit, in a virtual environment of its own")
    install.add_argument("--source", type=Path, metavar="DIR", help="a checkout of AndroidWorld instead of a download")
    install.add_argument(
        "--venv",
        type=Path,
        metavar="DIR",
        help="where (default ~/.local/share/farm/androidworld, which is found again)",
    )
    install.add_argument("--json", action="store_true", help="the last line is one JSON object")
    check = actions.add_parser("check", help="whether AndroidWorld is found and runs")
    check.add_argument("--androidworld-python", metavar="FILE", help="the interpreter that has AndroidWorld")
    check.add_argument("--json", action="store_true", help="the last line is one JSON object")


async def _run(namespace: argparse.Namespace) -> int:
    from gui_agent.benchmarks.androidworld.install import install
    from gui_agent.benchmarks.androidworld.settings import PYTHON_VARIABLE, default_venv

    if namespace.action == "check":
        return await _check(namespace)
    venv = (namespace.venv or default_venv()).expanduser().absolute()
    found = await install(venv=venv, source=namespace.source, tell=lambda line: _say(sys.stderr, line))
    python = venv / "bin" / "python"
    if venv != default_venv():
        _say(sys.stdout, f"export {PYTHON_VARIABLE}={python}")
    return _report(python, found, as_json=namespace.json)


async def _check(namespace: argparse.Namespace) -> int:
    """Exit code 3 where AndroidWorld does not run, or a program that it needs is missing."""
    from device_farm.errors import BackendError, PrerequisiteError
    from gui_agent.benchmarks.androidworld.install import examine
    from gui_agent.benchmarks.androidworld.settings import INSTALL_FIX, AndroidWorldConfig, interpreter
    from gui_agent.benchmarks.worker_channel import WorldError

    python = interpreter(AndroidWorldConfig(python=namespace.androidworld_python or ""))
    try:
        found = await examine(python)
    except (WorldError, BackendError) as error:
        raise PrerequisiteError(
            f"AndroidWorld does not run under {python}: {error.message}", fix=INSTALL_FIX
        ) from error
    return _report(python, found, as_json=namespace.json)


def _report(python: Path, found: dict[str, object], *, as_json: bool) -> int:
    from gui_agent.benchmarks.androidworld.catalogue import NAMES
    from gui_agent.benchmarks.androidworld.install import missing_programs

    names = found.get("tasks")
    tasks = len(names) if isinstance(names, list) else 0
    _say(sys.stdout, f"AndroidWorld in {found.get('path')}: {tasks} tasks, Python {found.get('python')}")
    missing = missing_programs()
    for name, fix in missing:
        _say(sys.stdout, f"missing: {name}; {fix}")
    if tasks != len(NAMES):
        _say(sys.stdout, f"this version has {tasks} tasks, {len(NAMES)} are known here")
    if as_json:
        document = {
            "python": str(python),
            "path": found.get("path"),
            "tasks": tasks,
            "missing": [n for n, _ in missing],
        }
        _say(sys.stdout, json.dumps(document))
    return Exit.PREREQUISITE if missing else Exit.DONE


def _say(stream: TextIO, line: str) -> None:
    stream.write(line + "\n")
    stream.flush()


COMMAND = Command(
    name="androidworld", help="install AndroidWorld beside us, or check it", configure=configure, run=_run
)
