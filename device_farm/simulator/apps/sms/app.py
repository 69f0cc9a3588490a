"""The messenger under the names of Simple SMS Messenger, and the telephony provider that owns the messages."""

from __future__ import annotations

from device_farm.simulator.apps.contacts.phone_book import title_of
from device_farm.simulator.apps.seeding import first_start
from device_farm.simulator.apps.sms.access import store_of, thread_intent
from device_farm.simulator.apps.sms.main import Main, notification_id
from device_farm.simulator.apps.sms.names import (
    DEFAULT_APP_KEY,
    LABEL,
    MAIN_CLASS,
    NEW_CLASS,
    PACKAGE,
    PERMISSIONS,
    SCHEMES,
    THREAD_CLASS,
    set_default,
)
from device_farm.simulator.apps.sms.new_conversation import NewConversation
from device_farm.simulator.apps.sms.thread import Thread
from device_farm.simulator.framework.telephony_schema import SMS_DELIVER, TELEPHONY_PACKAGE, sms_database
from device_farm.simulator.intents import DEFAULT, LAUNCHER, MAIN, SEND, SENDTO, VIEW, Intent, IntentFilter
from device_farm.simulator.notifications import Notification, NotificationAction
from device_farm.simulator.toolkit.app import ActivityEntry, App, AppContext, AppIcon

_BROWSABLE = "android.intent.category.BROWSABLE"


class SmsApp(App):
    package = PACKAGE
    label = LABEL
    icon = AppIcon(glyph="textsms", background=0xFFF57C00)
    version_name = "5.19.3"
    version_code = 85
    system = False
    permissions = PERMISSIONS
    granted = PERMISSIONS
    activities = (
        ActivityEntry(
            class_name=MAIN_CLASS,
            activity=Main(),
            single_top=True,
            filters=(IntentFilter(actions=(MAIN,), categories=(LAUNCHER, DEFAULT)),),
        ),
        ActivityEntry(class_name=THREAD_CLASS, activity=Thread(), single_top=True, exported=False),
        ActivityEntry(
            class_name=NEW_CLASS,
            activity=NewConversation(),
            filters=(
                IntentFilter(actions=(SEND, SENDTO, VIEW), categories=(DEFAULT, _BROWSABLE), schemes=SCHEMES),
                IntentFilter(actions=(SEND,), categories=(DEFAULT,), types=("*/*",)),
            ),
        ),
    )

    def on_install(self, context: AppContext) -> None:
        """A new phone comes with this app already chosen for messages; after its data are cleared it asks."""
        if first_start(context):
            set_default(context.files)
            context.settings.put("secure", DEFAULT_APP_KEY, PACKAGE)

    def on_broadcast(self, context: AppContext, intent: Intent) -> None:
        """A message has come in: announced, with the ways to answer it."""
        if intent.action != SMS_DELIVER:
            return
        address = intent.text_extra("address")
        context.notify(
            Notification(
                id=notification_id(address),
                title=title_of(context, address),
                text=intent.text_extra("body"),
                channel="simple_sms_messenger",
                icon="sms",
                importance="high",
                intent=thread_intent(address),
                actions=(
                    NotificationAction(text="Reply", event="reply", argument=address),
                    NotificationAction(text="Mark as Read", event="read", argument=address),
                ),
            )
        )

    def on_event(self, context: AppContext, event: str, argument: object) -> None:
        address = str(argument)
        context.cancel_notification(notification_id(address))
        store_of(context).mark(address, read=True)
        if event == "reply":
            context.start(thread_intent(address))


class TelephonyProviderApp(App):
    """Owns `mmssms.db`, which is there from the start and empty again after its data are cleared."""

    package = TELEPHONY_PACKAGE
    label = "Phone and Messaging Storage"
    icon = AppIcon(glyph="sim_card", background=0xFF5F6368)

    def on_install(self, context: AppContext) -> None:
        sms_database(context.files).create()
