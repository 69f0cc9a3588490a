"""`content://sms` and its database: threads follow the messages whoever writes them."""

from __future__ import annotations

import pytest

from device_farm.simulator.filesystem import FileSystem
from device_farm.simulator.framework.sms_provider import SmsProvider, address_key
from device_farm.simulator.framework.telephony_schema import sms_database
from device_farm.simulator.phone import SimulatedPhone

NOW_MS = 1_697_384_040_000


@pytest.fixture
def files() -> FileSystem:
    return SimulatedPhone.boot(seed=3).files


def provider(files: FileSystem, authority: str = "sms") -> SmsProvider:
    return SmsProvider(authority, files, now_ms=NOW_MS)


def threads(files: FileSystem) -> list[tuple[object, ...]]:
    rows = sms_database(files).query("SELECT snippet, message_count, read FROM threads ORDER BY _id")
    return [tuple(row) for row in rows]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("+15551234567", "(555) 123-4567", True),
        ("+1 555 123 4567", "5551234567", True),
        ("+15551234567", "+15551234568", False),
        ("503501", "503501", True),
        ("BANK", "bank", True),
        ("BANK", "SHOP", False),
    ],
)
def test_numbers_are_compared_by_their_last_digits(one: str, other: str, same: bool) -> None:
    assert (address_key(one) == address_key(other)) is same


def test_database_is_there_on_a_new_phone(files: FileSystem) -> None:
    database = sms_database(files)
    assert database.exists()
    assert database.query("SELECT * FROM sms") == [] and database.query("SELECT * FROM threads") == []


def test_insert_finds_the_thread_dates_and_reads(files: FileSystem) -> None:
    sms = provider(files)
    sms.insert("inbox", {"address": "+15551234567", "body": "in"})
    sms.insert("sent", {"address": "(555) 123-4567", "body": "out"})
    rows = sms.query("", ("body", "type", "read", "date", "thread_id"), "", "_id")
    assert [tuple(row) for row in rows] == [("in", 1, 0, NOW_MS, 1), ("out", 2, 1, NOW_MS, 1)]
    assert threads(files) == [("out", 2, 0)]


def test_boxes_show_the_newest_first(files: FileSystem) -> None:
    sms = provider(files)
    for body in ("one", "two"):
        sms.insert("sent", {"address": "+15551234567", "body": body})
    assert [row["body"] for row in sms.query("sent", (), "", "")] == ["two", "one"]
    assert sms.query("inbox", (), "", "") == []


def test_raw_rows_reach_their_thread(files: FileSystem) -> None:
    sms = provider(files)
    sms.insert("inbox", {"address": "+15551234567", "body": "first"})
    database = sms_database(files)
    database.execute("INSERT INTO sms (thread_id, address, body, date, type, read) VALUES (1, '5', 'raw', 9, 1, 1)")
    assert threads(files) == [("raw", 2, 0)]
    database.execute("UPDATE sms SET read = 1")
    assert threads(files) == [("raw", 2, 1)]


def test_delete_takes_empty_threads_along(files: FileSystem) -> None:
    sms = provider(files)
    sms.insert("inbox", {"address": "+15551234567", "body": "first"})
    sms.insert("inbox", {"address": "+15551234567", "body": "second"})
    assert sms.delete("", "body = 'second'") == 1
    assert threads(files) == [("first", 1, 0)]
    sms.delete("inbox", "")
    assert threads(files) == []


def test_conversations_are_the_threads(files: FileSystem) -> None:
    provider(files).insert("inbox", {"address": "+15551234567", "body": "hello"})
    rows = provider(files, "mms-sms").query("conversations?simple=true", ("snippet",), "", "")
    assert [row["snippet"] for row in rows] == ["hello"]
