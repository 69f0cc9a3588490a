"""What the file browsers do to files: list, make, rename, move, copy, delete. Errors become a sentence to show."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable
from functools import partial

from device_farm.simulator.apps.browsing import Entry, free_name, inside
from device_farm.simulator.filesystem import FileSystem
from device_farm.simulator.filesystem_errors import FileSystemError


def entry_of(files: FileSystem, path: str) -> Entry | None:
    """The file or folder at `path`, None where there is none."""
    try:
        status = files.stat(path)
    except FileSystemError:
        return None
    return Entry(
        name=posixpath.basename(path),
        path=path,
        is_folder=status.is_dir,
        size_bytes=0 if status.is_dir else status.size,
        modified_s=status.mtime_s,
    )


def entries_of(files: FileSystem, folder: str, *, hidden: bool = False) -> tuple[Entry, ...]:
    """What lies in `folder`, without dot files unless `hidden`; nothing for a folder that is gone."""
    if not files.is_dir(folder):
        return ()
    names = (name for name in files.list(folder) if hidden or not name.startswith("."))
    found = (entry_of(files, posixpath.join(folder, name)) for name in names)
    return tuple(entry for entry in found if entry is not None)


def entries_below(files: FileSystem, folder: str, query: str, *, hidden: bool = False) -> tuple[Entry, ...]:
    """Entries at any depth below `folder` whose name contains `query`, without regard to case."""
    wanted = query.strip().lower()
    found: list[Entry] = []
    for entry in entries_of(files, folder, hidden=hidden):
        if wanted in entry.name.lower():
            found.append(entry)
        if entry.is_folder:
            found.extend(entries_below(files, entry.path, query, hidden=hidden))
    return tuple(found)


def make_folder(files: FileSystem, folder: str, name: str) -> str:
    """Makes `name` in `folder`; returns what went wrong, empty when nothing did."""
    path = posixpath.join(folder, name)
    if files.exists(path):
        return f"{name} already exists"
    return _attempt(lambda: files.mkdir(path, parents=True))


def rename_entry(files: FileSystem, path: str, name: str) -> str:
    """Gives the file or folder at `path` the name `name`; returns what went wrong."""
    target = posixpath.join(posixpath.dirname(path), name)
    if target == path:
        return ""
    if files.exists(target):
        return f"{name} already exists"
    return _attempt(lambda: files.rename(path, target))


def delete_entries(files: FileSystem, paths: Iterable[str]) -> str:
    """Deletes files and whole folders; returns what went wrong with the first that could not be deleted."""
    for path in paths:
        problem = _attempt(partial(files.remove, path, recursive=True))
        if problem:
            return problem
    return ""


def transfer_entries(files: FileSystem, paths: Iterable[str], folder: str, *, move: bool) -> str:
    """Moves or copies into `folder`, under a free name where the name is taken; returns what went wrong."""
    for path in paths:
        name = posixpath.basename(path)
        if files.is_dir(path) and inside(folder, path):
            return f"Can’t {'move' if move else 'copy'} {name} into itself"
        if move and posixpath.dirname(path) == folder:
            continue
        target = posixpath.join(folder, free_name(name, lambda taken: files.exists(posixpath.join(folder, taken))))
        if move:
            problem = _attempt(partial(files.rename, path, target))
        else:
            problem = _attempt(partial(files.copy, path, target, recursive=True))
        if problem:
            return problem
    return ""


def _attempt(action: Callable[[], object]) -> str:
    try:
        action()
    except FileSystemError as error:
        return str(error)
    return ""
