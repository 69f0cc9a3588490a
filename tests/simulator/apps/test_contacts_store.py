"""The address book's tables: what is stored, and what a reader from outside finds."""

from __future__ import annotations

import random

import pytest

from device_farm.simulator.apps.contacts.editor import details_of_extras
from device_farm.simulator.apps.contacts.labels import formatted_number, normalized_number
from device_farm.simulator.apps.contacts.model import ContactDetails, EmailAddress, PhoneNumber, split_name
from device_farm.simulator.apps.contacts.schema import DATABASE_PATH, SCHEMA
from device_farm.simulator.apps.contacts.seed import seeded_contacts
from device_farm.simulator.apps.contacts.store import ContactStore
from device_farm.simulator.clock import VirtualClock
from device_farm.simulator.database import Database
from device_farm.simulator.intents import ExtraValue
from device_farm.simulator.system_image import build_files

ANA = ContactDetails(
    first="Ana",
    last="Silva",
    company="Contoso",
    phones=(PhoneNumber(number="5551234567"), PhoneNumber(number="+15550001111", type=3)),
    emails=(EmailAddress(address="ana@example.com", type=2),),
)


def fresh_store() -> tuple[ContactStore, Database]:
    database = Database(build_files(VirtualClock()), DATABASE_PATH, SCHEMA)
    return ContactStore(database, now_ms=1000), database


def test_store_returns_what_was_inserted() -> None:
    store, _ = fresh_store()
    contact = store.get(store.insert(ANA))
    assert contact is not None
    assert (contact.details, contact.display_name, contact.starred) == (ANA, "Ana Silva", False)


def test_store_writes_the_tables_that_the_provider_has() -> None:
    store, database = fresh_store()
    contact_id = store.insert(ANA)
    names = database.query("SELECT display_name, display_name_alt, phonebook_label FROM raw_contacts")
    assert [tuple(row) for row in names] == [("Ana Silva", "Silva, Ana", "A")]
    numbers = database.query(
        "SELECT data1, data2, data4 FROM view_data WHERE mimetype = 'vnd.android.cursor.item/phone_v2' ORDER BY _id"
    )
    assert [tuple(row) for row in numbers] == [("5551234567", "2", "5551234567"), ("+15550001111", "3", "+15550001111")]
    assert database.query("SELECT has_phone_number FROM view_contacts WHERE _id = ?", (contact_id,))[0][0] == 1


def test_update_replaces_numbers_and_keeps_other_data() -> None:
    store, database = fresh_store()
    contact_id = store.insert(ANA)
    database.execute(
        "INSERT INTO data (mimetype_id, raw_contact_id, data1)"
        " SELECT _id, 1, 'a note' FROM mimetypes WHERE mimetype = 'vnd.android.cursor.item/note'"
    )
    store.update(contact_id, ContactDetails(first="Ana", last="Costa"))
    contact = store.get(contact_id)
    assert contact is not None and contact.details == ContactDetails(first="Ana", last="Costa")
    assert [row[0] for row in database.query("SELECT data1 FROM data ORDER BY _id")] == ["a note", "Ana Costa"]
    assert database.query("SELECT COUNT(*) FROM phone_lookup")[0][0] == 0


def test_delete_leaves_no_rows_but_the_mark_of_deletion() -> None:
    store, database = fresh_store()
    contact_id = store.insert(ANA)
    store.delete(contact_id)
    store.delete(99)
    counts = [database.query(f"SELECT COUNT(*) FROM {name}")[0][0] for name in ("contacts", "raw_contacts", "data")]
    assert counts == [0, 0, 0]
    assert [row[0] for row in database.query("SELECT contact_id FROM deleted_contacts")] == [contact_id]


def test_rows_inserted_from_outside_are_seen() -> None:
    store, database = fresh_store()
    raw_id = store.insert_raw()
    database.execute(
        "INSERT INTO data (mimetype_id, raw_contact_id, data1)"
        " SELECT _id, ?, 'Mary Ann Lee' FROM mimetypes WHERE mimetype = 'vnd.android.cursor.item/name'",
        (raw_id,),
    )
    store.refresh_raw(raw_id)
    assert [entry.display_name for entry in store.summaries()] == ["Mary Ann Lee"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("ana", ["Ana Silva"]),
        ("SIL", ["Ana Silva"]),
        ("555-123", ["Ana Silva"]),
        ("ana@", ["Ana Silva"]),
        ("ilva", []),
        ("", ["Ana Silva", "Bob"]),
    ],
)
def test_search_finds_names_numbers_and_addresses(query: str, found: list[str]) -> None:
    store, _ = fresh_store()
    store.insert(ANA)
    store.insert(ContactDetails(first="Bob", phones=(PhoneNumber(number="12"),)))
    assert [entry.display_name for entry in store.summaries(query)] == found


@pytest.mark.parametrize(
    ("details", "name"),
    [
        (ContactDetails(company="Fabrikam"), "Fabrikam"),
        (ContactDetails(emails=(EmailAddress(address="x@y.z"),)), "x@y.z"),
        (ContactDetails(phones=(PhoneNumber(number="123"),)), "123"),
        (ContactDetails(last="Only"), "Only"),
        (ContactDetails(), ""),
    ],
)
def test_display_name_falls_back_to_what_there_is(details: ContactDetails, name: str) -> None:
    assert details.display_name == name


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("5551234567", "(555) 123-4567"),
        ("15551234567", "1 (555) 123-4567"),
        ("+15551234567", "+1 555-123-4567"),
        ("5551234", "555-1234"),
        ("112", "112"),
        ("555-12 34", "555-12 34"),
        ("", ""),
    ],
)
def test_numbers_are_written_as_on_the_phone(number: str, shown: str) -> None:
    assert formatted_number(number) == shown


def test_normalized_number_keeps_digits_and_plus() -> None:
    assert normalized_number(" +1 (555) 0-1") == "+155501"


def test_split_name_takes_the_last_word_as_family_name() -> None:
    assert [split_name(name) for name in ("", "Ana", "Ana Silva", "Ana Maria Silva")] == [
        ("", ""),
        ("Ana", ""),
        ("Ana", "Silva"),
        ("Ana Maria", "Silva"),
    ]


def test_insert_intent_fills_names_numbers_and_kinds() -> None:
    extras: dict[str, ExtraValue] = {
        "name": "Jo Doe",
        "phone": 5550100,
        "phone_type": "work",
        "secondary_phone": "1",
        "email": "a@b.c",
    }
    details = details_of_extras(extras)
    assert details.display_name == "Jo Doe"
    assert [(phone.number, phone.type) for phone in details.phones] == [("5550100", 3), ("1", 2)]
    assert details.emails == (EmailAddress(address="a@b.c"),)


def test_seeded_contacts_follow_from_the_seed() -> None:
    people = seeded_contacts(random.Random(3))
    assert people == seeded_contacts(random.Random(3)) != seeded_contacts(random.Random(4))
    assert len({person.display_name for person in people}) == len(people) == 12
