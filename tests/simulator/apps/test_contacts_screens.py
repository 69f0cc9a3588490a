"""Contacts driven by taps: what is saved lies in the provider's tables, what the tables say is on the screen."""

from __future__ import annotations

from hand import Hand

from device_farm.simulator.apps.contacts.model import Contact, ContactDetails, PhoneNumber
from device_farm.simulator.apps.contacts.schema import DATABASE_PATH, SCHEMA
from device_farm.simulator.apps.contacts.store import ContactStore
from device_farm.simulator.database import Database
from device_farm.simulator.intents import INSERT, Intent

CONTACTS = "com.google.android.contacts"


def opened() -> Hand:
    hand = Hand()
    hand.open(CONTACTS)
    return hand


def store(hand: Hand) -> ContactStore:
    return ContactStore(Database(hand.phone.files, DATABASE_PATH, SCHEMA))


def named(hand: Hand, name: str) -> Contact:
    found = [entry.id for entry in store(hand).summaries() if entry.display_name == name]
    assert len(found) == 1, f"{name}: {len(found)} contacts"
    contact = store(hand).get(found[0])
    assert contact is not None
    return contact


def enter_new(hand: Hand, first: str, last: str, phone: str) -> None:
    hand.tap(description="Create contact")
    hand.fill(first, hint="First name")
    hand.fill(last, hint="Last name")
    hand.fill(phone, hint="Phone")


def test_new_contact_is_stored_at_save_only() -> None:
    hand = opened()
    before = len(store(hand).summaries())
    enter_new(hand, "Grace", "Hopper", "2025550143")
    assert len(store(hand).summaries()) == before
    hand.tap("Save")
    contact = named(hand, "Grace Hopper")
    assert contact.details == ContactDetails(
        first="Grace", last="Hopper", phones=(PhoneNumber(number="2025550143", type=2),)
    )
    assert hand.sees("Grace Hopper") and hand.sees("(202) 555-0143")
    hand.back()
    hand.fill("grace", hint="Search contacts")
    assert hand.sees("Grace Hopper")


def test_number_gets_the_chosen_label() -> None:
    hand = opened()
    enter_new(hand, "Work", "Person", "5550100")
    hand.back()
    hand.tap(description="Mobile Phone")
    hand.tap("Work")
    assert hand.node(description="Work Phone")
    hand.tap("Save")
    assert [phone.type for phone in named(hand, "Work Person").details.phones] == [3]


def test_custom_label_second_number_and_address() -> None:
    hand = opened()
    enter_new(hand, "Multi", "Number", "111")
    hand.back()
    hand.tap("Add phone")
    hand.type("222")
    hand.back()
    hand.tap(hint="Email")
    hand.type("multi@example.com")
    hand.back()
    spinners = hand.nodes(lambda node: node.description == "Mobile Phone")
    hand.press(spinners[-1])
    hand.tap("Custom")
    hand.type("Boat")
    hand.tap("OK")
    hand.tap("Save")
    details = named(hand, "Multi Number").details
    assert [(phone.number, phone.type, phone.label) for phone in details.phones] == [("111", 2, ""), ("222", 0, "Boat")]
    assert [email.address for email in details.emails] == ["multi@example.com"]
    assert hand.sees("Boat")


def test_leaving_a_changed_editor_asks_first() -> None:
    hand = opened()
    before = len(store(hand).summaries())
    enter_new(hand, "Half", "Done", "1")
    hand.back()
    hand.back()
    assert hand.sees("Your changes have not been saved")
    hand.tap("Cancel")
    assert hand.node("Half").hint == "First name"
    hand.back()
    hand.tap("Discard")
    assert hand.sees("Search contacts") or hand.node(hint="Search contacts")
    assert len(store(hand).summaries()) == before


def test_leaving_an_untouched_editor_asks_nothing() -> None:
    hand = opened()
    hand.tap(description="Create contact")
    hand.back()
    hand.back()
    assert hand.node(hint="Search contacts")


def test_edit_changes_the_stored_contact() -> None:
    hand = opened()
    entry = store(hand).summaries()[0]
    hand.tap(entry.display_name)
    hand.tap(description="Edit contact")
    hand.fill("Renamed", hint="First name")
    hand.fill("Acme", hint="Company")
    hand.tap("Save")
    contact = store(hand).get(entry.id)
    assert contact is not None
    assert (contact.details.first, contact.details.company) == ("Renamed", "Acme")
    assert hand.sees("Acme")


def test_favourite_is_stored_and_listed() -> None:
    hand = opened()
    entry = store(hand).summaries()[0]
    hand.tap(entry.display_name)
    hand.tap(description="Add to favorites")
    starred = store(hand).get(entry.id)
    assert starred is not None and starred.starred
    hand.back()
    hand.tap("Favorites")
    assert hand.sees(entry.display_name) and not hand.sees(store(hand).summaries()[1].display_name)


def test_delete_asks_and_removes() -> None:
    hand = opened()
    entry = store(hand).summaries()[0]
    hand.tap(entry.display_name)
    hand.tap(description="More options")
    hand.tap("Delete")
    hand.tap("Cancel")
    assert store(hand).get(entry.id) is not None
    hand.tap(description="More options")
    hand.tap("Delete")
    hand.tap("Delete")
    assert store(hand).get(entry.id) is None
    assert not hand.sees(entry.display_name)


def test_insert_intent_opens_a_filled_editor() -> None:
    hand = Hand()
    hand.phone.activities.start(
        Intent(
            action=INSERT, type="vnd.android.cursor.dir/contact", extras={"name": "Ada Lovelace", "phone": "5550199"}
        )
    )
    assert [hand.node(hint=hint).text for hint in ("First name", "Last name", "Phone")] == [
        "Ada",
        "Lovelace",
        "5550199",
    ]
    hand.tap("Save")
    assert named(hand, "Ada Lovelace").details.phones[0].number == "5550199"


def test_rows_written_from_outside_show_at_once() -> None:
    hand = opened()
    store(hand).insert(ContactDetails(first="Aaa", last="Outside"))
    assert hand.sees("Aaa Outside")


def test_clearing_the_provider_empties_the_list() -> None:
    hand = opened()
    hand.phone.packages.clear("com.android.providers.contacts")
    assert hand.sees("No contacts yet")


def test_share_hands_the_card_to_another_app() -> None:
    hand = opened()
    entry = store(hand).summaries()[0]
    hand.tap(entry.display_name)
    hand.tap(description="More options")
    hand.tap("Share")
    hand.tap("Markor")
    hand.tap("Create new document")
    text = hand.phone.files.read_text("/sdcard/Documents/Markor/shared.md")
    assert text.startswith("BEGIN:VCARD") and entry.display_name in text


def test_cleared_app_offers_a_backup_and_asks_about_notifications_once() -> None:
    hand = opened()
    hand.phone.packages.clear("com.google.android.contacts")
    hand.open("com.google.android.contacts")
    assert hand.sees("Back up & organize your contacts with Google") and not hand.sees("Create contact")
    hand.tap("Skip")
    hand.tap("Don’t allow")
    assert hand.sees("Create contact")
    hand.phone.activities.force_stop("com.google.android.contacts")
    hand.open("com.google.android.contacts")
    assert hand.sees("Create contact")
