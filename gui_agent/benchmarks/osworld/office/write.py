"""Writes the office tasks: task files and a mirror with their documents."""

from __future__ import annotations

import json
from pathlib import Path

from device_farm.errors import ConfigError, PrerequisiteError
from gui_agent.benchmarks.osworld.mirror import digest_of, write_digests
from gui_agent.benchmarks.osworld.office.model import ROOT_URL, OfficeTask


def office_tasks() -> list[OfficeTask]:
    """All of them. Raises PrerequisiteError where the libraries that make the documents are missing."""
    try:
        from gui_agent.benchmarks.osworld.office import (
            browser,
            calc,
            films,
            impress,
            pictures,
            system,
            terminal,
            writer,
        )

        modules = (calc, writer, impress, system, terminal, browser, pictures, films)
        return [task for module in modules for task in module.tasks()]
    except ModuleNotFoundError as error:
        raise PrerequisiteError(f"{error.name} is not installed", fix="pip install 'gui-agent-farm[office]'") from error


def write_office(folder: Path) -> int:
    """`folder/tasks/examples/DOMAIN/ID.json` and the mirror `folder/assets`; returns the number of tasks.

    Raises:
        ConfigError: the folder cannot be written.
        PrerequisiteError: as `office_tasks`.
    """
    tasks = office_tasks()
    try:
        for task in tasks:
            _write_task(task, folder)
        index: dict[str, list[str]] = {}
        for task in tasks:
            index.setdefault(task.domain, []).append(task.id)
        (folder / "tasks" / "test_all.json").write_text(json.dumps(index, indent=2) + "\n", "utf-8")
    except OSError as error:
        raise ConfigError(f"{folder} cannot be written: {error.strerror}", field="DIR") from error
    return len(tasks)


def _write_task(task: OfficeTask, folder: Path) -> None:
    path = folder / "tasks" / "examples" / task.domain / f"{task.id}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(task.document(), indent=2) + "\n", "utf-8")
    mirror = folder / "assets"
    entries = {}
    for name, content in task.assets().items():
        (mirror / name).parent.mkdir(parents=True, exist_ok=True)
        (mirror / name).write_bytes(content)
        digest = digest_of(mirror / name)
        entries[name] = {"url": f"{ROOT_URL}/{name}", "size_bytes": len(content), "sha256": digest}
    write_digests(mirror, entries)
