"""What adb's `content` command reaches of the address book."""

from __future__ import annotations

import pytest

from device_farm.errors import GuestError
from device_farm.simulator.apps.contacts.model import ContactDetails, EmailAddress, PhoneNumber
from device_farm.simulator.apps.contacts.provider import ContactsProvider, ContentValue
from device_farm.simulator.apps.contacts.schema import DATABASE_PATH, SCHEMA
from device_farm.simulator.apps.contacts.store import ContactStore
from device_farm.simulator.clock import VirtualClock
from device_farm.simulator.database import Database
from device_farm.simulator.system_image import build_files


def fresh_provider() -> tuple[ContactsProvider, ContactStore]:
    database = Database(build_files(VirtualClock()), DATABASE_PATH, SCHEMA)
    store = ContactStore(database)
    store.insert(
        ContactDetails(
            first="Ana",
            last="Silva",
            phones=(PhoneNumber(number="555-123-4567"),),
            emails=(EmailAddress(address="ana@example.com"),),
        )
    )
    store.insert(ContactDetails(first="Bob", phones=(PhoneNumber(number="5550001111", type=3),)))
    return ContactsProvider(database), store


def test_query_answers_with_the_columns_asked_for() -> None:
    provider, _ = fresh_provider()
    rows = provider.query("phones/", ("display_name", "number"))
    assert [tuple(row) for row in rows] == [("Ana Silva", "555-123-4567"), ("Bob", "5550001111")]
    phones = provider.query("data/phones", ("display_name", "data1", "data2"), where="display_name='Bob'")
    assert [tuple(row) for row in phones] == [("Bob", "5550001111", "3")]
    assert [row["display_name"] for row in provider.query("contacts", sort="display_name DESC")] == ["Bob", "Ana Silva"]


def test_query_of_one_contact_and_its_data() -> None:
    provider, _ = fresh_provider()
    assert [row["display_name"] for row in provider.query("contacts/2")] == ["Bob"]
    assert [row["data1"] for row in provider.query("contacts/1/data", sort="_id")] == [
        "Ana Silva",
        "555-123-4567",
        "ana@example.com",
    ]
    assert [row["display_name"] for row in provider.query("phone_lookup/1234567")] == ["Ana Silva"]


def test_insert_of_raw_contact_and_data_makes_a_contact() -> None:
    provider, store = fresh_provider()
    assert provider.insert("raw_contacts", {"account_name": None}) == "content://com.android.contacts/raw_contacts/3"
    name: dict[str, ContentValue] = {
        "raw_contact_id": 3,
        "mimetype": "vnd.android.cursor.item/name",
        "data1": "Eve Moore",
    }
    assert provider.insert("data", name).startswith("content://com.android.contacts/data/")
    number: dict[str, ContentValue] = {
        "raw_contact_id": 3,
        "mimetype": "vnd.android.cursor.item/phone_v2",
        "data1": "42",
        "data2": 2,
    }
    provider.insert("data", number)
    contact = store.get(3)
    assert contact is not None
    assert (contact.display_name, contact.details.phones) == ("Eve Moore", (PhoneNumber(number="42"),))


def test_update_of_a_name_changes_the_shown_name() -> None:
    provider, store = fresh_provider()
    changed = provider.update(
        "data",
        {"data1": "Rob", "data2": "Rob"},
        where="mimetype = 'vnd.android.cursor.item/name' AND contact_id = 2",
    )
    assert changed == 1
    assert [entry.display_name for entry in store.summaries()] == ["Ana Silva", "Rob"]


def test_delete_by_contact_and_by_clause() -> None:
    provider, store = fresh_provider()
    assert provider.delete("contacts/1") == 1
    assert provider.delete("raw_contacts", "display_name = 'Bob'") == 1
    assert store.summaries() == ()
    assert provider.delete("contacts") == 0


@pytest.mark.parametrize("path", ["nothing", "contacts/x", ""])
def test_unknown_paths_are_refused(path: str) -> None:
    provider, _ = fresh_provider()
    with pytest.raises(GuestError, match="Unknown URI"):
        provider.query(path)


def test_bad_columns_and_parents_are_refused() -> None:
    provider, _ = fresh_provider()
    with pytest.raises(GuestError, match="Invalid column"):
        provider.query("contacts", ("a; DROP",))
    with pytest.raises(GuestError, match="raw_contact_id"):
        provider.insert("data", {"raw_contact_id": 77, "mimetype": "vnd.android.cursor.item/name"})
