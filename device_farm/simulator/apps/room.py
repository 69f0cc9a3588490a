"""Databases as Android's Room library keeps them: whatever lies at the path, the app starts with its tables.

Android deletes a database file that SQLite calls corrupt (`DefaultDatabaseErrorHandler`) and Room then makes an empty
one. A file that has lost tables gets them back; the tables that it has stay as they are.
"""

from __future__ import annotations

import re
import sqlite3
from functools import lru_cache

from device_farm.simulator.database import Database
from device_farm.simulator.toolkit.app import AppContext

_TABLE = re.compile(r"CREATE (?:VIRTUAL )?TABLE IF NOT EXISTS [`\"]?(\w+)", re.IGNORECASE)


@lru_cache(maxsize=64)
def _tables(schema: str) -> frozenset[str]:
    return frozenset(_TABLE.findall(schema))


def room_database(context: AppContext, path: str, schema: str) -> Database:
    """The app's database at `path`, sound and with every table of `schema`, whose statements say IF NOT EXISTS."""
    database = context.database(path, schema)
    try:
        found = {str(row[0]) for row in database.query("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if not _tables(schema) <= found:
            database.script(schema)
    except sqlite3.DatabaseError:
        context.files.write(database.path, b"")
    return database
