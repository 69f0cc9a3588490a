"""A phone's file tree as a tar archive and back: what `PullSnapshot` sends and `PushSnapshot` takes."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from device_farm.simulator.filesystem_nodes import Directory, File, Link, Node, Special, node_bytes

PREFIX: Final = "files"
"""Folder of the archive that holds the tree."""

# What tar has no place for, as PAX headers.
_HOLE, _BIND, _DEVICE, _TIME = "FARM.hole", "FARM.bind", "FARM.device", "mtime"
_DEPTH_MAX: Final = 200
_TIME_MAX_S: Final = 253_402_300_800.0
"""The year 10000: where Python's calendar ends."""


class ArchiveError(ValueError):
    """The archive is not one of a phone's snapshot."""


def write_tree(archive: tarfile.TarFile, root: Directory) -> None:
    """Adds the tree to an archive in PAX format."""
    for path, node in _walk(PREFIX, root):
        entry = tarfile.TarInfo(path)
        entry.mode, entry.uid, entry.gid = node.mode, node.uid, node.gid
        entry.mtime = int(node.mtime_s)
        entry.pax_headers = {_TIME: repr(node.mtime_s)}
        data = b""
        match node:
            case Directory():
                entry.type = tarfile.DIRTYPE
            case File():
                data = node.data
                entry.size = len(data)
                entry.pax_headers |= {_HOLE: str(node.hole_bytes)} if node.hole_bytes else {}
            case Link():
                entry.type, entry.linkname = tarfile.SYMTYPE, node.target
                entry.pax_headers |= {_BIND: "1"} if node.bind else {}
            case Special():
                entry.type = tarfile.CHRTYPE
                entry.pax_headers |= {_DEVICE: node.device}
        archive.addfile(entry, io.BytesIO(data))


def _walk(path: str, node: Node) -> Iterator[tuple[str, Node]]:
    yield path, node
    if isinstance(node, Directory):
        for name, child in node.children.items():
            yield from _walk(f"{path}/{name}", child)


@dataclass(slots=True)
class _Folder:
    entry: tarfile.TarInfo
    children: dict[str, Node | _Folder] = field(default_factory=dict)


class TreeBuilder:
    """Collects the entries of one tree; parents have to come before their children."""

    def __init__(self) -> None:
        self._root: _Folder | None = None
        self._next_ino = 2

    @property
    def next_ino(self) -> int:
        return self._next_ino

    def add(self, entry: tarfile.TarInfo, data: bytes) -> None:
        """Raises ArchiveError for a path or kind that no phone has."""
        parts = entry.name.split("/")
        if parts[0] != PREFIX or len(parts) > _DEPTH_MAX or any(part in ("", ".", "..") for part in parts):
            raise ArchiveError(f"bad path {entry.name[:200]!r}")
        if len(parts) == 1:
            if self._root is not None or not entry.isdir():
                raise ArchiveError("the tree needs one root directory")
            self._root = _Folder(entry)
            return
        folder = self._folder(parts[1:-1])
        if parts[-1] in folder.children:
            raise ArchiveError(f"{entry.name[:200]!r} is there twice")
        folder.children[parts[-1]] = _Folder(entry) if entry.isdir() else self._leaf(entry, data)

    def build(self) -> Directory:
        """Raises ArchiveError where no entry came."""
        if self._root is None:
            raise ArchiveError("there are no files")
        return self._directory(self._root, ino=1)

    def _folder(self, parts: list[str]) -> _Folder:
        folder = self._root
        for part in parts:
            below = folder.children.get(part) if folder is not None else None
            folder = below if isinstance(below, _Folder) else None
        if folder is None:
            raise ArchiveError(f"nothing holds {'/'.join(parts)[:200]!r}")
        return folder

    def _leaf(self, entry: tarfile.TarInfo, data: bytes) -> Node:
        fields = {**_common(entry), "ino": self._take_ino()}
        if entry.isreg():
            return File(**fields, data=data, hole_bytes=_whole(entry.pax_headers.get(_HOLE, "0")))  # type: ignore[arg-type]
        if entry.issym():
            return Link(**fields, target=entry.linkname, bind=_BIND in entry.pax_headers)  # type: ignore[arg-type]
        if entry.ischr() and entry.pax_headers.get(_DEVICE) in ("null", "zero", "urandom", "tty"):
            return Special(**fields, device=entry.pax_headers[_DEVICE])  # type: ignore[arg-type]
        raise ArchiveError(f"{entry.name[:200]!r} is of a kind that a phone does not have")

    def _directory(self, folder: _Folder, *, ino: int | None = None) -> Directory:
        made = ino if ino is not None else self._take_ino()
        children = {
            name: self._directory(child) if isinstance(child, _Folder) else child
            for name, child in folder.children.items()
        }
        total = sum(node_bytes(child) for child in children.values())
        return Directory(**_common(folder.entry), ino=made, children=children, total_bytes=total)  # type: ignore[arg-type]

    def _take_ino(self) -> int:
        self._next_ino += 1
        return self._next_ino - 1


def _common(entry: tarfile.TarInfo) -> dict[str, int | float]:
    return {
        "mode": entry.mode & 0o7777,
        "uid": entry.uid,
        "gid": entry.gid,
        "mtime_s": finite(float(entry.mtime)),
    }


def finite(time_s: float) -> float:
    """A time that a phone can show. Raises ArchiveError for any other."""
    if not 0 <= time_s < _TIME_MAX_S:
        raise ArchiveError(f"bad time {time_s!r}")
    return time_s


def _whole(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise ArchiveError(f"bad number {text[:40]!r}")
    return int(text)
