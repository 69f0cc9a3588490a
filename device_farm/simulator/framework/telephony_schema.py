"""Databases of the telephony and call log providers, with Android's table and column names."""

from __future__ import annotations

from typing import Final

from device_farm.simulator.database import Database
from device_farm.simulator.filesystem import FileSystem
from device_farm.simulator.framework.table_provider import Collection, TableProvider

TELEPHONY_PACKAGE: Final = "com.android.providers.telephony"
CALL_LOG_PACKAGE: Final = "com.android.providers.contacts"
SMS_PATH: Final = f"/data/data/{TELEPHONY_PACKAGE}/databases/mmssms.db"
CALL_LOG_PATH: Final = f"/data/data/{CALL_LOG_PACKAGE}/databases/calllog.db"

# Telephony.TextBasedSmsColumns.MESSAGE_TYPE_*
INBOX, SENT, DRAFT, OUTBOX, FAILED, QUEUED = 1, 2, 3, 4, 5, 6
SMS_DELIVER: Final = "android.provider.Telephony.SMS_DELIVER"

# Columns in the order of MmsSmsDatabaseHelper of Android 13; the triggers keep what a thread shows in step with its
# messages whoever writes them, as Android's own triggers of the same names do.
SMS_SCHEMA: Final = f"""
CREATE TABLE sms (
    _id INTEGER PRIMARY KEY AUTOINCREMENT, thread_id INTEGER, address TEXT, person INTEGER, date INTEGER,
    date_sent INTEGER DEFAULT 0, protocol INTEGER, read INTEGER DEFAULT 0, status INTEGER DEFAULT -1, type INTEGER,
    reply_path_present INTEGER, subject TEXT, body TEXT, service_center TEXT, locked INTEGER DEFAULT 0,
    sub_id INTEGER DEFAULT -1, error_code INTEGER DEFAULT 0, creator TEXT, seen INTEGER DEFAULT 0
);
CREATE TABLE threads (
    _id INTEGER PRIMARY KEY AUTOINCREMENT, date INTEGER DEFAULT 0, message_count INTEGER DEFAULT 0,
    recipient_ids TEXT, snippet TEXT, snippet_cs INTEGER DEFAULT 0, read INTEGER DEFAULT 1,
    archived INTEGER DEFAULT 0, type INTEGER DEFAULT 0, error INTEGER DEFAULT 0, has_attachment INTEGER DEFAULT 0
);
CREATE TABLE canonical_addresses (_id INTEGER PRIMARY KEY AUTOINCREMENT, address TEXT);
CREATE INDEX typeThreadIdIndex ON sms (type, thread_id);
CREATE TRIGGER sms_update_thread_on_insert AFTER INSERT ON sms BEGIN
    UPDATE threads SET
        date = new.date, snippet = new.body, snippet_cs = 0,
        message_count = (SELECT COUNT(*) FROM sms WHERE thread_id = new.thread_id AND type != {DRAFT}),
        read = (SELECT COUNT(*) = 0 FROM sms WHERE thread_id = new.thread_id AND read = 0)
    WHERE _id = new.thread_id;
END;
CREATE TRIGGER sms_update_thread_read_on_update AFTER UPDATE OF read ON sms BEGIN
    UPDATE threads SET read = (SELECT COUNT(*) = 0 FROM sms WHERE thread_id = new.thread_id AND read = 0)
    WHERE _id = new.thread_id;
END;
"""

_CALL_LOG_SCHEMA: Final = """
CREATE TABLE calls (
    _id INTEGER PRIMARY KEY AUTOINCREMENT, number TEXT, presentation INTEGER NOT NULL DEFAULT 1,
    post_dial_digits TEXT NOT NULL DEFAULT '', via_number TEXT NOT NULL DEFAULT '', date INTEGER, duration INTEGER,
    data_usage INTEGER, type INTEGER, features INTEGER NOT NULL DEFAULT 0, subscription_component_name TEXT,
    subscription_id TEXT, new INTEGER, name TEXT, numbertype INTEGER, numberlabel TEXT, countryiso TEXT,
    is_read INTEGER, geocoded_location TEXT, lookup_uri TEXT, matched_number TEXT, normalized_number TEXT,
    photo_id INTEGER NOT NULL DEFAULT 0, formatted_number TEXT, transcription TEXT,
    last_modified INTEGER DEFAULT 0, block_reason INTEGER NOT NULL DEFAULT 0
);
"""


def sms_database(files: FileSystem) -> Database:
    return Database(files, SMS_PATH, SMS_SCHEMA)


def call_log_database(files: FileSystem) -> Database:
    return Database(files, CALL_LOG_PATH, _CALL_LOG_SCHEMA)


def call_log_provider(files: FileSystem) -> TableProvider:
    """`content://call_log/calls`."""
    calls = Collection(table="calls", sort="date DESC")
    return TableProvider("call_log", call_log_database(files), {"calls": calls, "": calls})
