from __future__ import annotations

import sqlite3

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device_farm.simulator.clock import VirtualClock
from device_farm.simulator.database import Database, statements
from device_farm.simulator.filesystem import FileSystem
from device_farm.simulator.filesystem_errors import FileSystemError
from device_farm.simulator.system_image import build_files

SCHEMA = "CREATE TABLE notes (id INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT, made TEXT DEFAULT (datetime('now')));"
PATH = "/data/data/app/databases/notes.db"


def fresh() -> FileSystem:
    return build_files(VirtualClock())


def texts(database: Database) -> list[str]:
    return [row["text"] for row in database.query("SELECT text FROM notes ORDER BY id")]


def test_database_is_made_from_its_schema_at_first_use() -> None:
    files = fresh()
    database = Database(files, PATH, SCHEMA)
    assert not database.exists()
    assert database.query("SELECT * FROM notes") == []
    assert files.read(PATH).startswith(b"SQLite format 3\0")
    files.remove(PATH)
    assert texts(database) == []


def test_peeking_reads_a_missing_database_as_a_new_one_and_makes_none() -> None:
    files = fresh()
    database = Database(files, PATH, SCHEMA)
    assert database.peek("SELECT count(*) FROM notes")[0][0] == 0
    assert not database.exists()
    database.execute("INSERT INTO notes (text) VALUES ('a')")
    assert database.peek("SELECT count(*) FROM notes")[0][0] == 1


def test_database_file_is_a_real_sqlite_file() -> None:
    database = Database(fresh(), PATH, SCHEMA)
    done = database.execute("INSERT INTO notes (text) VALUES (?)", ["a"])
    assert (done.last_row_id, done.row_count) == (1, 1)
    connection = sqlite3.connect(":memory:")
    connection.deserialize(database._files.read(PATH))
    assert connection.execute("SELECT id, text, made FROM notes").fetchall() == [(1, "a", "2023-10-15 15:34:00")]


def test_a_file_changed_from_outside_is_seen_at_the_next_query() -> None:
    files = fresh()
    database = Database(files, PATH, SCHEMA)
    database.execute("INSERT INTO notes (text) VALUES ('old')")
    outside = sqlite3.connect(":memory:")
    outside.deserialize(files.read(PATH))
    outside.execute("UPDATE notes SET text = 'new'")
    outside.commit()
    files.write(PATH, outside.serialize())
    assert texts(database) == ["new"]


def test_forks_share_a_database_until_one_changes_it() -> None:
    files = fresh()
    database = Database(files, PATH, SCHEMA)
    database.execute("INSERT INTO notes (text) VALUES ('both')")
    twin = Database(files.fork(), PATH, SCHEMA)
    twin.execute("INSERT INTO notes (text) VALUES ('twin')")
    database.execute("INSERT INTO notes (text) VALUES ('first')")
    assert (texts(database), texts(twin)) == (["both", "first"], ["both", "twin"])


def test_a_snapshot_of_the_files_is_one_of_the_databases() -> None:
    files = fresh()
    database = Database(files, PATH, SCHEMA)
    database.execute("INSERT INTO notes (text) VALUES ('kept')")
    state = files.snapshot()
    database.execute("DELETE FROM notes")
    files.restore(state)
    assert texts(database) == ["kept"]


STATEMENTS = st.lists(
    st.sampled_from(
        [
            "INSERT INTO notes (text) VALUES (random())",
            "INSERT INTO notes (text) VALUES (hex(randomblob(8)))",
            "INSERT INTO notes (text) VALUES (strftime('%s'))",
            "DELETE FROM notes WHERE id % 3 = 0",
            "UPDATE notes SET text = text || CURRENT_TIMESTAMP WHERE id % 2 = 0",
        ]
    ),
    max_size=12,
)


@settings(max_examples=25, deadline=None)
@given(STATEMENTS)
def test_the_same_statements_leave_the_same_bytes(sqls: list[str]) -> None:
    """Whether the connection stays open or is opened anew from the bytes each time makes no difference."""
    first, second = fresh(), fresh()
    kept, reopened = Database(first, PATH, SCHEMA), Database(second, PATH, SCHEMA)
    kept.create()
    reopened.create()
    for sql in sqls:
        kept.execute(sql)
        # A copy of the bytes is another object, which no open connection belongs to.
        second.write(PATH, bytes(bytearray(second.read(PATH))))
        reopened.execute(sql)
    assert first.read(PATH) == second.read(PATH)


@pytest.mark.parametrize(
    "sql",
    [
        "ATTACH '/tmp/farm-test.db' AS other",
        "ATTACH '/tmp/farm' || '-test.db' AS other",
        "PRAGMA temp_store_directory = '/tmp'",
        "SELECT load_extension('x')",
        "SELECT readfile('/etc/passwd')",
    ],
)
def test_sql_does_not_reach_the_host(sql: str) -> None:
    database = Database(fresh(), PATH, SCHEMA)
    with pytest.raises(sqlite3.Error):
        database.execute(sql)


def test_vacuum_into_a_host_file_is_refused_while_plain_vacuum_works() -> None:
    database = Database(fresh(), PATH, SCHEMA)
    with database.session() as connection:
        connection.execute("VACUUM")
        with pytest.raises(sqlite3.Error):
            connection.execute("VACUUM INTO '/tmp/farm-test.db'")


@pytest.mark.parametrize(
    "sql", ["INSERT INTO notes (text) VALUES ('x')", "CREATE TABLE t (a)", "PRAGMA user_version = 7"]
)
def test_query_cannot_change_anything(sql: str) -> None:
    files = fresh()
    database = Database(files, PATH, SCHEMA)
    database.create()
    before = files.read(PATH)
    with pytest.raises(sqlite3.OperationalError):
        database.query(sql)
    assert files.read(PATH) is before
    assert texts(database) == []


def test_a_failed_change_leaves_the_file_as_it_was() -> None:
    files = fresh()
    database = Database(files, PATH, SCHEMA)
    database.execute("INSERT INTO notes (id, text) VALUES (1, 'a')")
    before = files.read(PATH)
    with pytest.raises(sqlite3.IntegrityError):
        database.execute_many("INSERT INTO notes (id, text) VALUES (?, 'b')", [(2,), (1,)])
    assert files.read(PATH) is before
    assert texts(database) == ["a"]


def test_a_full_disk_refuses_rows_and_keeps_the_file() -> None:
    files = fresh()
    database = Database(files, PATH, SCHEMA)
    database.create()
    files.capacity_bytes = files.used_bytes
    with pytest.raises(FileSystemError) as caught:
        for number in range(200):
            database.execute("INSERT INTO notes (text) VALUES (?)", [f"{number}" * 50])
    assert caught.value.errno_name == "ENOSPC"
    assert len(texts(database)) < 200


def test_what_is_no_database_is_an_sqlite_error() -> None:
    files = fresh()
    files.write("/data/bad.db", b"no database at all" * 100)
    with pytest.raises(sqlite3.DatabaseError):
        Database(files, "/data/bad.db").query("SELECT * FROM notes")


def test_an_endless_statement_is_interrupted() -> None:
    database = Database(fresh(), PATH, SCHEMA)
    with pytest.raises(sqlite3.OperationalError, match="interrupted"):
        database.query("WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c")


def test_a_database_in_wal_mode_can_be_read() -> None:
    files = fresh()
    Database(files, PATH, SCHEMA).execute("INSERT INTO notes (text) VALUES ('wal')")
    data = files.read(PATH)
    files.write(PATH, data[:18] + b"\x02\x02" + data[20:])
    assert texts(Database(files, PATH)) == ["wal"]


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("", []),
        (" ; ;", []),
        ("a; b", ["a;", "b;"]),
        ("select ';'; b;", ["select ';';", "b;"]),
        ("-- x;\na;", ["-- x;\na;"]),
        (
            "create trigger t after insert on n begin delete from n; end; b;",
            ["create trigger t after insert on n begin delete from n; end;", "b;"],
        ),
    ],
)
def test_statements_splits_scripts_as_sqlite_reads_them(script: str, expected: list[str]) -> None:
    assert list(statements(script)) == expected
