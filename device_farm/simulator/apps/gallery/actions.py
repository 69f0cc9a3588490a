"""What is done to chosen files: copy, move, rename, delete, restore, share. Errors become a sentence to show."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal, TypeAlias, TypeVar

from device_farm.simulator.apps.browsing import file_uri, free_name, mimetype_of
from device_farm.simulator.apps.gallery.media import bin_path, is_deleted, original_path
from device_farm.simulator.apps.gallery.names import load_options, save_options
from device_farm.simulator.filesystem import FileSystem
from device_farm.simulator.filesystem_errors import FileSystemError
from device_farm.simulator.intents import SEND, Intent
from device_farm.simulator.toolkit.app import Context

S = TypeVar("S")
Conflict: TypeAlias = Literal["skip", "overwrite", "keep_both"]


def conflicts(files: FileSystem, paths: Sequence[str], folder: str) -> tuple[str, ...]:
    """Names among `paths` that `folder` has already."""
    names = (posixpath.basename(path) for path in paths)
    return tuple(name for name in names if files.exists(posixpath.join(folder, name)))


def transfer(context: Context[S], paths: Sequence[str], folder: str, *, move: bool, conflict: Conflict) -> None:
    """Copies or moves into `folder`, says how it went, and remembers the folder for the next time."""
    files = context.files
    save_options(files, replace(load_options(files), last_copy=folder))
    done = 0
    try:
        files.mkdir(folder, parents=True)
        for path in paths:
            done += _transfer_one(files, path, folder, move=move, conflict=conflict)
    except FileSystemError as error:
        context.toast(str(error))
        return
    if done:
        files_word = "File" if done == 1 else "Files"
        context.toast(f"{files_word} {'moved' if move else 'copied'} successfully")


def _transfer_one(files: FileSystem, path: str, folder: str, *, move: bool, conflict: Conflict) -> int:
    """1 where the file is there now, 0 where it was left out. Raises FileSystemError."""
    name = posixpath.basename(path)
    if files.exists(posixpath.join(folder, name)):
        if conflict == "skip" or posixpath.dirname(path) == folder:
            return 0
        if conflict == "keep_both":
            name = free_name(name, lambda taken: files.exists(posixpath.join(folder, taken)))
        else:
            files.remove(posixpath.join(folder, name), recursive=True)
    target = posixpath.join(folder, name)
    if move:
        files.rename(path, target)
    else:
        files.copy(path, target, recursive=True)
    return 1


def delete(context: Context[S], paths: Sequence[str], *, forever: bool) -> None:
    """Into the recycle bin, or for good: when asked for, and for what lies in the bin already."""
    files = context.files
    try:
        for path in paths:
            if forever or is_deleted(path):
                files.remove(path, recursive=True)
                continue
            target = bin_path(path)
            files.mkdir(posixpath.dirname(target), parents=True)
            if files.exists(target):
                files.remove(target, recursive=True)
            files.rename(path, target)
    except FileSystemError as error:
        context.toast(str(error))


def restore(context: Context[S], paths: Sequence[str]) -> None:
    """Back to where the files came from."""
    try:
        for path in paths:
            folder = posixpath.dirname(original_path(path))
            context.files.mkdir(folder, parents=True)
            _transfer_one(context.files, path, folder, move=True, conflict="keep_both")
    except FileSystemError as error:
        context.toast(str(error))


def share(context: Context[S], path: str) -> None:
    context.start(Intent(action=SEND, type=mimetype_of(path), extras={"android.intent.extra.STREAM": file_uri(path)}))
