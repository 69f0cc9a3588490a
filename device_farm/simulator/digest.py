"""A fingerprint of everything that a simulated phone is: two phones with the same one behave alike from there on."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator, Mapping, Sequence, Set
from enum import Enum
from functools import lru_cache
from typing import Final

from device_farm.simulator.filesystem_nodes import Directory, File, Link, Node, Special
from device_farm.simulator.snapshot import PhoneSnapshot

PARTS: Final = ("files", "settings", "properties", "packages", "screens", "logcat", "clock")
"""What a phone's digest consists of. `files` holds the whole tree with the databases in it."""


def state_digests(snapshot: PhoneSnapshot) -> dict[str, str]:
    """SHA-256 in hex of every part of `PARTS`.

    Files count with path, mode, owner, time, inode and content; what was last drawn does not count, as it follows from
    the rest.
    """
    state = {field.name: getattr(snapshot.state, field.name) for field in dataclasses.fields(snapshot.state)}
    packages = state.pop("packages")
    parts: dict[str, object] = {
        "settings": snapshot.settings,
        "properties": snapshot.properties,
        "packages": packages,
        "screens": state,
        "logcat": snapshot.logcat,
        "clock": snapshot.clock,
    }
    digests = {name: _digest(_canonical(value)) for name, value in parts.items()}
    return {"files": _digest(_tree("", snapshot.files.root))} | digests


def state_digest(snapshot: PhoneSnapshot) -> str:
    """SHA-256 in hex over all parts."""
    return _digest(f"{name}={value}" for name, value in sorted(state_digests(snapshot).items()))


def _digest(pieces: Iterator[str]) -> str:
    made = hashlib.sha256()
    for piece in pieces:
        made.update(piece.encode("utf-8", "surrogateescape"))
        made.update(b"\0")
    return made.hexdigest()


@lru_cache(maxsize=4096)
def _content(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _tree(path: str, node: Node) -> Iterator[str]:
    owner = f"{node.ino} {node.mode:o} {node.uid}:{node.gid} {node.mtime_s!r}"
    match node:
        case File():
            yield f"{path} file {owner} {_content(node.data)} +{node.hole_bytes}"
        case Directory():
            yield f"{path}/ {owner}"
            for name in sorted(node.children):
                yield from _tree(f"{path}/{name}", node.children[name])
        case Link():
            yield f"{path} link {owner} {node.target} {node.bind}"
        case Special():
            yield f"{path} special {owner} {node.device}"


def _canonical(value: object) -> Iterator[str]:
    """The value as text in an order that does not depend on how it came about."""
    if value is None or isinstance(value, str | int | float | bytes | Enum):
        yield repr(value)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        yield type(value).__qualname__
        for field in dataclasses.fields(value):
            yield field.name
            yield from _canonical(getattr(value, field.name))
    elif isinstance(value, Mapping):
        for key in sorted(value, key=repr):
            yield repr(key)
            yield from _canonical(value[key])
    elif isinstance(value, Set):
        yield from sorted("".join(_canonical(member)) for member in value)
    elif isinstance(value, Sequence):
        yield f"{len(value)} of"
        for member in value:
            yield from _canonical(member)
    else:
        # Programs, not data: the same class is the same program.
        yield type(value).__qualname__
