"""`farm osworld`: installs OSWorld beside us, looks whether it runs, fills the mirror of assets, lists tasks."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from device_farm.cli.command import Command, Exit

if TYPE_CHECKING:
    from gui_agent.benchmarks.osworld.taskfile import TaskFile


def configure(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    install = actions.add_parser("install", help="OSWorld's desktop-env, in a virtual environment of its own")
    install.add_argument(
        "--venv", type=Path, metavar="DIR", help="where (default ~/.local/share/farm/osworld, which is found again)"
    )
    install.add_argument(
        "--with", dest="more", nargs="+", default=[], metavar="PKG", help="packages for evaluators that need them"
    )
    check = actions.add_parser("check", help="whether OSWorld is found and runs, and the desktop has what tasks use")
    check.add_argument("--osworld-python", metavar="FILE", help="the interpreter that has OSWorld")
    fetch = actions.add_parser("fetch", help="download the files that tasks need, with digests")
    _add_tasks(fetch)
    fetch.add_argument("--assets", type=Path, required=True, metavar="DIR", help="the mirror to fill")
    office = actions.add_parser("office", help="write our own office tasks, with their documents, as OSWorld's")
    office.add_argument("folder", type=Path, metavar="DIR", help="where: DIR/tasks and DIR/assets")
    for action in (install, check, fetch, office):
        action.add_argument("--json", action="store_true", help="the last line is one JSON object")


def _add_tasks(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--tasks-dir", type=Path, required=True, metavar="DIR", help="OSWorld's task files")
    parser.add_argument("--tasks", metavar="NAME,NAME", help="only these: names, beginnings of names, or domains")


async def _run(namespace: argparse.Namespace) -> int:
    match namespace.action:
        case "install":
            return await _install(namespace)
        case "check":
            return await _check(namespace)
        case "fetch":
            return await _fetch(namespace)
        case _:
            return _office(namespace)


async def _install(namespace: argparse.Namespace) -> int:
    from gui_agent.benchmarks.osworld.install import install
    from gui_agent.benchmarks.osworld.settings import PYTHON_VARIABLE, default_venv

    venv = (namespace.venv or default_venv()).expanduser().absolute()
    found = await install(venv=venv, more=namespace.more, tell=lambda line: _say(sys.stderr, line))
    python = venv / "bin" / "python"
    if venv != default_venv():
        _say(sys.stdout, f"export {PYTHON_VARIABLE}={python}")
    return _report(python, found, as_json=namespace.json)


async def _check(namespace: argparse.Namespace) -> int:
    """Exit code 3 where OSWorld does not run, or the desktop lacks a program that tasks use."""
    from device_farm.errors import BackendError, PrerequisiteError
    from gui_agent.benchmarks.osworld.crew import hello
    from gui_agent.benchmarks.osworld.settings import INSTALL_FIX, OsworldConfig, interpreter
    from gui_agent.benchmarks.worker_channel import WorldError

    python = interpreter(OsworldConfig(python=namespace.osworld_python or ""))
    try:
        found = await hello(python)
    except (WorldError, BackendError) as error:
        raise PrerequisiteError(f"OSWorld does not run under {python}: {error.message}", fix=INSTALL_FIX) from error
    return _report(python, found, as_json=namespace.json)


def _report(python: Path, found: dict[str, object], *, as_json: bool) -> int:
    from gui_agent.benchmarks.osworld.programs import missing_programs

    metrics = found.get("metrics")
    count = len(metrics) if isinstance(metrics, list) else 0
    _say(sys.stdout, f"OSWorld {found.get('version')} in {found.get('path')}: {count} metrics")
    missing = missing_programs()
    for program in missing:
        _say(
            sys.stdout,
            f"missing: {program.name} ({program.use}); apt-get install --no-install-recommends {program.package}",
        )
    if as_json:
        names = [program.name for program in missing]
        document = {"python": str(python), "version": found.get("version"), "metrics": count, "missing": names}
        _say(sys.stdout, json.dumps(document))
    return Exit.PREREQUISITE if any(program.required for program in missing) else Exit.DONE


async def _fetch(namespace: argparse.Namespace) -> int:
    """Exit code 4 where a file could not be brought, or is not the one that the digests name."""
    from gui_agent.benchmarks.osworld.fetch import fetch

    done = await fetch(_chosen(namespace), namespace.assets.absolute(), lambda line: _say(sys.stderr, line))
    for path in done.changed:
        _say(sys.stdout, f"changed: {path} is not the file of digests.json; delete it to have it brought anew")
    for path, reason in done.failed.items():
        _say(sys.stdout, f"failed: {path}: {reason}")
    _say(sys.stdout, f"{done.fetched} files fetched ({done.size_bytes} bytes), {done.already} were there")
    if namespace.json:
        document = {"fetched": done.fetched, "already": done.already, "size_bytes": done.size_bytes}
        _say(sys.stdout, json.dumps({**document, "failed": done.failed, "changed": done.changed}))
    return Exit.INFRASTRUCTURE if done.failed or done.changed else Exit.DONE


def _chosen(namespace: argparse.Namespace) -> list[TaskFile]:
    """Raises ConfigError for a name that means no task."""
    from gui_agent.benchmarks.base import unknown_task
    from gui_agent.benchmarks.osworld.taskfile import named, read_tasks

    files = read_tasks(namespace.tasks_dir)
    if not namespace.tasks:
        return files
    chosen = []
    for name in (part.strip() for part in namespace.tasks.split(",") if part.strip()):
        found = named(files, name)
        if not found:
            raise unknown_task(name, "osworld", [file.name for file in files][:20])
        chosen += found
    return chosen


def _office(namespace: argparse.Namespace) -> int:
    from gui_agent.benchmarks.osworld.office.write import write_office

    count = write_office(namespace.folder)
    tasks, assets = namespace.folder / "tasks", namespace.folder / "assets"
    _say(sys.stdout, f"{count} tasks: farm eval --suite osworld --tasks-dir {tasks} --assets {assets}")
    if namespace.json:
        _say(sys.stdout, json.dumps({"tasks": count, "tasks_dir": str(tasks), "assets": str(assets)}))
    return Exit.DONE


def _say(stream: TextIO, line: str) -> None:
    stream.write(line + "\n")
    stream.flush()


COMMAND = Command(
    name="osworld", help="install OSWorld beside us, check it, fetch its files", configure=configure, run=_run
)
