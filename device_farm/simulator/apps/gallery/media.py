"""Pictures and videos of the shared storage by folder, read off the file tree at each look."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from device_farm.simulator.apps.browsing import SDCARD, Entry
from device_farm.simulator.apps.file_actions import entries_of
from device_farm.simulator.apps.gallery.names import BIN_ROOT, RECYCLE_BIN, Options
from device_farm.simulator.filesystem import FileSystem

_KINDS = ("image", "video")
_UNSCANNED = (f"{SDCARD}/Android/data", f"{SDCARD}/Android/obb")


@dataclass(frozen=True, slots=True, kw_only=True)
class Album:
    """A folder that directly holds media, its files in the chosen order."""

    path: str
    files: tuple[Entry, ...]

    @property
    def name(self) -> str:
        if self.path == RECYCLE_BIN:
            return "Recycle Bin"
        return "Internal" if self.path == SDCARD else posixpath.basename(self.path)


def albums(files: FileSystem, options: Options) -> tuple[Album, ...]:
    """Every folder with media, the one with the newest file first; the recycle bin last where it holds something."""
    found: dict[str, list[Entry]] = defaultdict(list)
    for entry in _below(files, SDCARD):
        found[posixpath.dirname(entry.path)].append(entry)
    shown = [Album(path=path, files=in_order(entries, options)) for path, entries in found.items()]
    shown.sort(key=lambda album: (-max(entry.modified_s for entry in album.files), album.path))
    deleted = in_order(_below(files, BIN_ROOT), options)
    return (*shown, Album(path=RECYCLE_BIN, files=deleted)) if deleted else tuple(shown)


def album_files(files: FileSystem, path: str, options: Options) -> tuple[Entry, ...]:
    """The media directly in a folder, or in the recycle bin; nothing for a folder that is gone."""
    if path == RECYCLE_BIN:
        return in_order(_below(files, BIN_ROOT), options)
    return in_order((entry for entry in entries_of(files, path) if entry.kind in _KINDS), options)


def in_order(entries: Iterable[Entry], options: Options) -> tuple[Entry, ...]:
    """By date, the newest first, unless a person chose another order."""
    by_name = sorted(entries, key=lambda entry: (entry.name.lower(), entry.path))
    if options.by_name:
        return tuple(by_name if options.ascending else reversed(by_name))
    return tuple(sorted(by_name, key=lambda entry: entry.modified_s, reverse=not options.ascending))


def _below(files: FileSystem, folder: str) -> Iterator[Entry]:
    """Media at any depth; a folder with `.nomedia` and hidden folders are left out."""
    if folder in _UNSCANNED or files.exists(posixpath.join(folder, ".nomedia")):
        return
    for entry in entries_of(files, folder):
        if entry.is_folder:
            yield from _below(files, entry.path)
        elif entry.kind in _KINDS:
            yield entry


def bin_path(path: str) -> str:
    """Where a deleted file of the shared storage is kept."""
    return BIN_ROOT + path


def original_path(path: str) -> str:
    """Where a file of the recycle bin came from."""
    return path.removeprefix(BIN_ROOT)


def is_deleted(path: str) -> bool:
    return path.startswith(BIN_ROOT + "/")
