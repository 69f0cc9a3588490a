"""Writes the stand-in documents into a mirror."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from device_farm.errors import ConfigError, DataError, PrerequisiteError
from gui_agent.benchmarks.osworld.mirror import assets_of, digest_of, read_digests, write_digests
from gui_agent.benchmarks.osworld.stand_in_documents.model import Makers, StandIn
from gui_agent.benchmarks.osworld.taskfile import TaskFile


def makers() -> Makers:
    """What makes the documents, by the task's id."""
    from gui_agent.benchmarks.osworld.stand_in_documents import calc, impress, writer

    return {**calc.MAKERS, **writer.MAKERS, **impress.MAKERS}


def assets_for(task: TaskFile, stand_in: StandIn) -> Mapping[str, bytes]:
    """The task's files by their path in a mirror.

    Raises:
        DataError: the task names more or fewer files than there are documents.
    """
    documents = (*stand_in.sources, *stand_in.expected)
    paths = [asset.path for asset in assets_of(task)]
    if len(paths) != len(documents):
        message = f"{task.name} names {len(paths)} files, and there are {len(documents)} stand-in documents"
        raise DataError(message, field="--tasks-dir", fix="use the task files of OSWorld that the script is for")
    return dict(zip(paths, documents, strict=True))


def write_stand_ins(tasks: Sequence[TaskFile], mirror: Path) -> list[str]:
    """Lays the documents of every task that has some into the mirror; returns the ids, in the order of `tasks`.

    Raises:
        ConfigError: the mirror cannot be written, or its list of digests is none.
        DataError: as `assets_for`; or the mirror holds another file of that name, such as the real one.
        PrerequisiteError: a library that makes documents is missing.
    """
    known, written = makers(), []
    read_digests(mirror)
    for task in tasks:
        if task.id not in known:
            continue
        try:
            assets = assets_for(task, known[task.id]())
            _lay(task, assets, mirror)
        except ModuleNotFoundError as error:
            fix = "pip install 'gui-agent-farm[office]'"
            raise PrerequisiteError(f"{error.name} is not installed", fix=fix) from error
        except OSError as error:
            raise ConfigError(f"{mirror} cannot be written: {error.strerror}", field="--assets") from error
        written.append(task.id)
    return written


def _lay(task: TaskFile, assets: Mapping[str, bytes], mirror: Path) -> None:
    urls = {asset.path: asset.url for asset in assets_of(task)}
    entries = {}
    for name, content in assets.items():
        path = mirror / name
        if path.exists() and path.read_bytes() != content:
            raise DataError(f"{path} is another file", field="--assets", fix="name a folder of their own for stand-ins")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        entries[name] = {"url": urls[name], "size_bytes": len(content), "sha256": digest_of(path)}
    write_digests(mirror, entries)
