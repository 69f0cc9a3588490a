"""Every app's tables against AndroidWorld's row classes: `SELECT *` feeds them, so their columns must be the same."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import subprocess
from pathlib import Path

import pytest
from world_rig import androidworld_python

from device_farm.backends.config import SimulatorConfig
from device_farm.backends.loader import load_backend
from device_farm.errors import GuestError

TABLES = [
    ("CalendarEvent", "/data/data/com.simplemobiletools.calendar.pro/databases/events.db", "events"),
    ("Recipe", "/data/data/com.flauschcode.broccoli/databases/broccoli", "recipes"),
    ("Expense", "/data/data/com.arduia.expense/databases/accounting.db", "expense"),
    ("Task", "/data/data/org.tasks/databases/database", "tasks"),
    ("SportsActivity", "/data/data/de.dennisguse.opentracks/databases/database.db", "tracks"),
    ("JoplinNote", "/data/data/net.cozic.joplin/databases/joplin.sqlite", "notes"),
    ("JoplinNormalizedNote", "/data/data/net.cozic.joplin/databases/joplin.sqlite", "notes_normalized"),
    ("JoplinFolder", "/data/data/net.cozic.joplin/databases/joplin.sqlite", "folders"),
    ("OsmAndMapMarker", "/data/data/net.osmand/databases/map_markers_db", "map_markers"),
]

ONLY_READ = {"OsmAndMapMarker": {"title"}}
"""Fields with a default, of rows that AndroidWorld reads and never writes; the app's table has no such column."""

_FIELDS = """
import dataclasses, json, sys
from android_world.task_evals.utils import sqlite_schema_utils as rows
named = {name: [f.name for f in dataclasses.fields(getattr(rows, name))] for name in sys.argv[1:]}
sys.__stdout__.write("\\n" + json.dumps(named) + "\\n")
"""


@pytest.fixture(scope="module")
def row_fields() -> dict[str, list[str]]:
    names = [name for name, _, _ in TABLES]
    done = subprocess.run([androidworld_python(), "-c", _FIELDS, *names], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    fields: dict[str, list[str]] = json.loads(done.stdout.splitlines()[-1])
    return fields


@pytest.fixture(scope="module")
def databases() -> dict[str, bytes]:
    """The files of a phone that nobody has used yet."""

    async def scenario() -> dict[str, bytes]:
        backend = load_backend(SimulatorConfig(devices=1))
        phone = await backend.create("phone")
        found: dict[str, bytes] = {}
        try:
            await phone.start()
            for path in sorted({path for _, path, _ in TABLES}):
                try:
                    found[path] = await phone.pull(path)
                except GuestError:
                    found[path] = b""
        finally:
            await phone.close()
            await backend.close()
        return found

    return asyncio.run(scenario())


@pytest.mark.parametrize(("name", "path", "table"), TABLES, ids=[name for name, _, _ in TABLES])
def test_table_has_exactly_the_columns_of_androidworlds_row(
    name: str, path: str, table: str, row_fields: dict[str, list[str]], databases: dict[str, bytes], tmp_path: Path
) -> None:
    assert databases[path], f"a new phone has no {path}"
    file = tmp_path / "database"
    file.write_bytes(databases[path])
    connection = sqlite3.connect(file)
    try:
        columns = [row[1] for row in connection.execute(f'PRAGMA table_info("{table}")')]
    finally:
        connection.close()
    assert sorted(columns) == sorted(set(row_fields[name]) - ONLY_READ.get(name, set()))
