"""The call log as the phone app lists it, and the names behind its numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from device_farm.simulator.apps.contacts.schema import DATABASE_PATH, SCHEMA
from device_farm.simulator.apps.contacts.store import ContactStore
from device_farm.simulator.framework.telephony_schema import call_log_database
from device_farm.simulator.telephone import INCOMING, MISSED, OUTGOING, REJECTED
from device_farm.simulator.toolkit.app import Context

S = Any

KINDS: Mapping[int, tuple[str, str]] = {
    INCOMING: ("Incoming call", "call_received"),
    OUTGOING: ("Outgoing call", "call_made"),
    MISSED: ("Missed call", "call_missed"),
    REJECTED: ("Declined call", "call_end"),
}
"""What a row says and shows, by `CallLog.Calls.TYPE`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedCall:
    """`at_s` is Unix seconds."""

    id: int
    number: str
    at_s: float
    kind: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    name: str
    number: str
    starred: bool


def logged_calls(context: Context[S]) -> tuple[LoggedCall, ...]:
    """The newest first."""
    rows = call_log_database(context.files).query(
        "SELECT _id, COALESCE(number, ''), COALESCE(date, 0), COALESCE(type, 1) FROM calls ORDER BY date DESC, _id DESC"
    )
    return tuple(LoggedCall(id=row, number=number, at_s=date / 1000, kind=kind) for row, number, date, kind in rows)


def people(context: Context[S]) -> tuple[Person, ...]:
    """Contacts with a number, by name."""
    store = ContactStore(context.database(DATABASE_PATH, SCHEMA))
    found = []
    for summary in store.summaries():
        contact = store.get(summary.id)
        if contact is not None and contact.details.phones:
            number = contact.details.phones[0].number
            found.append(Person(name=summary.display_name, number=number, starred=summary.starred))
    return tuple(found)


def caller_name(known: tuple[Person, ...], number: str) -> str:
    """The contact with that number, else the number itself. The last seven digits count, as on Android."""
    wanted = _tail(number)
    return next((person.name for person in known if wanted and _tail(person.number) == wanted), number)


def _tail(number: str) -> str:
    return re.sub(r"\D", "", number)[-7:]
