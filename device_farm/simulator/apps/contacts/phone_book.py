"""The contacts that have a phone number, as the phone app and the messenger look them up."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from device_farm.simulator.apps.contacts.schema import DATABASE_PATH, PHONE_MIMETYPE, SCHEMA
from device_farm.simulator.framework.sms_provider import address_key
from device_farm.simulator.toolkit.app import AppContext


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A contact's name and its numbers, of which there is at least one."""

    name: str
    numbers: tuple[str, ...]
    starred: bool = False

    def fits(self, text: str) -> bool:
        """Whether the name or a number holds `text`."""
        wanted = text.strip().lower()
        digits = plain_number(wanted)
        numeric = bool(digits) and any(digits in plain_number(number) for number in self.numbers)
        return wanted in self.name.lower() or numeric


def plain_number(number: str) -> str:
    """Without the signs that are only for reading."""
    return "".join(character for character in number if character.isdigit() or character in "+*#")


def people(context: AppContext) -> tuple[Person, ...]:
    """Contacts with a number, by name; none where the file is no contacts database."""
    sql = (
        "SELECT contact_id, COALESCE(display_name, ''), data1, starred FROM view_data"
        f" WHERE mimetype = '{PHONE_MIMETYPE}' AND COALESCE(data1, '') != '' ORDER BY _id"
    )
    try:
        rows = context.database(DATABASE_PATH, SCHEMA).query(sql)
    except sqlite3.Error:
        return ()
    found: dict[int, Person] = {}
    for contact_id, name, number, starred in rows:
        known = found[contact_id].numbers if contact_id in found else ()
        found[contact_id] = Person(name=str(name) or str(number), numbers=(*known, str(number)), starred=bool(starred))
    return tuple(sorted(found.values(), key=lambda person: (person.name.lower(), person.numbers)))


def names(context: AppContext) -> dict[str, str]:
    """Name by the key of a number."""
    return {address_key(number): person.name for person in reversed(people(context)) for number in person.numbers}


def title_of(context: AppContext, address: str) -> str:
    """The contact's name, else the number."""
    return names(context).get(address_key(address), address)
