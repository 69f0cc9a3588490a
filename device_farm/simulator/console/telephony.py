"""What the modem brings: text messages in the telephony provider's database, calls in the call log.

Paths, tables and columns are those of AOSP's TelephonyProvider and ContactsProvider (`MmsSmsDatabaseHelper`,
`CallLogDatabaseHelper`), so that content queries and `sqlite3` on the phone find them.
"""

from __future__ import annotations

import re

from device_farm.errors import GuestError
from device_farm.simulator.database import Database
from device_farm.simulator.notifications import Notification
from device_farm.simulator.phone import SimulatedPhone

SMS_DATABASE = "/data/data/com.android.providers.telephony/databases/mmssms.db"
CALLS_DATABASE = "/data/data/com.android.providers.contacts/databases/calllog.db"

_SMS_SCHEMA = """
CREATE TABLE threads (_id INTEGER PRIMARY KEY AUTOINCREMENT, date INTEGER DEFAULT 0, message_count INTEGER DEFAULT 0,
  recipient_ids TEXT, snippet TEXT, snippet_cs INTEGER DEFAULT 0, read INTEGER DEFAULT 1, archived INTEGER DEFAULT 0,
  type INTEGER DEFAULT 0, error INTEGER DEFAULT 0, has_attachment INTEGER DEFAULT 0);
CREATE TABLE canonical_addresses (_id INTEGER PRIMARY KEY AUTOINCREMENT, address TEXT);
CREATE TABLE sms (_id INTEGER PRIMARY KEY, thread_id INTEGER, address TEXT, person INTEGER, date INTEGER,
  date_sent INTEGER DEFAULT 0, protocol INTEGER, read INTEGER DEFAULT 0, status INTEGER DEFAULT -1, type INTEGER,
  reply_path_present INTEGER, subject TEXT, body TEXT, service_center TEXT, locked INTEGER DEFAULT 0,
  sub_id INTEGER DEFAULT -1, error_code INTEGER DEFAULT -1, creator TEXT, seen INTEGER DEFAULT 0);
"""
_CALLS_SCHEMA = """
CREATE TABLE calls (_id INTEGER PRIMARY KEY AUTOINCREMENT, number TEXT, presentation INTEGER NOT NULL DEFAULT 1,
  date INTEGER, duration INTEGER, data_usage INTEGER, type INTEGER, features INTEGER NOT NULL DEFAULT 0,
  new INTEGER, name TEXT, countryiso TEXT, is_read INTEGER);
"""

_INBOX, _MISSED_CALL = 1, 3
_MESSAGES, _DIALER = "com.android.messaging", "com.android.dialer"
_INCOMING_CALL_ID = 7001
_NUMBER = re.compile(r"[+*#0-9A-Za-z.-]{1,40}")


def deliver_sms(phone: SimulatedPhone, number: str, text: str) -> None:
    """Puts a text message into the inbox and announces it.

    Raises:
        GuestError: no phone number.
    """
    _check(number)
    now_ms = int(phone.clock.now_s() * 1000)
    database = Database(phone.files, SMS_DATABASE, _SMS_SCHEMA)
    thread = _thread(database, number)
    message = database.execute(
        "INSERT INTO sms (thread_id, address, date, date_sent, protocol, read, status, type, reply_path_present, body,"
        " sub_id, creator, seen) VALUES (?, ?, ?, ?, 0, 0, -1, ?, 0, ?, 1, ?, 0)",
        (thread, number, now_ms, now_ms, _INBOX, text, _MESSAGES),
    )
    database.execute(
        "UPDATE threads SET date = ?, snippet = ?, read = 0, message_count = message_count + 1 WHERE _id = ?",
        (now_ms, text, thread),
    )
    notice = Notification(id=message.last_row_id, title=number, text=text, icon="sms", importance="high")
    phone.notifications.post(notice, package=_MESSAGES)


def ring(phone: SimulatedPhone, number: str) -> None:
    """An incoming call rings.

    Raises:
        GuestError: no phone number, or the phone rings already.
    """
    _check(number)
    if _is_calling(phone, number):
        raise GuestError(f"{number} is calling already")
    notice = Notification(
        id=_INCOMING_CALL_ID,
        tag=number,
        title=number,
        text="Incoming call",
        icon="call",
        importance="high",
        ongoing=True,
    )
    phone.notifications.post(notice, package=_DIALER)


def end_call(phone: SimulatedPhone, number: str) -> None:
    """The caller hangs up: a missed call.

    Raises:
        GuestError: that number is not calling.
    """
    if not _is_calling(phone, number):
        raise GuestError(f"{number} is not calling")
    phone.notifications.cancel((_DIALER, number, _INCOMING_CALL_ID))
    database = Database(phone.files, CALLS_DATABASE, _CALLS_SCHEMA)
    call = database.execute(
        "INSERT INTO calls (number, date, duration, type, new, countryiso, is_read) VALUES (?, ?, 0, ?, 1, 'US', 0)",
        (number, int(phone.clock.now_s() * 1000), _MISSED_CALL),
    )
    notice = Notification(id=call.last_row_id, title="Missed call", text=number, icon="phone_missed")
    phone.notifications.post(notice, package=_DIALER)


def _is_calling(phone: SimulatedPhone, number: str) -> bool:
    return any(entry.key == (_DIALER, number, _INCOMING_CALL_ID) for entry in phone.notifications.list())


def _thread(database: Database, number: str) -> int:
    known = database.query("SELECT _id FROM canonical_addresses WHERE address = ?", (number,))
    if known:
        address = int(known[0][0])
    else:
        address = database.execute("INSERT INTO canonical_addresses (address) VALUES (?)", (number,)).last_row_id
    threads = database.query("SELECT _id FROM threads WHERE recipient_ids = ?", (str(address),))
    if threads:
        return int(threads[0][0])
    return database.execute("INSERT INTO threads (recipient_ids) VALUES (?)", (str(address),)).last_row_id


def _check(number: str) -> None:
    if not _NUMBER.fullmatch(number):
        raise GuestError(f"bad phone number {number[:60]!r}")
