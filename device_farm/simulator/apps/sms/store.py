"""Messages in the telephony provider's database. Every call reads or writes the file; nothing is held in memory.

Conversations are what the messages say, not the `threads` table: rows that adb wrote, with or without a thread, show up
as well. A conversation is named by its number; `address_key` says which spellings are one number.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from device_farm.simulator.database import Database, Row
from device_farm.simulator.filesystem import FileSystem
from device_farm.simulator.framework.sms_provider import address_key, refresh_threads, thread_of
from device_farm.simulator.framework.telephony_schema import DRAFT, FAILED, INBOX, SENT, SMS_PATH, sms_database

_COLUMNS = "_id, COALESCE(address, ''), COALESCE(body, ''), COALESCE(date, 0), COALESCE(type, 1), COALESCE(read, 0)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One text message; `date_ms` is Unix time, `kind` one of Telephony's message types."""

    id: int
    address: str
    body: str
    date_ms: int
    kind: int
    read: bool

    @property
    def received(self) -> bool:
        return self.kind == INBOX

    @property
    def failed(self) -> bool:
        return self.kind == FAILED


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """All messages with one number. `draft` is text written and not sent, else empty; `last_id` the newest row's."""

    last_id: int
    address: str
    snippet: str
    date_ms: int
    read: bool
    draft: str = ""


class MessageStore:
    """Reads come back empty from a file that is no message database; a write makes a new one in its place."""

    def __init__(self, files: FileSystem, *, now_ms: int = 0) -> None:
        self._files = files
        self._database: Database = sms_database(files)
        self._now_ms = now_ms

    # Reading

    def messages(self, address: str) -> tuple[Message, ...]:
        """Those with one number, oldest first, without drafts."""
        wanted = address_key(address)
        rows = self._rows(f"SELECT {_COLUMNS} FROM sms WHERE type != {DRAFT} OR type IS NULL ORDER BY date, _id")
        return tuple(message for message in map(_message, rows) if address_key(message.address) == wanted)

    def conversations(self) -> tuple[Conversation, ...]:
        """The newest first."""
        newest: dict[str, Message] = {}
        unread: set[str] = set()
        drafts: dict[str, Message] = {}
        for message in map(_message, self._rows(f"SELECT {_COLUMNS} FROM sms ORDER BY date, _id")):
            key = address_key(message.address)
            if message.kind == DRAFT:
                drafts[key] = message
            else:
                newest[key] = message
            if not message.read and message.received:
                unread.add(key)
        found = [
            Conversation(
                last_id=message.id,
                address=message.address,
                snippet=message.body,
                date_ms=message.date_ms,
                read=key not in unread,
                draft=drafts[key].body if key in drafts else "",
            )
            for key, message in {**drafts, **newest}.items()
        ]
        return tuple(sorted(found, key=lambda entry: (-entry.date_ms, -entry.last_id)))

    def search(self, text: str) -> tuple[Message, ...]:
        """Messages whose text holds `text`, without regard to case, newest first."""
        wanted = text.lower()
        rows = self._rows(f"SELECT {_COLUMNS} FROM sms WHERE type != {DRAFT} ORDER BY date DESC, _id DESC")
        return tuple(message for message in map(_message, rows) if wanted in message.body.lower())

    def draft(self, address: str) -> str:
        wanted = address_key(address)
        rows = self._rows(f"SELECT {_COLUMNS} FROM sms WHERE type = {DRAFT} ORDER BY date DESC, _id DESC")
        return next((message.body for message in map(_message, rows) if address_key(message.address) == wanted), "")

    # Writing

    def send(self, address: str, body: str, *, radio: bool = True) -> None:
        """A sent message; without radio one that failed."""
        self._insert(address, body, SENT if radio else FAILED)

    def save_draft(self, address: str, body: str) -> None:
        """Replaces the number's draft; an empty one only goes."""
        if body == self.draft(address):
            return
        wanted = address_key(address)
        rows = self._rows(f"SELECT {_COLUMNS} FROM sms WHERE type = {DRAFT}")
        self.delete(message.id for message in map(_message, rows) if address_key(message.address) == wanted)
        if body:
            self._insert(address, body, DRAFT)

    def _insert(self, address: str, body: str, kind: int) -> None:
        self._repair()
        self._database.execute(
            "INSERT INTO sms (thread_id, address, date, read, status, type, body, sub_id, creator, seen)"
            " VALUES (?, ?, ?, 1, -1, ?, ?, 1, 'com.simplemobiletools.smsmessenger', 1)",
            (thread_of(self._database, address), address, self._now_ms, kind, body),
        )

    def mark(self, address: str, *, read: bool) -> None:
        """Marks all that came in as read, or the last one as unread."""
        received = [message for message in self.messages(address) if message.received]
        changed = [message for message in received if not message.read] if read else received[-1:]
        if changed:
            self._database.execute_many(
                "UPDATE sms SET read = ?, seen = 1 WHERE _id = ?", [(int(read), message.id) for message in changed]
            )

    def delete(self, ids: Iterable[int]) -> None:
        gone = tuple(ids)
        if gone:
            self._database.execute_many("DELETE FROM sms WHERE _id = ?", [(row_id,) for row_id in gone])
            refresh_threads(self._database)

    def delete_conversation(self, address: str) -> None:
        self.save_draft(address, "")
        self.delete(message.id for message in self.messages(address))

    def _rows(self, sql: str) -> Sequence[Row]:
        try:
            return self._database.query(sql)
        except sqlite3.Error:
            return ()

    def _repair(self) -> None:
        """A file that was pushed damaged, or without its tables, is replaced, as Android does with a corrupt one."""
        try:
            for table in ("sms", "threads", "canonical_addresses"):
                self._database.query(f"SELECT 1 FROM {table} LIMIT 1")
        except sqlite3.Error:
            self._files.remove(SMS_PATH)
            self._database.create()


def _message(row: Row) -> Message:
    row_id, address, body, date_ms, kind, read = row
    return Message(
        id=int(row_id),
        address=str(address),
        body=str(body),
        date_ms=_whole(date_ms),
        kind=_whole(kind),
        read=bool(read),
    )


def _whole(value: object) -> int:
    """A number of a row; 0 for what another program left there that is none."""
    return int(value) if isinstance(value, int | float) else 0
