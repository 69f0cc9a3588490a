"""How screens reach the address book, and how they start each other."""

from __future__ import annotations

from typing import TypeVar

from device_farm.simulator.apps.contacts.model import ContactDetails
from device_farm.simulator.apps.contacts.schema import CONTACTS_PACKAGE, DATABASE_PATH, SCHEMA
from device_farm.simulator.apps.contacts.store import ContactStore
from device_farm.simulator.intents import EDIT, INSERT, VIEW, ComponentName, Intent
from device_farm.simulator.toolkit.app import AppContext, Context

S = TypeVar("S")

LIST_CLASS = "com.android.contacts.activities.PeopleActivity"
DETAIL_CLASS = "com.android.contacts.activities.QuickContactActivity"
EDITOR_CLASS = "com.android.contacts.activities.ContactEditorActivity"
CONTACT_TYPE = "vnd.android.cursor.item/contact"
DIRECTORY_TYPE = "vnd.android.cursor.dir/contact"
CONTACT_URI = "content://com.android.contacts/contacts"


def store_of(context: AppContext) -> ContactStore:
    return ContactStore(context.database(DATABASE_PATH, SCHEMA), now_ms=int(context.now_s * 1000))


def contact_uri(contact_id: int) -> str:
    return f"{CONTACT_URI}/{contact_id}"


def contact_id_of(context: Context[S]) -> int:
    """The contact that the starting intent names, 0 where it names none."""
    tail = context.intent.data.rstrip("/").rpartition("/")[2]
    return int(tail) if tail.isdigit() else 0


def open_detail(context: Context[S], contact_id: int) -> None:
    context.start(
        Intent(
            action=VIEW,
            data=contact_uri(contact_id),
            component=ComponentName(CONTACTS_PACKAGE, DETAIL_CLASS),
        )
    )


def open_editor(context: Context[S], contact_id: int = 0) -> None:
    """Edits a contact, or makes a new one for id 0."""
    context.start(
        Intent(
            action=EDIT if contact_id else INSERT,
            data=contact_uri(contact_id) if contact_id else "",
            type=CONTACT_TYPE if contact_id else DIRECTORY_TYPE,
            component=ComponentName(CONTACTS_PACKAGE, EDITOR_CLASS),
        )
    )


def vcard(details: ContactDetails) -> str:
    """The contact as a vCard 2.1, the form in which Android shares contacts."""
    lines = ["BEGIN:VCARD", "VERSION:2.1", f"N:{details.last};{details.first};;;", f"FN:{details.display_name}"]
    lines += [f"TEL;CELL:{phone.number}" for phone in details.phones]
    lines += [f"EMAIL:{email.address}" for email in details.emails]
    if details.company:
        lines.append(f"ORG:{details.company}")
    return "\r\n".join([*lines, "END:VCARD", ""])
