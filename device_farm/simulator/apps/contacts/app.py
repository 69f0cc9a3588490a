"""The contacts app and the provider package that owns its database."""

from __future__ import annotations

from device_farm.simulator.apps.contacts.access import (
    CONTACT_TYPE,
    DETAIL_CLASS,
    DIRECTORY_TYPE,
    EDITOR_CLASS,
    LIST_CLASS,
)
from device_farm.simulator.apps.contacts.detail import ContactDetail
from device_farm.simulator.apps.contacts.editor import ContactEditor
from device_farm.simulator.apps.contacts.people import People
from device_farm.simulator.apps.contacts.schema import CONTACTS_PACKAGE, DATABASE_PATH, PROVIDER_PACKAGE, SCHEMA
from device_farm.simulator.apps.contacts.seed import seeded_contacts
from device_farm.simulator.apps.contacts.store import ContactStore
from device_farm.simulator.apps.contacts.welcome import NOTIFICATIONS
from device_farm.simulator.apps.first_run import factory_set_up
from device_farm.simulator.apps.seeding import first_start
from device_farm.simulator.intents import DEFAULT, EDIT, INSERT, LAUNCHER, MAIN, VIEW, IntentFilter
from device_farm.simulator.toolkit.app import ActivityEntry, App, AppContext, AppIcon

_PERMISSIONS = ("android.permission.READ_CONTACTS", "android.permission.WRITE_CONTACTS")


class ContactsApp(App):
    package = CONTACTS_PACKAGE
    label = "Contacts"
    icon = AppIcon(glyph="person", background=0xFF1A73E8)
    version_name = "4.8.17"
    permissions = (*_PERMISSIONS, "android.permission.CALL_PHONE", NOTIFICATIONS)
    granted = _PERMISSIONS
    activities = (
        ActivityEntry(
            class_name=LIST_CLASS,
            activity=People(),
            single_top=True,
            filters=(
                IntentFilter(actions=(MAIN,), categories=(LAUNCHER, "android.intent.category.APP_CONTACTS")),
                IntentFilter(actions=(VIEW,), types=(DIRECTORY_TYPE, "vnd.android.cursor.dir/person")),
            ),
        ),
        ActivityEntry(
            class_name=DETAIL_CLASS,
            activity=ContactDetail(),
            filters=(IntentFilter(actions=(VIEW,), categories=(DEFAULT,), types=(CONTACT_TYPE,)),),
        ),
        ActivityEntry(
            class_name=EDITOR_CLASS,
            activity=ContactEditor(),
            filters=(
                IntentFilter(actions=(INSERT,), types=(DIRECTORY_TYPE, "vnd.android.cursor.dir/raw_contact")),
                IntentFilter(actions=(EDIT,), types=(CONTACT_TYPE, "vnd.android.cursor.item/raw_contact")),
            ),
        ),
    )

    def on_install(self, context: AppContext) -> None:
        factory_set_up(context)


class ContactsProviderApp(App):
    """Owns the database, so that `pm clear com.android.providers.contacts` empties the address book.

    A cleared address book stays empty.
    """

    package = PROVIDER_PACKAGE
    label = "Contacts Storage"
    icon = AppIcon(glyph="contacts", background=0xFF5F6368)

    def on_install(self, context: AppContext) -> None:
        database = context.database(DATABASE_PATH, SCHEMA)
        database.create()
        store = ContactStore(database, now_ms=int(context.now_s * 1000))
        if first_start(context):
            for details in seeded_contacts(context.random("contacts")):
                store.insert(details)
