"""A phone's state beyond its files: settings, packages, providers' rows, applications' preferences and databases.

What a file or a database says follows from its bytes, so it is read once for every digest and then known.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import sqlite3
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final
from xml.etree import ElementTree

from device_farm.device import Device
from device_farm.errors import GuestError, VerifierError
from verifier.probes.sql import BESIDE, MAIN, cell_text, opened
from verifier.probes.state_files import DIGEST_CHARACTERS, Part
from verifier.rules.base import guest_output
from verifier.rules.content import query_content

_NAMESPACES: Final = ("system", "secure", "global")
_KNOWN_MAX: Final = 512
_ROWS_MAX: Final = 5000
_CELL_CHARACTERS: Final = 200
_NOISE: Final = ("android_metadata", "room_master_table", "sqlite_sequence", "sqlite_stat1", "sqlite_stat4")
_PROVIDERS: Final = "/data/data/com.android.providers."
_KNOWN: Final[OrderedDict[tuple[str, ...], Mapping[str, str]]] = OrderedDict()
"""Facts by what they follow from: the kind of reading, and the SHA-256 of each file read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rows:
    """Rows of a provider: `kind` names them, `columns` are asked for (the first is the id), `database` holds them."""

    kind: str
    uri: str
    columns: tuple[str, ...]
    database: str


_ROWS: Final = (
    _Rows(
        kind="contact",
        uri="content://com.android.contacts/data",
        columns=("contact_id", "display_name", "starred", "mimetype", "data1", "data2", "data3", "data4"),
        database="/data/data/com.android.providers.contacts/databases/contacts2.db",
    ),
    _Rows(
        kind="message",
        uri="content://sms",
        columns=("_id", "address", "type", "read", "date", "body"),
        database="/data/data/com.android.providers.telephony/databases/mmssms.db",
    ),
    _Rows(
        kind="call",
        uri="content://call_log/calls",
        columns=("_id", "number", "type", "date", "duration"),
        database="/data/data/com.android.providers.contacts/databases/calllog.db",
    ),
    _Rows(
        kind="event",
        uri="content://com.android.calendar/events",
        columns=("_id", "title", "dtstart", "dtend", "eventLocation", "description"),
        database="/data/data/com.android.providers.calendar/databases/calendar.db",
    ),
)


async def settings(device: Device) -> Part:
    """Raises VerifierError where a namespace cannot be listed."""
    facts: dict[str, str] = {}
    for namespace in _NAMESPACES:
        place = ""
        for line in (await guest_output(device, f"settings list {namespace}")).splitlines():
            key, is_new, value = line.partition("=")
            if is_new:
                place = f"setting {namespace}/{key}"
                facts[place] = value
            elif place:
                facts[place] += f"\n{line}"
    return Part(facts=facts)


async def packages(device: Device) -> Part:
    """Raises VerifierError where they cannot be listed."""
    lines = (await guest_output(device, "pm list packages")).splitlines()
    return Part(facts={f"package {line.removeprefix('package:').strip()}": "installed" for line in lines})


async def provider_rows(device: Device, digests: Mapping[str, str]) -> Part:
    """Contacts, messages, calls and calendar events. `digests` are those of the files behind, where they are known."""
    facts: dict[str, str] = {}
    unread: dict[str, str] = {}
    for rows in _ROWS:
        try:
            facts |= await _known(rows.kind, _behind(rows.database, digests), partial(_provided, device, rows))
        except VerifierError as error:
            if "Could not find provider" not in error.message:
                unread[rows.kind] = str(error)
    return Part(facts=facts, unread=unread)


async def _provided(device: Device, asked: _Rows) -> dict[str, str]:
    """One fact an id; a contact's rows are joined, as a person sees one contact."""
    texts: dict[str, list[str]] = {}
    for row in await query_content(device, asked.uri, asked.columns):
        number = row[asked.columns[0]]
        cells = [f"{name}={row[name]}" for name in asked.columns[1:] if row[name] not in ("", "NULL")]
        texts.setdefault(f"{asked.kind} {number}", []).append(", ".join(cells))
    return {place: "; ".join(sorted(lines)) for place, lines in texts.items()}


async def application_data(device: Device, digests: Mapping[str, str]) -> Part:
    """Preferences by key, databases by row, other files by digest. Damaged ones are unread: what they hold is unknown.

    Raises:
        TransportError: the device is gone.
    """
    facts: dict[str, str] = {}
    unread: dict[str, str] = {}
    for path, digest in digests.items():
        if path.startswith(_PROVIDERS) or path.endswith(("-wal", "-shm", "-journal")):
            continue
        kind = _kind_of(path)
        if kind is None:
            facts[f"file {path}"] = digest[:DIGEST_CHARACTERS]
            continue
        try:
            said = await _known(kind, _behind(path, digests), partial(_READ[kind], device, path, digests))
        except (VerifierError, GuestError) as error:
            unread[f"{kind} {path}"] = str(error)
        else:
            facts |= {place.replace("*", path, 1): text for place, text in said.items()}
    return Part(facts=facts, unread=unread)


def _kind_of(path: str) -> str | None:
    """How the places of its facts begin, for a file that is read; None for others."""
    if "/databases/" in path:
        return "row"
    return "preference" if "/shared_prefs/" in path and path.endswith(".xml") else None


def _behind(path: str, digests: Mapping[str, str]) -> tuple[str, ...]:
    """The digests of a file, of its write-ahead log and its journal; empty where the file cannot be seen."""
    return (
        (digests[path], *(digests.get(path + suffix, "") for suffix in ("-wal", "-journal"))) if path in digests else ()
    )


async def _known(
    kind: str, behind: tuple[str, ...], read: Callable[[], Awaitable[Mapping[str, str]]]
) -> Mapping[str, str]:
    """What `read` brings, from memory where files with these digests were read before."""
    if not behind:
        return await read()
    key = (kind, *behind)
    if key not in _KNOWN:
        _KNOWN[key] = await read()
    _KNOWN.move_to_end(key)
    found = _KNOWN[key]
    while len(_KNOWN) > _KNOWN_MAX:
        _KNOWN.popitem(last=False)
    return found


async def _preferences(device: Device, path: str, digests: Mapping[str, str]) -> dict[str, str]:
    try:
        root = ElementTree.fromstring(await device.pull(path))
    except ElementTree.ParseError as error:
        raise VerifierError(f"{path} is no XML: {error}") from error
    return {
        f"preference * {entry.get('name', '')}": entry.get("value") or " | ".join(entry.itertext()).strip()
        for entry in root
    }


async def _database(device: Device, path: str, digests: Mapping[str, str]) -> dict[str, str]:
    files = {MAIN: await device.pull(path)}
    for suffix in BESIDE:
        if path + suffix in digests:
            files[MAIN + suffix] = await device.pull(path + suffix)
    # A large one takes seconds, in which the loop serves other devices.
    return await asyncio.to_thread(_facts_of, files)


def _facts_of(files: Mapping[str, bytes]) -> dict[str, str]:
    with opened(files) as connection:
        return dict(_rows(connection))


def _rows(connection: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    """Every row of every table. Raises VerifierError where there are too many."""
    seen = 0
    for table in _tables(connection):
        quoted = '"' + table.replace('"', '""') + '"'
        try:
            cursor = connection.execute(f"SELECT rowid, * FROM {quoted} LIMIT {_ROWS_MAX + 1}")
        except sqlite3.OperationalError:
            # WITHOUT ROWID: the place in its own order stands for it.
            cursor = connection.execute(f"SELECT row_number() OVER (), * FROM {quoted} LIMIT {_ROWS_MAX + 1}")
        columns = [column[0] for column in cursor.description][1:]
        for number, *cells in cursor:
            seen += 1
            if seen > _ROWS_MAX:
                raise VerifierError(f"more than {_ROWS_MAX} rows")
            pairs = zip(columns, cells, strict=True)
            yield f"row * {table}/{number}", ", ".join(f"{name}={_cell(value)}" for name, value in pairs)


def _tables(connection: sqlite3.Connection) -> list[str]:
    """The tables that hold data of their own: not virtual ones, nor those that virtual ones keep their data in."""
    found = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
    virtual = [name for name, sql in found if re.match(r"\s*create\s+virtual", sql or "", re.IGNORECASE)]
    return [
        name
        for name, _ in found
        if name not in _NOISE and not any(name == other or name.startswith(f"{other}_") for other in virtual)
    ]


def _cell(value: object) -> str:
    """Long values by their beginning and a digest, so that a change within shows."""
    text = cell_text(value)
    data = value if isinstance(value, bytes) else text.encode("utf-8", "surrogatepass")
    if len(text) <= _CELL_CHARACTERS and not isinstance(value, bytes):
        return text
    return f"{text[:_CELL_CHARACTERS]}…{hashlib.sha256(data).hexdigest()[:8]}"


_READ: Final[Mapping[str, Callable[[Device, str, Mapping[str, str]], Awaitable[Mapping[str, str]]]]] = {
    "row": _database,
    "preference": _preferences,
}
"""What reads a file of each kind, with `*` for its path in the places. Raises VerifierError for a damaged one."""
