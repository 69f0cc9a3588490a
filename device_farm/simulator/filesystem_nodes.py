"""The immutable nodes of the phone's file tree. Two trees that agree on a directory share its node."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Node:
    """`mode` holds the permission bits only; `mtime_s` is Unix seconds of the phone's clock."""

    ino: int
    mode: int
    uid: int
    gid: int
    mtime_s: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class File(_Node):
    """`hole_bytes` zeros follow `data` and take space on the phone, but no memory here."""

    data: bytes = b""
    hole_bytes: int = 0

    @property
    def size(self) -> int:
        return len(self.data) + self.hole_bytes


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Directory(_Node):
    """`children` is never changed in place; `total_bytes` is the sum of the sizes of all files below."""

    children: Mapping[str, Node] = field(default_factory=dict)
    total_bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Link(_Node):
    """A symbolic link; with `bind`, a bind mount: always followed, and seen as what it leads to."""

    target: str
    bind: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Special(_Node):
    """A character device by name: null, zero, urandom, tty. Reads give nothing, writes vanish."""

    device: str


Node = File | Directory | Link | Special


def node_bytes(node: Node) -> int:
    """What the node and everything below it takes of the disk, in bytes."""
    match node:
        case File():
            return node.size
        case Directory():
            return node.total_bytes
        case Link() | Special():
            return 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stat:
    """`mode` includes the type bits of <sys/stat.h>."""

    ino: int
    mode: int
    uid: int
    gid: int
    size: int
    mtime_s: float
    links: int = 1
    target: str = ""

    @property
    def is_dir(self) -> bool:
        return stat.S_ISDIR(self.mode)

    @property
    def is_file(self) -> bool:
        return stat.S_ISREG(self.mode)

    @property
    def is_link(self) -> bool:
        return stat.S_ISLNK(self.mode)


# Android's f2fs reports this size for small directories.
DIRECTORY_SIZE = 3452


def stat_of(node: Node) -> Stat:
    match node:
        case File():
            kind, size, links = stat.S_IFREG, node.size, 1
        case Directory():
            subdirectories = sum(isinstance(child, Directory) for child in node.children.values())
            kind, size, links = stat.S_IFDIR, DIRECTORY_SIZE, 2 + subdirectories
        case Link():
            kind, size, links = stat.S_IFLNK, len(node.target.encode()), 1
        case Special():
            kind, size, links = stat.S_IFCHR, 0, 1
    return Stat(
        ino=node.ino,
        mode=kind | node.mode,
        uid=node.uid,
        gid=node.gid,
        size=size,
        mtime_s=node.mtime_s,
        links=links,
        target=node.target if isinstance(node, Link) else "",
    )
