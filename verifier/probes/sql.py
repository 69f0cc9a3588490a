"""Databases of a device, opened as copies that cannot be written."""

from __future__ import annotations

import sqlite3
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from device_farm.errors import VerifierError
from verifier.probes.statement import FUNCTIONS, READING_PRAGMAS

_SECONDS: Final = 5.0
"""A statement that takes longer is ended: `WITH RECURSIVE` need never."""
_STEPS_A_CHECK: Final = 100
"""Few, because one step may be a search for half a megabyte in a megabyte, which nothing ends."""
_TEXT_BYTES: Final = 1_000_000
_PATTERN_BYTES: Final = 1000
MAIN: Final = "main.db"
BESIDE: Final = ("-wal", "-shm", "-journal")
"""What lies beside a database: without its log the latest changes lack, without its journal half a change is there."""


@contextmanager
def opened(files: Mapping[str, bytes]) -> Iterator[sqlite3.Connection]:
    """A connection to the database whose files are `files`: `MAIN`, and `MAIN` with those of `BESIDE`.

    It can read and nothing else: writes, ATTACH, other pragmas and functions outside the list fail in the engine.

    Raises:
        VerifierError: the file is no database, is damaged or encrypted, or the statement fails or takes too long.
    """
    with tempfile.TemporaryDirectory(prefix="probe-") as folder:
        for name, data in files.items():
            Path(folder, name).write_bytes(data)
        # Not opened with mode=ro: replaying a write-ahead log writes to the copy. The rest of the walls is below.
        connection = sqlite3.connect(Path(folder, MAIN), isolation_level=None)
        try:
            _close_off(connection)
            yield connection
        except (sqlite3.Error, sqlite3.Warning, OverflowError) as error:
            raise VerifierError(f"the database does not answer: {error}", field="sql", fix=_fix_for(error)) from error
        finally:
            connection.close()


def _close_off(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA query_only = ON")
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    connection.text_factory = lambda data: data.decode("utf-8", "replace")
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _TEXT_BYTES)
    connection.setlimit(sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, _PATTERN_BYTES)
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    end_s = time.monotonic() + _SECONDS
    connection.set_progress_handler(lambda: int(time.monotonic() > end_s), _STEPS_A_CHECK)
    connection.set_authorizer(_authorize)


def _authorize(action: int, first: str | None, second: str | None, database: str | None, trigger: str | None) -> int:
    """What the engine asks for every part of a statement while it compiles it."""
    del database, trigger
    allowed = False
    match action:
        case sqlite3.SQLITE_SELECT | sqlite3.SQLITE_READ | sqlite3.SQLITE_RECURSIVE:
            allowed = True
        case sqlite3.SQLITE_FUNCTION:
            allowed = (second or "").lower() in FUNCTIONS
        case sqlite3.SQLITE_PRAGMA:
            # `PRAGMA user_version = 3` has a value; `PRAGMA table_info(t)` has one too, and changes nothing.
            name = (first or "").lower()
            allowed = name in READING_PRAGMAS and (second is None or name.endswith(("_info", "_xinfo", "_list")))
    return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY


def _fix_for(error: Exception) -> str:
    text = str(error)
    if "interrupted" in text:
        return "ask for less: add a WHERE or a LIMIT"
    if "not authorized" in text or "prohibited" in text:
        return "only SELECT is allowed"
    if "no such" in text:
        return "list the tables with: SELECT name, sql FROM sqlite_master"
    return ""


def cell_text(value: object) -> str:
    """A value as it is shown: NULL is empty, bytes by their length."""
    match value:
        case None:
            return ""
        case bytes():
            return f"({len(value)} bytes)"
        case _:
            return str(value)
