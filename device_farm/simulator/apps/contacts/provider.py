"""The contacts provider: what `content query|insert|update|delete` reach under `content://com.android.contacts`.

Paths, columns and their meaning are those of `ContactsContract`; the older authority `contacts` answers for `phones`.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from device_farm.errors import GuestError
from device_farm.simulator.apps.contacts.schema import EMAIL_MIMETYPE, PHONE_MIMETYPE
from device_farm.simulator.apps.contacts.store import ContactStore
from device_farm.simulator.database import Database

AUTHORITIES = ("com.android.contacts", "contacts")
ContentValue: TypeAlias = str | int | float | None

_PHONES = f"""SELECT *, data1 AS number, data2 AS type, data3 AS label, contact_id AS person,
    display_name AS name, data4 AS number_key FROM view_data WHERE mimetype = '{PHONE_MIMETYPE}'"""
_RELATIONS: Mapping[str, str] = {
    "contacts": "SELECT * FROM view_contacts",
    "raw_contacts": "SELECT * FROM raw_contacts",
    "data": "SELECT * FROM view_data",
    "data/phones": f"SELECT * FROM view_data WHERE mimetype = '{PHONE_MIMETYPE}'",
    "data/emails": f"SELECT * FROM view_data WHERE mimetype = '{EMAIL_MIMETYPE}'",
    "phones": _PHONES,
    "groups": "SELECT * FROM groups",
    "deleted_contacts": "SELECT * FROM deleted_contacts",
}
_WITH_ID = re.compile(r"(contacts|raw_contacts|data|data/phones|data/emails|phones|groups)/(\d+)")
_DATA_OF = re.compile(r"(contacts|raw_contacts)/(\d+)/(?:data|entities)")
_COLUMN = re.compile(r"\w+")


class ContactsProvider:
    """Answers for the database as it is. `now_ms` stamps changes."""

    def __init__(self, database: Database, now_ms: int = 0) -> None:
        self._database = database
        self._store = ContactStore(database, now_ms)

    def query(self, path: str, projection: Sequence[str] = (), where: str = "", sort: str = "") -> list[sqlite3.Row]:
        """Rows of the collection or row `path`. Raises GuestError (path), sqlite3.Error (clause)."""
        columns = ", ".join(_quoted(name) for name in projection) or "*"
        sql = f"SELECT {columns} FROM ({_relation(path)})"
        if where:
            sql += f" WHERE {where}"
        return self._database.peek(f"{sql} ORDER BY {sort}" if sort else sql)

    def insert(self, path: str, values: Mapping[str, ContentValue]) -> str:
        """Adds a row to `raw_contacts` or `data`; returns its URI."""
        match path.strip("/"):
            case "raw_contacts":
                return f"content://com.android.contacts/raw_contacts/{self._store.insert_raw()}"
            case "data":
                return f"content://com.android.contacts/data/{self._insert_data(values)}"
            case _:
                raise GuestError(f"Unknown URI content://com.android.contacts/{path}", field="uri")

    def update(self, path: str, values: Mapping[str, ContentValue], where: str = "") -> int:
        """Changes columns of `contacts`, `raw_contacts` or `data`; returns how many rows."""
        table = _table(path)
        ids = [int(row["_id"]) for row in self.query(path, ("_id",), where)]
        raw_ids = self._raw_ids(ids) if table == "data" else []
        assignments = ", ".join(f"{_quoted(name)} = ?" for name in values)
        for row_id in ids:
            self._database.execute(f"UPDATE {table} SET {assignments} WHERE _id = ?", (*values.values(), row_id))
        for raw_id in raw_ids:
            self._store.refresh_raw(raw_id)
        return len(ids)

    def delete(self, path: str, where: str = "") -> int:
        """Removes rows; a contact goes with all that belongs to it. Returns how many rows."""
        table = _table(path)
        rows = self.query(path, ("_id",), where)
        ids = [int(row["_id"]) for row in rows]
        match table:
            case "contacts":
                for row_id in ids:
                    self._store.delete(row_id)
            case "raw_contacts":
                for row_id in ids:
                    for (contact_id,) in self._database.query(
                        "SELECT contact_id FROM raw_contacts WHERE _id = ?", (row_id,)
                    ):
                        self._store.delete(contact_id)
            case _:
                raw_ids = self._raw_ids(ids)
                self._database.execute_many("DELETE FROM data WHERE _id = ?", [(row_id,) for row_id in ids])
                self._database.execute_many("DELETE FROM phone_lookup WHERE data_id = ?", [(row_id,) for row_id in ids])
                for raw_id in raw_ids:
                    self._store.refresh_raw(raw_id)
        return len(ids)

    def _insert_data(self, values: Mapping[str, ContentValue]) -> int:
        mimetype, raw_id = values.get("mimetype"), values.get("raw_contact_id")
        known = self._database.query("SELECT _id FROM mimetypes WHERE mimetype = ?", (mimetype,))
        raws = self._database.query("SELECT _id FROM raw_contacts WHERE _id = ?", (raw_id,))
        if not known or not raws:
            field = "raw_contact_id" if known else "mimetype"
            raise GuestError(f"no such {field}: {values.get(field)}", field=field)
        columns = {name: value for name, value in values.items() if name not in ("mimetype", "raw_contact_id")}
        names = "".join(f", {_quoted(name)}" for name in columns)
        marks = ", ?" * len(columns)
        data_id = self._database.execute(
            f"INSERT INTO data (mimetype_id, raw_contact_id{names}) VALUES (?, ?{marks})",
            (known[0]["_id"], raws[0]["_id"], *columns.values()),
        ).last_row_id
        self._store.refresh_raw(int(raws[0]["_id"]))
        return data_id

    def _raw_ids(self, data_ids: Sequence[int]) -> list[int]:
        marks = ", ".join("?" for _ in data_ids)
        rows = self._database.query(
            f"SELECT DISTINCT raw_contact_id FROM data WHERE _id IN ({marks}) ORDER BY 1", tuple(data_ids)
        )
        return [int(row[0]) for row in rows]


def _relation(path: str) -> str:
    """A SELECT that yields the rows at `path`."""
    name = path.strip("/")
    if name in _RELATIONS:
        return _RELATIONS[name]
    if match := _WITH_ID.fullmatch(name):
        return f"SELECT * FROM ({_RELATIONS[match[1]]}) WHERE _id = {match[2]}"
    if match := _DATA_OF.fullmatch(name):
        column = "contact_id" if match[1] == "contacts" else "raw_contact_id"
        return f"SELECT * FROM view_data WHERE {column} = {match[2]}"
    if name.startswith("phone_lookup/"):
        digits = re.sub(r"\D", "", name.removeprefix("phone_lookup/"))[-7:]
        return f"""SELECT contacts.*, phone_lookup.normalized_number AS number FROM phone_lookup
            JOIN raw_contacts ON phone_lookup.raw_contact_id = raw_contacts._id
            JOIN view_contacts AS contacts ON raw_contacts.contact_id = contacts._id
            WHERE phone_lookup.min_match = '{digits[::-1]}'"""
    raise GuestError(f"Unknown URI content://com.android.contacts/{name}", field="uri")


def _table(path: str) -> str:
    name = path.strip("/").split("/")[0]
    if name == "phones":
        return "data"
    if name not in ("contacts", "raw_contacts", "data"):
        raise GuestError(f"Unknown URI content://com.android.contacts/{path}", field="uri")
    return name


def _quoted(column: str) -> str:
    """`column` as an identifier. Raises GuestError for anything that is not a plain name."""
    if not _COLUMN.fullmatch(column):
        raise GuestError(f"Invalid column {column}", field="projection")
    return f'"{column}"'
