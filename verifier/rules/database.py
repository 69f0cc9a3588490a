"""SQLite files on the device: pulled, with their write-ahead log or journal, and opened read-only here."""

from __future__ import annotations

import asyncio
import shlex
import sqlite3
import tempfile
from dataclasses import dataclass
from pathlib import Path

from device_farm.device import Device
from device_farm.errors import VerifierError
from device_farm.types.trajectory import Evidence
from verifier.rules.base import guest_output, shown
from verifier.rules.files import exists

_SEPARATOR = "\x1f"
"""ASCII unit separator: it cannot be typed, so it cannot be part of a column."""


async def query(device: Device, path: str, sql: str, parameters: tuple[str | int | float, ...] = ()) -> list[list[str]]:
    """The rows of a query on a copy of the database, every value as text (NULL is `""`).

    Raises:
        VerifierError: there is no such file, it is no SQLite database, or the SQL fails.
        GuestError, TransportError: the file cannot be fetched.
    """
    files = {"main.db": await device.pull(path)}
    for suffix in ("-wal", "-shm", "-journal"):
        if await exists(device, path + suffix):
            files[f"main.db{suffix}"] = await device.pull(path + suffix)
    try:
        return await asyncio.to_thread(_rows, files, sql, parameters)
    except sqlite3.Error as error:
        raise VerifierError(f"{path}: {error} in {sql!r}") from error


def _rows(files: dict[str, bytes], sql: str, parameters: tuple[str | int | float, ...]) -> list[list[str]]:
    with tempfile.TemporaryDirectory(prefix="probe-") as folder:
        for name, data in files.items():
            Path(folder, name).write_bytes(data)
        # The copy may be written (a write-ahead log has to be replayed); query_only keeps the SQL from doing so.
        connection = sqlite3.connect(Path(folder, "main.db"))
        try:
            connection.execute("PRAGMA query_only = ON")
            return [["" if cell is None else str(cell) for cell in row] for row in connection.execute(sql, parameters)]
        finally:
            connection.close()


async def query_in_guest(device: Device, path: str, sql: str) -> list[list[str]]:
    """The same through the device's own `sqlite3`, for files that cannot be pulled. One line a row."""
    command = f"sqlite3 -batch -noheader -separator {shlex.quote(_SEPARATOR)} {shlex.quote(path)} {shlex.quote(sql)}"
    output = await guest_output(device, command)
    return [line.split(_SEPARATOR) for line in output.splitlines()]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsEqual:
    """The query's rows, as text, are `expected`: in order when `ordered`, else as a multiset."""

    path: str
    sql: str
    expected: tuple[tuple[str, ...], ...]
    parameters: tuple[str | int | float, ...] = ()
    ordered: bool = False
    in_guest: bool = False

    async def check(self, device: Device) -> Evidence:
        rows = await _ask(device, self.path, self.sql, self.parameters, self.in_guest)
        found, wanted = [tuple(row) for row in rows], list(self.expected)
        holds = found == wanted if self.ordered else sorted(found) == sorted(wanted)
        return Evidence(
            probe=f"rows of {self.path}: {self.sql}", observed=shown(found), expected=shown(wanted), holds=holds
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RowExists:
    """At least `at_least` and at most `at_most` rows (None: no limit) come back."""

    path: str
    sql: str
    parameters: tuple[str | int | float, ...] = ()
    at_least: int = 1
    at_most: int | None = None
    in_guest: bool = False

    async def check(self, device: Device) -> Evidence:
        rows = await _ask(device, self.path, self.sql, self.parameters, self.in_guest)
        most = "" if self.at_most is None else f", at most {self.at_most}"
        return Evidence(
            probe=f"rows of {self.path}: {self.sql} {list(self.parameters) or ''}".rstrip(),
            observed=shown(f"{len(rows)} rows: {rows}"),
            expected=f"at least {self.at_least}{most}",
            holds=self.at_least <= len(rows) and (self.at_most is None or len(rows) <= self.at_most),
        )


async def _ask(
    device: Device, path: str, sql: str, parameters: tuple[str | int | float, ...], in_guest: bool
) -> list[list[str]]:
    if not in_guest:
        return await query(device, path, sql, parameters)
    if parameters:
        raise VerifierError("the device's sqlite3 takes no parameters", field="parameters", fix="leave in_guest off")
    return await query_in_guest(device, path, sql)
