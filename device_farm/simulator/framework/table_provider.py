"""A content provider over the tables of one database."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from device_farm.errors import GuestError
from device_farm.simulator.database import Database

Scalar: TypeAlias = str | int | float | None

_COLUMN = re.compile(r"\w+", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """What a path means: the rows of `table` where `condition`; new rows get `defaults`."""

    table: str
    condition: str = ""
    defaults: Mapping[str, Scalar] = field(default_factory=dict)
    sort: str = ""


class TableProvider:
    """`collections` by path; `PATH/ID` is one row of it."""

    def __init__(self, authority: str, database: Database, collections: Mapping[str, Collection]) -> None:
        self._authority = authority
        self._database = database
        self._collections = collections

    def query(self, path: str, projection: Sequence[str], where: str, sort: str) -> list[sqlite3.Row]:
        collection, condition = self._find(path)
        columns = ", ".join(quoted(name) for name in projection) or "*"
        order = sort or collection.sort
        sql = f"SELECT {columns} FROM {collection.table}{_clause(condition, where)}"
        return self._database.peek(f"{sql} ORDER BY {order}" if order else sql)

    def insert(self, path: str, values: Mapping[str, Scalar]) -> str:
        collection, _ = self._find(path)
        row = {**collection.defaults, **values}
        names = ", ".join(quoted(name) for name in row)
        marks = ", ".join("?" * len(row))
        sql = (
            f"INSERT INTO {collection.table} ({names}) VALUES ({marks})"
            if row
            else (f"INSERT INTO {collection.table} DEFAULT VALUES")
        )
        row_id = self._database.execute(sql, tuple(row.values())).last_row_id
        return f"content://{self._authority}/{row_id}"

    def update(self, path: str, values: Mapping[str, Scalar], where: str) -> int:
        collection, condition = self._find(path)
        if not values:
            raise GuestError("java.lang.IllegalArgumentException: Empty values")
        assignments = ", ".join(f"{quoted(name)} = ?" for name in values)
        sql = f"UPDATE {collection.table} SET {assignments}{_clause(condition, where)}"
        return self._database.execute(sql, tuple(values.values())).row_count

    def delete(self, path: str, where: str) -> int:
        collection, condition = self._find(path)
        return self._database.execute(f"DELETE FROM {collection.table}{_clause(condition, where)}").row_count

    def _find(self, path: str) -> tuple[Collection, str]:
        found = self._collections.get(path)
        if found is not None:
            return found, found.condition
        base, _, row = path.rpartition("/")
        found = self._collections.get(base)
        if found is None or not re.fullmatch(r"\d{1,18}", row):
            raise GuestError(f"java.lang.IllegalArgumentException: Unknown URL content://{self._authority}/{path}")
        return found, f"{found.condition} AND _id = {row}" if found.condition else f"_id = {row}"


def _clause(*conditions: str) -> str:
    given = [f"({condition})" for condition in conditions if condition]
    return f" WHERE {' AND '.join(given)}" if given else ""


def quoted(column: str) -> str:
    """`column` as an identifier. Raises GuestError for anything that is not a plain name."""
    if not _COLUMN.fullmatch(column):
        raise GuestError(f"java.lang.IllegalArgumentException: Invalid column {column}")
    return f'"{column}"'
