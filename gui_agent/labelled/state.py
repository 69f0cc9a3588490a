"""The state that a task is about, as facts that can be compared: settings, databases, preferences, files."""

from __future__ import annotations

import asyncio
import hashlib
import io
import re
import sqlite3
import zipfile
from dataclasses import dataclass, field
from typing import Final, TypeAlias
from xml.etree import ElementTree

from device_farm.device import Device
from device_farm.errors import VerifierError
from verifier.rules.base import guest_output

Facts: TypeAlias = frozenset[str]

_NAMESPACES = ("global", "system", "secure")
_PHONE_FILES = "find /storage/emulated/0 /data/data /data/misc -type f -exec md5sum {} +"
_PHONE_FOLDERS = "find /storage/emulated/0 -type d"
# Hidden folders of the home hold what programs remember; the bin is what a deletion may have left behind.
_DESKTOP_FILES = (
    'cd "$HOME" && find . -type f -not -path "./.*" -exec md5sum {} +; '
    "find ./.local/share/Trash/files -type f -exec md5sum {} + 2>/dev/null; true"
)
_DESKTOP_FOLDERS = 'cd "$HOME" && find . -type d -not -path "./.*"'
NOT_STATE: Final = (
    # Copies that AndroidWorld's set-up keeps; caches; what an application remembers of being opened.
    r"^file /data/data/android_world/",
    r"/cache/",
    r"/first_run\.xml ",
    # Bookkeeping: how many rows there ever were, which are gone, how often a mode was switched.
    r"^row \S+ (sqlite_sequence|deleted_contacts|android_metadata|room_master_table) ",
    r"^setting global zen_mode_config_etag=",
    # That a document is open, by whom and since when.
    r"^file \S*/\.~lock\.[^/]*# ",
    # When a timer or the stopwatch was started: the same deed done later is the same deed.
    r"^preference \S+ (sw|timer)_wall_clock_time(_\d+)?=",
)
"""Facts that no task is about, as patterns."""
_IGNORED = re.compile("|".join(NOT_STATE))
_MOMENTS = re.compile(r"timestamp$|^last_(time|updated|modified)|_modified$")
"""Columns that hold when a row was written: the same deed done later is the same deed."""
_SHOWN = 160


@dataclass(slots=True)
class StateReader:
    """Reads devices' states. A file with known bytes is not fetched again, on whichever device it lies."""

    _known: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)

    async def read(self, device: Device) -> Facts:
        """Raises VerifierError, GuestError, TransportError where the state cannot be read."""
        phone = device.info.platform == "android"
        facts = await _settings(device) if phone else []
        listed = await guest_output(device, _PHONE_FILES if phone else _DESKTOP_FILES)
        folders = await guest_output(device, _PHONE_FOLDERS if phone else _DESKTOP_FOLDERS)
        facts += [f"folder {line}" for line in folders.splitlines()]
        for line in listed.splitlines():
            digest, _, path = line.partition("  ")
            if not _IGNORED.search(f"file {path} "):
                facts += await self._file(device, path, digest)
        return frozenset(facts)

    async def _file(self, device: Device, path: str, digest: str) -> tuple[str, ...]:
        known = self._known.get((path, digest))
        if known is None:
            known = (f"file {path} {digest}",)
            if _has_parts(path):
                home = "" if path.startswith("/") else f"{await guest_output(device, 'echo $HOME')}/"
                data = await device.pull(f"{home}{path}")
                known = await asyncio.to_thread(facts_in, path, data) or known
            self._known[path, digest] = known
        return known


async def _settings(device: Device) -> list[str]:
    facts: list[str] = []
    for namespace in _NAMESPACES:
        output = await guest_output(device, f"settings list {namespace}")
        facts += [f"setting {namespace} {line}" for line in output.splitlines()]
    return facts


def _has_parts(path: str) -> bool:
    return "/databases/" in path or "/app_db/" in path or "/shared_prefs/" in path or path.endswith(".ods")


def facts_in(path: str, data: bytes) -> tuple[str, ...]:
    """What a database, a file of preferences or a spreadsheet holds; nothing for any other bytes."""
    if data.startswith(b"SQLite format 3\0"):
        return tuple(f"row {_short(path)} {row}" for row in _rows(path, data))
    if path.endswith(".xml"):
        return tuple(f"preference {_short(path)} {entry}" for entry in _preferences(data))
    if path.endswith(".ods"):
        return tuple(f"cells {path} {line}" for line in _cells(data))
    return ()


def _short(path: str) -> str:
    """`PACKAGE/FILE` of an application's own file."""
    match path.split("/"):
        case ["", "data", "data", package, *_, name]:
            return f"{package}/{name}"
        case _:
            return path


def _rows(path: str, data: bytes) -> list[str]:
    """`TABLE column=value …` of every row, without columns that are NULL or say when it was written."""
    connection = sqlite3.connect(":memory:")
    try:
        connection.deserialize(data)
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found: list[str] = []
        for name in names:
            cursor = connection.execute(f'SELECT * FROM "{name}"')
            columns = [column[0] for column in cursor.description]
            for row in cursor:
                cells = zip(columns, row, strict=True)
                told = [f"{key}={value!r}" for key, value in cells if value is not None and not _MOMENTS.search(key)]
                found.append(" ".join((name, *told)))
        return found
    except sqlite3.Error as error:
        raise VerifierError(f"{path}: {error}") from error
    finally:
        connection.close()


def _preferences(data: bytes) -> list[str]:
    try:
        root = ElementTree.fromstring(data)
    except ElementTree.ParseError:
        return []
    return [f"{entry.get('name')}={entry.get('value', ''.join(entry.itertext()).strip())}" for entry in root]


def _cells(data: bytes) -> list[str]:
    """The text of every row of an OpenDocument sheet, empty rows left out."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            root = ElementTree.fromstring(archive.read("content.xml"))
    except (zipfile.BadZipFile, KeyError, ElementTree.ParseError):
        return []
    rows = [row for row in root.iter() if row.tag.endswith("}table-row")]
    texts = ["|".join("".join(cell.itertext()) for cell in row) for row in rows]
    return [f"{index} {text}" for index, text in enumerate(texts) if text.strip("|")]


def differences(found: Facts, expected: Facts) -> tuple[str, ...]:
    """What holds in one state only, sorted: `+` for too much, `-` for too little. Empty for equal states."""
    changes = [f"+ {fact}" for fact in found - expected] + [f"- {fact}" for fact in expected - found]
    return tuple(sorted(change for change in changes if not _IGNORED.search(change[2:])))


def digest_of(facts: Facts) -> str:
    """16 hex digits that stand for what `differences` compares: equal exactly where it finds none."""
    told = sorted(fact for fact in facts if not _IGNORED.search(fact))
    return hashlib.sha256("\n".join(told).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def shortened(changes: tuple[str, ...], most: int = 4) -> tuple[str, ...]:
    """The first few, each cut to a line."""
    shown = tuple(change if len(change) <= _SHOWN else f"{change[: _SHOWN - 1]}…" for change in changes[:most])
    left = len(changes) - most
    return (*shown, f"and {left} more") if left > 0 else shown
