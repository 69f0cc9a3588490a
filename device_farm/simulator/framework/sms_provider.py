"""`content://sms` and `content://mms-sms`: text messages and their threads, as Android's SmsProvider serves them.

Besides the rows themselves it does what SmsProvider does around them: a new message finds or makes its thread, gets a
date, and counts as read unless it came in; a thread whose last message is deleted goes with it.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Final

from device_farm.simulator.database import Database
from device_farm.simulator.filesystem import FileSystem
from device_farm.simulator.framework.table_provider import Collection, Scalar, TableProvider
from device_farm.simulator.framework.telephony_schema import (
    DRAFT,
    FAILED,
    INBOX,
    OUTBOX,
    QUEUED,
    SENT,
    sms_database,
)

_BOXES: Final = {"inbox": INBOX, "sent": SENT, "draft": DRAFT, "outbox": OUTBOX, "failed": FAILED, "queued": QUEUED}
_COMPARED_DIGITS: Final = 10
_NEWEST: Final = "date DESC, _id DESC"


def address_key(address: str) -> str:
    """What two spellings of one phone number share: their last ten digits. Names of senders are compared whole."""
    if re.search(r"[A-Za-z]", address):
        return address.strip().lower()
    digits = re.sub(r"\D", "", address)
    return digits[-_COMPARED_DIGITS:] if digits else address.strip().lower()


def thread_of(database: Database, address: str) -> int:
    """The thread with one recipient, made where there is none."""
    wanted = address_key(address)
    for row_id, known in database.query("SELECT _id, address FROM canonical_addresses ORDER BY _id"):
        if address_key(str(known or "")) == wanted:
            recipient = int(row_id)
            break
    else:
        recipient = database.execute("INSERT INTO canonical_addresses (address) VALUES (?)", (address,)).last_row_id
    threads = database.query("SELECT _id FROM threads WHERE recipient_ids = ?", (str(recipient),))
    if threads:
        return int(threads[0][0])
    return database.execute("INSERT INTO threads (recipient_ids) VALUES (?)", (str(recipient),)).last_row_id


def refresh_threads(database: Database) -> None:
    """After messages were deleted: threads without any go, the others show their newest."""
    database.execute("DELETE FROM threads WHERE _id NOT IN (SELECT thread_id FROM sms WHERE thread_id IS NOT NULL)")
    newest = "FROM sms WHERE thread_id = threads._id AND type != 3 ORDER BY date DESC, _id DESC LIMIT 1"
    database.execute(
        f"UPDATE threads SET snippet = (SELECT body {newest}), date = COALESCE((SELECT date {newest}), date),"
        f" message_count = (SELECT COUNT(*) FROM sms WHERE thread_id = threads._id AND type != {DRAFT})"
    )


class SmsProvider(TableProvider):
    """`now_ms` dates messages that come without a date."""

    def __init__(self, authority: str, files: FileSystem, *, now_ms: int) -> None:
        self._messages = sms_database(files)
        self._now_ms = now_ms
        super().__init__(authority, self._messages, _collections(authority))

    def query(self, path: str, projection: Sequence[str], where: str, sort: str) -> list[sqlite3.Row]:
        return super().query(_plain(path), projection, where, sort)

    def insert(self, path: str, values: Mapping[str, Scalar]) -> str:
        path = _plain(path)
        collection, _ = self._find(path)
        if collection.table != "sms":
            return super().insert(path, values)
        row: dict[str, Scalar] = {"date": self._now_ms, **values}
        kind = row.get("type", collection.defaults.get("type", INBOX))
        if kind != INBOX:
            row.setdefault("read", 1)
            row.setdefault("seen", 1)
        if row.get("thread_id") is None and row.get("address") is not None:
            row["thread_id"] = thread_of(self._messages, str(row["address"]))
        return super().insert(path, row)

    def delete(self, path: str, where: str) -> int:
        count = super().delete(_plain(path), where)
        refresh_threads(self._messages)
        return count


def _plain(path: str) -> str:
    """Without the query part, such as `?simple=true`."""
    return path.partition("?")[0].rstrip("/")


def _collections(authority: str) -> dict[str, Collection]:
    threads = Collection(table="threads", sort="date DESC")
    if authority == "mms-sms":
        return {
            "conversations": threads,
            "threads": threads,
            "canonical-addresses": Collection(table="canonical_addresses"),
            "": Collection(table="sms", sort=_NEWEST),
        }
    boxes = {
        name: Collection(table="sms", condition=f"type = {kind}", defaults={"type": kind}, sort=_NEWEST)
        for name, kind in _BOXES.items()
    }
    everything = Collection(table="sms", defaults={"type": INBOX}, sort=_NEWEST)
    return {"": everything, "conversations": threads, "threads": threads, **boxes}
