"""Contacts in `contacts2.db`. Every call reads or writes the database itself; nothing is held in memory."""

from __future__ import annotations

import sqlite3
from collections import defaultdict

from device_farm.simulator.apps.contacts.labels import CUSTOM_TYPE, normalized_number
from device_farm.simulator.apps.contacts.model import (
    Contact,
    ContactDetails,
    ContactSummary,
    EmailAddress,
    PhoneNumber,
    section_of,
    split_name,
)
from device_farm.simulator.apps.contacts.schema import (
    EMAIL_MIMETYPE,
    NAME_MIMETYPE,
    ORGANIZATION_MIMETYPE,
    PHONE_MIMETYPE,
)
from device_farm.simulator.database import Database

# DisplayNameSources of ContactsContract: which kind of data the shown name was taken from.
_SOURCE_STRUCTURED_NAME = 40
_SOURCE_ORGANIZATION = 30
_SOURCE_PHONE = 20
_SOURCE_EMAIL = 10


class ContactStore:
    """The provider's tables. `now_ms` stamps changes, in milliseconds of Unix time."""

    def __init__(self, database: Database, now_ms: int = 0) -> None:
        self._database = database
        self._now_ms = now_ms

    def summaries(self, query: str = "") -> tuple[ContactSummary, ...]:
        """Contacts by name, letters before everything else. `query` matches the start of a word or part of a number."""
        found = None if not query.strip() else self._matching(query.strip())
        rows = self._database.query("SELECT _id, COALESCE(display_name, ''), starred FROM view_contacts")
        summaries = [
            ContactSummary(id=row_id, display_name=name, section=section_of(name), starred=bool(starred))
            for row_id, name, starred in rows
            if found is None or row_id in found
        ]
        return tuple(sorted(summaries, key=lambda entry: (entry.section == "#", entry.display_name.lower(), entry.id)))

    def _matching(self, query: str) -> frozenset[int]:
        wanted, digits = query.lower(), normalized_number(query)
        found = set()
        for contact_id, mimetype, name, value in self._database.query(
            "SELECT contact_id, mimetype, COALESCE(display_name, ''), COALESCE(data1, '') FROM view_data"
        ):
            words = f"{name} {value}".lower().split() if mimetype != PHONE_MIMETYPE else name.lower().split()
            joined = name.lower().startswith(wanted) or value.lower().startswith(wanted)
            numeric = mimetype == PHONE_MIMETYPE and digits and digits in normalized_number(value)
            if joined or numeric or any(word.startswith(wanted) for word in words):
                found.add(contact_id)
        return frozenset(found)

    def get(self, contact_id: int) -> Contact | None:
        rows = self._database.query(
            "SELECT COALESCE(display_name, ''), starred FROM view_contacts WHERE _id = ?", (contact_id,)
        )
        if not rows:
            return None
        name, starred = rows[0]
        return Contact(id=contact_id, details=self._details(contact_id, name), display_name=name, starred=bool(starred))

    def _details(self, contact_id: int, display_name: str) -> ContactDetails:
        by_kind: dict[str, list[tuple[str, str, str, str]]] = defaultdict(list)
        for mimetype, *values in self._database.query(
            "SELECT mimetype, data1, data2, data3 FROM view_data WHERE contact_id = ? ORDER BY _id", (contact_id,)
        ):
            value, second, third = ("" if item is None else str(item) for item in values)
            by_kind[mimetype].append((value, second, third, mimetype))
        first, last = self._name_parts(by_kind[NAME_MIMETYPE], display_name)
        return ContactDetails(
            first=first,
            last=last,
            company=by_kind[ORGANIZATION_MIMETYPE][0][0] if by_kind[ORGANIZATION_MIMETYPE] else "",
            phones=tuple(
                PhoneNumber(number=value, type=_type(kind, default=2), label=label)
                for value, kind, label, _ in by_kind[PHONE_MIMETYPE]
            ),
            emails=tuple(
                EmailAddress(address=value, type=_type(kind, default=3), label=label)
                for value, kind, label, _ in by_kind[EMAIL_MIMETYPE]
            ),
        )

    @staticmethod
    def _name_parts(rows: list[tuple[str, str, str, str]], display_name: str) -> tuple[str, str]:
        """Given and family name; a name written from outside as a whole is split as Android splits it."""
        if not rows:
            return ("", "")
        whole, given, family, _ = rows[0]
        return (given, family) if given or family else split_name(whole or display_name)

    def insert(self, details: ContactDetails) -> int:
        """Stores a new contact and returns its id."""
        details = details.trimmed()
        with self._database.session() as connection:
            contact_id, raw_id = self._insert_empty(connection, details.display_name)
            self._write(connection, contact_id, raw_id, details)
        return contact_id

    def update(self, contact_id: int, details: ContactDetails) -> None:
        """Replaces what was entered about a contact; its other data (notes, groups) stay."""
        details = details.trimmed()
        with self._database.session() as connection:
            for (raw_id,) in connection.execute(
                "SELECT name_raw_contact_id FROM contacts WHERE _id = ?", (contact_id,)
            ).fetchall():
                connection.execute(
                    "DELETE FROM data WHERE raw_contact_id = ?"
                    " AND mimetype_id IN (SELECT _id FROM mimetypes WHERE mimetype IN (?, ?, ?, ?))",
                    (raw_id, NAME_MIMETYPE, PHONE_MIMETYPE, EMAIL_MIMETYPE, ORGANIZATION_MIMETYPE),
                )
                connection.execute("DELETE FROM phone_lookup WHERE raw_contact_id = ?", (raw_id,))
                self._write(connection, contact_id, raw_id, details)

    def delete(self, contact_id: int) -> None:
        """Removes a contact with all its data; an id that is not there changes nothing."""
        raw_ids = "SELECT _id FROM raw_contacts WHERE contact_id = ?"
        with self._database.session() as connection:
            connection.execute(f"DELETE FROM phone_lookup WHERE raw_contact_id IN ({raw_ids})", (contact_id,))
            connection.execute(f"DELETE FROM data WHERE raw_contact_id IN ({raw_ids})", (contact_id,))
            connection.execute("DELETE FROM raw_contacts WHERE contact_id = ?", (contact_id,))
            if connection.execute("DELETE FROM contacts WHERE _id = ?", (contact_id,)).rowcount:
                connection.execute(
                    "INSERT OR REPLACE INTO deleted_contacts (contact_id, contact_deleted_timestamp) VALUES (?, ?)",
                    (contact_id, self._now_ms),
                )

    def set_starred(self, contact_id: int, starred: bool) -> None:
        with self._database.session() as connection:
            connection.execute("UPDATE contacts SET starred = ? WHERE _id = ?", (int(starred), contact_id))
            connection.execute("UPDATE raw_contacts SET starred = ? WHERE contact_id = ?", (int(starred), contact_id))

    def insert_raw(self) -> int:
        """An empty raw contact with its contact, as an insert into `raw_contacts` makes it; returns the raw id."""
        with self._database.session() as connection:
            return self._insert_empty(connection, "")[1]

    def refresh_raw(self, raw_id: int) -> None:
        """Derives the shown name and the flags of a raw contact from its data rows, after a row came from outside."""
        rows = self._database.query("SELECT contact_id FROM raw_contacts WHERE _id = ?", (raw_id,))
        if rows:
            contact_id = int(rows[0][0])
            details = self._details(contact_id, "")
            with self._database.session() as connection:
                self._write_raw(connection, contact_id, raw_id, details)

    def _insert_empty(self, connection: sqlite3.Connection, name: str) -> tuple[int, int]:
        """New rows in `contacts` and `raw_contacts`; their ids."""
        contact_id = connection.execute(
            "INSERT INTO contacts (contact_last_updated_timestamp) VALUES (?)", (self._now_ms,)
        ).lastrowid
        raw_id = connection.execute("INSERT INTO raw_contacts (contact_id) VALUES (?)", (contact_id,)).lastrowid
        assert contact_id is not None and raw_id is not None
        connection.execute(
            "UPDATE contacts SET name_raw_contact_id = ?, lookup = ? WHERE _id = ?",
            (raw_id, f"0r{raw_id}-{_lookup_key(name)}", contact_id),
        )
        return contact_id, raw_id

    def _write(self, connection: sqlite3.Connection, contact_id: int, raw_id: int, details: ContactDetails) -> None:
        self._write_raw(connection, contact_id, raw_id, details)
        self._write_data(connection, raw_id, details)

    def _write_raw(self, connection: sqlite3.Connection, contact_id: int, raw_id: int, details: ContactDetails) -> None:
        name, alternative = details.display_name, details.alternative_name
        if details.first or details.last:
            source = _SOURCE_STRUCTURED_NAME
        elif details.company:
            source = _SOURCE_ORGANIZATION
        else:
            source = _SOURCE_EMAIL if details.emails else _SOURCE_PHONE
        sections = (section_of(name), section_of(alternative))
        connection.execute(
            "UPDATE raw_contacts SET display_name = ?, display_name_alt = ?, display_name_source = ?, sort_key = ?,"
            " sort_key_alt = ?, phonebook_label = ?, phonebook_label_alt = ?, dirty = 1, version = version + 1"
            " WHERE _id = ?",
            (name, alternative, source if name else 0, name, alternative, *sections, raw_id),
        )
        connection.execute(
            "UPDATE contacts SET has_phone_number = ?, contact_last_updated_timestamp = ? WHERE _id = ?",
            (int(bool(details.phones)), self._now_ms, contact_id),
        )

    def _write_data(self, connection: sqlite3.Connection, raw_id: int, details: ContactDetails) -> None:
        if details.first or details.last:
            full = ContactDetails(first=details.first, last=details.last).display_name
            _insert_data(connection, raw_id, NAME_MIMETYPE, (full, details.first, details.last))
        for phone in details.phones:
            number = normalized_number(phone.number)
            data_id = _insert_data(
                connection, raw_id, PHONE_MIMETYPE, (phone.number, phone.type, _custom(phone.type, phone.label), number)
            )
            connection.execute(
                "INSERT INTO phone_lookup (data_id, raw_contact_id, normalized_number, min_match) VALUES (?, ?, ?, ?)",
                (data_id, raw_id, number, number[:-8:-1]),
            )
        for email in details.emails:
            values = (email.address, email.type, _custom(email.type, email.label))
            _insert_data(connection, raw_id, EMAIL_MIMETYPE, values)
        if details.company:
            _insert_data(connection, raw_id, ORGANIZATION_MIMETYPE, (details.company, 1))


def _insert_data(
    connection: sqlite3.Connection, raw_id: int, mimetype: str, values: tuple[str | int | None, ...]
) -> int:
    names = ", ".join(f"data{number}" for number in range(1, len(values) + 1))
    marks = ", ".join("?" for _ in values)
    cursor = connection.execute(
        f"INSERT INTO data (mimetype_id, raw_contact_id, {names})"
        f" VALUES ((SELECT _id FROM mimetypes WHERE mimetype = ?), ?, {marks})",
        (mimetype, raw_id, *values),
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def _custom(type_number: int, label: str) -> str | None:
    return label if type_number == CUSTOM_TYPE else None


def _type(text: str, default: int) -> int:
    return int(text) if text.isdigit() else default


def _lookup_key(name: str) -> str:
    """A stable stand-in for Android's hashed name: letters and digits of the name in upper-case hexadecimal."""
    return "".join(f"{ord(character):02X}" for character in name.upper() if character.isalnum())[:40]
