"""`content://settings/system|secure|global`."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence

from device_farm.errors import GuestError
from device_farm.simulator.framework.table_provider import Scalar, quoted
from device_farm.simulator.settings_defaults import NAMESPACES
from device_farm.simulator.settings_tables import SettingsTables
from device_farm.simulator.sqlite_engine import Image


class SettingsProvider:
    def __init__(self, settings: SettingsTables) -> None:
        self._settings = settings

    def query(self, path: str, projection: Sequence[str], where: str, sort: str) -> list[sqlite3.Row]:
        namespace, _, key = path.partition("/")
        entries = [entry for entry in self._settings.list(_known(namespace)) if key in ("", entry[0])]
        image = Image(b"")
        try:
            connection = image.connection
            connection.execute(
                "CREATE TABLE rows (_id INTEGER PRIMARY KEY, name TEXT, value TEXT, is_preserved_in_restore)"
            )
            connection.executemany("INSERT INTO rows (name, value) VALUES (?, ?)", entries)
            image.set_read_only(True)
            columns = ", ".join(quoted(name) for name in projection) or "*"
            sql = f"SELECT {columns} FROM rows" + (f" WHERE {where}" if where else "")
            return connection.execute(f"{sql} ORDER BY {sort}" if sort else sql).fetchall()
        finally:
            image.close()

    def insert(self, path: str, values: Mapping[str, Scalar]) -> str:
        name, value = values.get("name"), values.get("value")
        if name is None or value is None:
            raise GuestError("java.lang.IllegalArgumentException: name and value are required")
        self._settings.put(_known(path), str(name), str(value))
        return f"content://settings/{path}/{name}"

    def update(self, path: str, values: Mapping[str, Scalar], where: str) -> int:
        namespace, _, _ = path.partition("/")
        rows = self.query(path, ("name",), where, "")
        value = values.get("value")
        if value is None:
            raise GuestError("java.lang.IllegalArgumentException: value is required")
        for row in rows:
            self._settings.put(namespace, row["name"], str(value))
        return len(rows)

    def delete(self, path: str, where: str) -> int:
        namespace, _, _ = path.partition("/")
        rows = self.query(path, ("name",), where, "")
        for row in rows:
            self._settings.delete(namespace, row["name"])
        return len(rows)


def _known(namespace: str) -> str:
    if namespace not in NAMESPACES:
        raise GuestError(f"java.lang.IllegalArgumentException: Invalid URI: content://settings/{namespace}")
    return namespace
