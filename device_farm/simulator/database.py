"""SQLite databases in the phone's file tree. The file's bytes are the only truth.

So the app, the shell's `sqlite3`, `adb pull` and `adb push` see one thing, and a snapshot of the files is a snapshot
of the databases. An open connection is only a cache, found by the identity of the bytes.
"""

from __future__ import annotations

import posixpath
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache

from device_farm.simulator.filesystem import FileSystem
from device_farm.simulator.filesystem_nodes import File
from device_farm.simulator.sqlite_engine import IMAGES, Image, Value, empty_image

Parameters = Sequence[Value] | Mapping[str, Value]
Row = sqlite3.Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Executed:
    """What a statement did: the rowid that it inserted last (0: none) and the rows that it changed."""

    last_row_id: int
    row_count: int


class Database:
    """The database file at `path`; made from `schema` (a script of statements) at first use where it is missing.

    Holds no data itself: any number of instances, on any fork of the files, are equal. Every method raises
    sqlite3.Error for bad SQL or a file that is no database, and FileSystemError (ENOSPC) for a full disk; the file is
    unchanged then.
    """

    def __init__(self, files: FileSystem, path: str, schema: str = "", *, uid: int | None = None) -> None:
        self._files = files
        self.path = path
        self._schema = schema
        self._uid = uid

    def query(self, sql: str, params: Parameters = ()) -> list[Row]:
        """Rows (by index and by column name) of a statement that changes nothing."""
        return self._rows(self._data(), sql, params)

    def peek(self, sql: str, params: Parameters = ()) -> list[Row]:
        """As `query`, for those who only look: a missing file is read as a new one would be, and stays missing."""
        node = self._files.node(self.path)
        if self._schema and (node is None or (isinstance(node, File) and not node.data)):
            return self._rows(_fresh(self._schema), sql, params)
        return self.query(sql, params)

    def _rows(self, data: bytes, sql: str, params: Parameters) -> list[Row]:
        image = IMAGES.borrow(data)
        image.begin_call(data, self._files.clock.now_s())
        return image.connection.execute(sql, params).fetchall()

    def execute(self, sql: str, params: Parameters = ()) -> Executed:
        """Runs one statement and writes the file."""
        with self._changing() as image:
            cursor = image.connection.execute(sql, params)
            cursor.fetchall()
            return Executed(last_row_id=cursor.lastrowid or 0, row_count=max(0, cursor.rowcount))

    def execute_many(self, sql: str, rows: Sequence[Parameters]) -> None:
        """One statement for each of `rows`, all or none of them."""
        with self._changing() as image:
            image.connection.executemany(sql, rows)

    def script(self, sql: str) -> None:
        """Several statements, all or none of them."""
        with self._changing() as image:
            for statement in statements(sql):
                image.connection.execute(statement)

    @contextmanager
    def session(self) -> Iterator[sqlite3.Connection]:
        """A connection in autocommit mode for any SQL; the file is written at the end where something has changed.

        Temporary tables and pragmas end with the session. Unlike elsewhere, what ran before an error stays done.
        """
        old = self._data()
        image = Image(old)
        image.begin_call(old, self._files.clock.now_s())
        try:
            yield image.connection
        finally:
            if image.connection.in_transaction:
                image.connection.execute("ROLLBACK")
            data = image.connection.serialize()
            image.close()
            if data != old and (old or data != empty_image()):
                self._write(data)

    def exists(self) -> bool:
        return self._files.is_file(self.path)

    def create(self) -> None:
        """Makes the file from the schema where it is missing."""
        self._data()

    def _data(self) -> bytes:
        node = self._files.node(self.path)
        if isinstance(node, File) and (node.data or not self._schema):
            return node.data
        if node is None and not self._schema:
            return b""
        return self._write(_fresh(self._schema))

    @contextmanager
    def _changing(self, old: bytes | None = None) -> Iterator[Image]:
        data = self._data() if old is None else old
        image = IMAGES.take(data)
        image.begin_call(data, self._files.clock.now_s())
        kept = False
        try:
            image.connection.execute("BEGIN")
            yield image
            image.connection.execute("COMMIT")
            IMAGES.keep(self._write(image.connection.serialize()), image)
            kept = True
        finally:
            # After a failure the image may hold half of the change; the bytes do not.
            if not kept:
                image.close()

    def _write(self, data: bytes) -> bytes:
        """Stores `data`, and returns the very object that now lies in the file."""
        node = self._files.node(self.path)
        if isinstance(node, File):
            if node.data != data:
                self._files.write(self.path, data, uid=self._uid)
        else:
            folder = posixpath.dirname(self.path)
            if not self._files.is_dir(folder):
                self._files.mkdir(folder, parents=True, mode=0o771, uid=self._uid)
            self._files.write(self.path, data, mode=0o660, uid=self._uid)
        return self._files.read(self.path)


@lru_cache(maxsize=256)
def _fresh(schema: str) -> bytes:
    """A database right after `schema` was run. The same bytes for every phone: they are made and held once."""
    image = Image(b"")
    try:
        image.begin_call(b"\0" * 100, 0.0)
        for statement in statements(schema):
            image.connection.execute(statement)
        return image.connection.serialize()
    finally:
        image.close()


def statements(sql: str) -> Iterator[str]:
    """Splits a script at its semicolons, as sqlite3's own tokenizer sees them (quotes, comments, triggers).

    A last statement needs no semicolon.
    """
    pending = ""
    for piece in sql.split(";"):
        pending += piece + ";"
        if sqlite3.complete_statement(pending):
            if pending.strip(" \t\r\n;"):
                yield pending.strip()
            pending = ""
    rest = pending.rstrip(";") if pending else ""
    if rest.strip():
        yield rest.strip()
