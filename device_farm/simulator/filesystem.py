"""The phone's file tree: in memory, copy-on-write, with Android's aliases and a capacity.

Nodes are immutable; a change builds new directories along one path and swaps the root. So `fork` and `snapshot` cost
nothing, whatever the size of the tree, and `root` is a token: the same object means that no file has changed.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, replace

from device_farm.simulator.clock import Clock
from device_farm.simulator.filesystem_errors import FileSystemError
from device_farm.simulator.filesystem_nodes import Directory, File, Link, Node, Special, Stat, node_bytes, stat_of
from device_farm.simulator.filesystem_tree import Place, duplicate, glob, put, resolve, walk

# The data partition of Google's Pixel emulator images, and what system and preinstalled apps take of it.
CAPACITY_BYTES = 6_228_115_456
BASE_USED_BYTES = 1_442_840_576

# A sparse file with a longer hole cannot be read.
HOLE_READ_MAX = 64 * 1024 * 1024

# FileSystem has a method of the name `list`.
Names = list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSystemState:
    """Everything there is to a file system, shared with the tree that it was taken from."""

    root: Directory
    next_ino: int
    capacity_bytes: int
    read_only: tuple[str, ...]
    mount_points: tuple[str, ...]


class FileSystem:
    """Paths are absolute. Every method raises FileSystemError; nothing is half done when it does."""

    def __init__(self, clock: Clock, *, capacity_bytes: int = CAPACITY_BYTES) -> None:
        self.clock = clock
        self.capacity_bytes = capacity_bytes
        self.base_used_bytes = BASE_USED_BYTES
        self.read_only: tuple[str, ...] = ()
        self.mount_points: tuple[str, ...] = ()
        """Directories that can be emptied, but not removed."""
        self._next_ino = 2
        self._root = Directory(ino=1, mode=0o755, uid=0, gid=0, mtime_s=clock.now_s())

    @property
    def root(self) -> Directory:
        """Changes identity with every change of any file: compare with `is`."""
        return self._root

    @property
    def used_bytes(self) -> int:
        return self.base_used_bytes + self._root.total_bytes

    @property
    def free_bytes(self) -> int:
        return max(0, self.capacity_bytes - self.used_bytes)

    def snapshot(self) -> FileSystemState:
        return FileSystemState(
            root=self._root,
            next_ino=self._next_ino,
            capacity_bytes=self.capacity_bytes,
            read_only=self.read_only,
            mount_points=self.mount_points,
        )

    def restore(self, state: FileSystemState) -> None:
        self._root, self._next_ino = state.root, state.next_ino
        self.capacity_bytes, self.read_only = state.capacity_bytes, state.read_only
        self.mount_points = state.mount_points

    def fork(self, clock: Clock | None = None) -> FileSystem:
        """An independent file system with the same content, in constant time."""
        twin = FileSystem(clock or self.clock)
        twin.base_used_bytes = self.base_used_bytes
        twin.restore(self.snapshot())
        return twin

    # Reading

    def read(self, path: str) -> bytes:
        match self._existing(path):
            case File() as file:
                if file.hole_bytes > HOLE_READ_MAX:
                    raise FileSystemError("EFBIG", path)
                return file.data + bytes(file.hole_bytes) if file.hole_bytes else file.data
            case Directory():
                raise FileSystemError("EISDIR", path)
            case Special() | Link():
                return b""

    def read_text(self, path: str) -> str:
        return self.read(path).decode(errors="replace")

    def exists(self, path: str) -> bool:
        return self._lookup(path) is not None

    def is_dir(self, path: str) -> bool:
        return isinstance(self._lookup(path), Directory)

    def is_file(self, path: str) -> bool:
        return isinstance(self._lookup(path), File)

    def node(self, path: str) -> Node | None:
        """The node that `path` leads to, None when there is none. A file's `data` keeps its identity until written."""
        return self._lookup(path)

    def list(self, path: str) -> Names:
        """Names in the directory, sorted by bytes."""
        node = self._existing(path)
        if not isinstance(node, Directory):
            raise FileSystemError("ENOTDIR", path)
        return sorted(node.children)

    def stat(self, path: str, *, follow: bool = True) -> Stat:
        node = resolve(self._root, path, follow=follow).node
        if node is None:
            raise FileSystemError("ENOENT", path)
        return stat_of(node)

    def readlink(self, path: str) -> str:
        node = resolve(self._root, path, follow=False).node
        match node:
            case None:
                raise FileSystemError("ENOENT", path)
            case Link(target=target):
                return target
            case _:
                raise FileSystemError("EINVAL", path)

    def realpath(self, path: str) -> str:
        """The canonical path: no links, `/sdcard` and `/data/media/0` as `/storage/emulated/0`. It may not exist."""
        return resolve(self._root, path).path

    def tree_bytes(self, path: str) -> int:
        """Bytes of all files at and below `path`."""
        return node_bytes(self._existing(path))

    def walk(self, path: str) -> Iterator[tuple[str, Stat]]:
        """`path` and everything below it, depth first, sorted; links are not followed."""
        node = resolve(self._root, path, follow=False).node
        if node is None:
            raise FileSystemError("ENOENT", path)
        yield from walk(path, node)

    def glob(self, pattern: str) -> Names:
        """Existing paths that match `*`, `?` and `[...]`, sorted; a leading dot is matched by a dot only."""
        return glob(self._root, pattern)

    # Changing

    def write(
        self, path: str, data: bytes, *, mode: int | None = None, uid: int | None = None, gid: int | None = None
    ) -> None:
        """Replaces or creates the file. New files get 0644 and the owner of their directory unless told otherwise."""
        if self.is_dir(path):
            raise FileSystemError("EISDIR", path)
        place = self._writable(path)
        match place.node:
            case None:
                self._put(place, self._new_file(path, place, bytes(data), mode, uid, gid))
            case File() as old:
                fresh = replace(
                    old,
                    data=bytes(data),
                    hole_bytes=0,
                    mtime_s=self.clock.now_s(),
                    mode=old.mode if mode is None else mode & 0o7777,
                    uid=old.uid if uid is None else uid,
                    gid=old.gid if gid is None else gid,
                )
                self._put(place, fresh)
            case Directory() | Special() | Link():
                return

    def append(self, path: str, data: bytes) -> None:
        node = self._lookup(path)
        self.write(path, self.read(path) + data if isinstance(node, File) else data)

    def set_size(self, path: str, size: int) -> None:
        """Cuts the file, or lengthens it with zeros. Raises FileSystemError EISDIR, ENOENT, ENOSPC."""
        place = self._writable_existing(path)
        if not isinstance(place.node, File):
            raise FileSystemError("EISDIR", path)
        data = place.node.data[:size]
        self._put(place, replace(place.node, data=data, hole_bytes=size - len(data), mtime_s=self.clock.now_s()))

    def mkdir(
        self,
        path: str,
        *,
        parents: bool = False,
        exist_ok: bool = False,
        mode: int = 0o755,
        uid: int | None = None,
        gid: int | None = None,
    ) -> None:
        """With `parents`, makes what is missing above as well and accepts a directory that is there."""
        if parents:
            above = posixpath.dirname(path.rstrip("/"))
            if above not in ("", "/") and not self.is_dir(above):
                self.mkdir(above, parents=True, mode=mode, uid=uid, gid=gid)
        place = resolve(self._root, path.rstrip("/") or "/")
        if place.node is not None:
            if (parents or exist_ok) and isinstance(place.node, Directory):
                return
            raise FileSystemError("EEXIST", path)
        place = self._writable(path.rstrip("/"))
        owner = place.parents[-1]
        fresh = Directory(
            ino=self._new_ino(),
            # Shared storage shows every directory as rwxrws--- of media_rw.
            mode=0o2770 if _is_shared(place) else mode & 0o7777,
            uid=owner.uid if uid is None else uid,
            gid=owner.gid if gid is None else gid,
            mtime_s=self.clock.now_s(),
        )
        self._put(place, fresh)

    def remove(self, path: str, *, recursive: bool = False) -> None:
        """Removes a file or link; a directory only with `recursive`, with all that is in it."""
        place = self._writable_existing(path, follow=False)
        match place.node:
            case Directory() if not recursive:
                raise FileSystemError("EISDIR", path)
            case Directory() as directory if place.path in self.mount_points:
                self._put(place, replace(directory, children={}, total_bytes=0, mtime_s=self.clock.now_s()))
                raise FileSystemError("EBUSY", path)
            case _:
                self._put(place, None)

    def rmdir(self, path: str) -> None:
        place = self._writable_existing(path, follow=False)
        match place.node:
            case Directory(children=children):
                if place.path in self.mount_points:
                    raise FileSystemError("EBUSY", path)
                if children:
                    raise FileSystemError("ENOTEMPTY", path)
                self._put(place, None)
            case _:
                raise FileSystemError("ENOTDIR", path)

    def rename(self, old: str, new: str) -> None:
        """POSIX rename: replaces a file or an empty directory at `new`."""
        source = self._writable(old, follow=False)
        target = self._writable(new, follow=False)
        if source.node is None:
            raise FileSystemError("ENOENT", old)
        if source.parts == target.parts:
            return
        if source.path in self.mount_points:
            raise FileSystemError("EBUSY", old)
        if target.parts[: len(source.parts)] == source.parts:
            raise FileSystemError("EINVAL", new)
        match source.node, target.node:
            case Directory(), Directory(children=children) if children:
                raise FileSystemError("ENOTEMPTY", new)
            case Directory(), File() | Link() | Special():
                raise FileSystemError("ENOTDIR", new)
            case File() | Link() | Special(), Directory():
                raise FileSystemError("EISDIR", new)
            case _:
                pass
        moved = source.node
        self._put(source, None)
        self._put(resolve(self._root, target.path, follow=False), moved)

    def copy(self, source: str, target: str, *, recursive: bool = False, preserve: bool = False) -> None:
        """Copies a file, or with `recursive` a whole directory, to exactly `target`. The data is shared, not doubled.

        `preserve` keeps owner, mode and time.
        """
        origin = resolve(self._root, source).node
        place = self._writable(target)
        match origin, place.node:
            case None, _:
                raise FileSystemError("ENOENT", source)
            case Directory(), _ if not recursive:
                raise FileSystemError("EISDIR", source)
            case File(), File() if not preserve:
                self.write(target, origin.data)
                return
            case File(), Directory():
                raise FileSystemError("EISDIR", target)
            case Directory(), File() | Link() | Special():
                raise FileSystemError("ENOTDIR", target)
            case _:
                owner = None if preserve else place.parents[-1]
                self._put(place, duplicate(origin, owner, place.node, self._new_ino, self.clock.now_s()))

    def chmod(self, path: str, mode: int) -> None:
        place = self._writable_existing(path)
        self._put(place, replace(place.node, mode=mode & 0o7777))

    def chown(self, path: str, uid: int | None, gid: int | None, *, follow: bool = True) -> None:
        place = self._writable_existing(path, follow=follow)
        node = place.node
        self._put(place, replace(node, uid=node.uid if uid is None else uid, gid=node.gid if gid is None else gid))

    def touch(self, path: str, *, mtime_s: float | None = None, create: bool = True) -> None:
        """Sets the modification time (default: now), making an empty file where there is none and `create` is set."""
        place = self._writable(path)
        if place.node is None and not create:
            return
        node = place.node or self._new_file(path, place, b"", None, None, None)
        self._put(place, replace(node, mtime_s=self.clock.now_s() if mtime_s is None else mtime_s))

    def symlink(self, target: str, path: str, *, bind: bool = False) -> None:
        """Makes `path` a link to `target`; with `bind`, a bind mount."""
        place = self._writable(path, follow=False)
        if place.node is not None:
            raise FileSystemError("EEXIST", path)
        fresh = Link(
            ino=self._new_ino(), mode=0o777, uid=0, gid=0, mtime_s=self.clock.now_s(), target=target, bind=bind
        )
        self._put(place, fresh)

    def add_special(self, path: str, device: str, *, mode: int = 0o666) -> None:
        """Makes the character device `null`, `zero`, `urandom` or `tty` at `path`."""
        fresh = Special(ino=self._new_ino(), mode=mode, uid=0, gid=0, mtime_s=self.clock.now_s(), device=device)
        self._put(self._writable(path), fresh)

    # Inside

    def _lookup(self, path: str) -> Node | None:
        try:
            return resolve(self._root, path).node
        except FileSystemError:
            return None

    def _existing(self, path: str) -> Node:
        node = resolve(self._root, path).node
        if node is None:
            raise FileSystemError("ENOENT", path)
        return node

    def _writable(self, path: str, *, follow: bool = True) -> Place:
        place = resolve(self._root, path, follow=follow)
        if any(place.path == prefix or place.path.startswith(f"{prefix}/") for prefix in self.read_only):
            raise FileSystemError("EROFS", path)
        if len(place.parts) <= 1 and "/" in self.read_only and not isinstance(place.node, Special):
            raise FileSystemError("EROFS", path)
        if place.node is None and path.endswith("/"):
            raise FileSystemError("ENOENT", path)
        return place

    def _writable_existing(self, path: str, *, follow: bool = True) -> _Found:
        if resolve(self._root, path, follow=follow).node is None:
            raise FileSystemError("ENOENT", path)
        place = self._writable(path, follow=follow)
        assert place.node is not None
        return _Found(place.parts, place.parents, place.node)

    def _put(self, place: Place, node: Node | None) -> None:
        grown = (node_bytes(node) if node else 0) - (node_bytes(place.node) if place.node else 0)
        # A full disk still takes changes that need no new block, as ext4 and f2fs do for a rename.
        if grown > 0 and grown > self.free_bytes:
            raise FileSystemError("ENOSPC", place.path)
        self._root = put(place, node, mtime_s=self.clock.now_s())

    def _new_ino(self) -> int:
        self._next_ino += 1
        return self._next_ino - 1

    def _new_file(
        self, path: str, place: Place, data: bytes, mode: int | None, uid: int | None, gid: int | None
    ) -> File:
        if self.free_bytes == 0:
            raise FileSystemError("ENOSPC", path)
        owner = place.parents[-1]
        # And every file as rw-rw----.
        shared = _is_shared(place)
        default_mode = 0o660 if shared else 0o644
        return File(
            ino=self._new_ino(),
            mode=default_mode if mode is None or shared else mode & 0o7777,
            uid=owner.uid if uid is None else uid,
            gid=owner.gid if gid is None or shared else gid,
            mtime_s=self.clock.now_s(),
            data=data,
        )


def _is_shared(place: Place) -> bool:
    return place.parts[:2] == ("storage", "emulated")


@dataclass(frozen=True, slots=True)
class _Found(Place):
    node: Node
