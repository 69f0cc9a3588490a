"""Pure operations on an immutable file tree: find a path in it, and build the tree that differs in one place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from device_farm.simulator.filesystem_errors import FileSystemError
from device_farm.simulator.filesystem_nodes import Directory, Link, Node, Stat, node_bytes, stat_of

# Linux: NAME_MAX, and the number of symbolic links that one path may go through.
NAME_MAX = 255
LINKS_MAX = 40


@dataclass(frozen=True, slots=True)
class Place:
    """Where a path leads: canonical `parts`, the directories above (root first), and the node, None if missing."""

    parts: tuple[str, ...]
    parents: tuple[Directory, ...]
    node: Node | None

    @property
    def path(self) -> str:
        return "/" + "/".join(self.parts)


def resolve(root: Directory, path: str, *, follow: bool = True) -> Place:
    """Walks `path` from the root. The last component may be missing; with `follow`, a link there is followed.

    Raises FileSystemError ENOENT, ENOTDIR, ELOOP, ENAMETOOLONG.
    """
    if not path:
        raise FileSystemError("ENOENT", path)
    follow = follow or path.endswith("/")
    pending = [part for part in reversed(path.split("/")) if part and part != "."]
    parts: list[str] = []
    directories = [root]
    links = 0
    while pending:
        name = pending.pop()
        if name == "..":
            if parts:
                parts.pop()
                directories.pop()
            continue
        _check_name(name, path)
        child = directories[-1].children.get(name)
        match child:
            case Link() if child.bind or pending or follow:
                links += 1
                if links > LINKS_MAX:
                    raise FileSystemError("ELOOP", path)
                pending.extend(part for part in reversed(child.target.split("/")) if part and part != ".")
                if child.target.startswith("/"):
                    parts, directories = [], [root]
            case Directory():
                parts.append(name)
                directories.append(child)
            case None if pending:
                raise FileSystemError("ENOENT", path)
            case None:
                return Place((*parts, name), tuple(directories), None)
            case _ if pending or path.endswith("/"):
                raise FileSystemError("ENOTDIR", path)
            case _:
                return Place((*parts, name), tuple(directories), child)
    return Place(tuple(parts), tuple(directories[:-1]), directories[-1])


def _check_name(name: str, path: str) -> None:
    try:
        size = len(name.encode())
    except UnicodeEncodeError:
        raise FileSystemError("EINVAL", path.encode(errors="replace").decode()) from None
    if size > NAME_MAX:
        raise FileSystemError("ENAMETOOLONG", path)
    if "\0" in name:
        raise FileSystemError("EINVAL", path)


def put(place: Place, node: Node | None, *, mtime_s: float) -> Directory:
    """The root of a tree with `node` at `place` (None: nothing there). The directory above is marked as changed."""
    if not place.parts:
        if not isinstance(node, Directory):
            raise FileSystemError("EINVAL", "/")
        return node
    grown = (node_bytes(node) if node else 0) - (node_bytes(place.node) if place.node else 0)
    child = node
    for depth in range(len(place.parents) - 1, -1, -1):
        directory, name = place.parents[depth], place.parts[depth]
        children = dict(directory.children)
        if child is None:
            children.pop(name, None)
        else:
            children[name] = child
        entry_changed = depth == len(place.parents) - 1 and (node is None) != (place.node is None)
        child = replace(
            directory,
            children=children,
            total_bytes=directory.total_bytes + grown,
            mtime_s=mtime_s if entry_changed else directory.mtime_s,
        )
    assert isinstance(child, Directory)
    return child


def duplicate(node: Node, owner: Directory | None, over: Node | None, new_ino: Callable[[], int], now_s: float) -> Node:
    """A copy of `node` and all below it, owned as `owner`; with None, owners and times stay.

    Where a directory is copied `over` one, what only that one has is kept.
    """
    uid, gid = (node.uid, node.gid) if owner is None else (owner.uid, owner.gid)
    mtime_s = node.mtime_s if owner is None else now_s
    if not isinstance(node, Directory):
        return replace(node, ino=new_ino(), uid=uid, gid=gid, mtime_s=mtime_s)
    old = over.children if isinstance(over, Directory) else {}
    children = {
        **old,
        **{name: duplicate(child, owner, old.get(name), new_ino, now_s) for name, child in node.children.items()},
    }
    total_bytes = sum(node_bytes(child) for child in children.values())
    return replace(node, ino=new_ino(), uid=uid, gid=gid, mtime_s=mtime_s, children=children, total_bytes=total_bytes)


def walk(path: str, node: Node) -> Iterator[tuple[str, Stat]]:
    """`node`, called `path`, and everything below it, depth first, sorted by name; links are not followed."""
    yield path, stat_of(node)
    if isinstance(node, Directory):
        for name in sorted(node.children):
            yield from walk(f"{path.rstrip('/')}/{name}", node.children[name])


def glob(root: Directory, pattern: str) -> list[str]:
    """Existing paths that match `*`, `?` and `[...]`, sorted; a leading dot is matched by a dot only."""
    found = [""]
    for part in [part for part in pattern.split("/") if part]:
        found = [match for base in found for match in _glob_step(root, base, part)]
    return sorted(path or "/" for path in found)


def _glob_step(root: Directory, base: str, part: str) -> list[str]:
    try:
        if not any(mark in part for mark in "*?["):
            path = f"{base}/{part}"
            return [path] if resolve(root, path, follow=False).node is not None else []
        directory = resolve(root, base or "/").node
    except FileSystemError:
        return []
    if not isinstance(directory, Directory):
        return []
    return [
        f"{base}/{name}"
        for name in directory.children
        if fnmatchcase(name, part) and (part.startswith(".") or not name.startswith("."))
    ]
