"""Package, classes, permissions and preferences of the messenger."""

from __future__ import annotations

from typing import Final

from device_farm.simulator.apps.preference_store import PreferenceStore
from device_farm.simulator.filesystem import FileSystem

PACKAGE: Final = "com.simplemobiletools.smsmessenger"
LABEL: Final = "SMS Messenger"
MAIN_CLASS: Final = f"{PACKAGE}.activities.MainActivity"
THREAD_CLASS: Final = f"{PACKAGE}.activities.ThreadActivity"
NEW_CLASS: Final = f"{PACKAGE}.activities.NewConversationActivity"

# Extras of ThreadActivity.
THREAD_NUMBER: Final = "thread_number"
THREAD_TEXT: Final = "thread_text"

TEXT_EXTRA: Final = "android.intent.extra.TEXT"
SMS_BODY: Final = "sms_body"
SCHEMES: Final = ("sms", "smsto", "mms", "mmsto")

PERMISSIONS: Final = (
    "android.permission.READ_SMS",
    "android.permission.SEND_SMS",
    "android.permission.RECEIVE_SMS",
    "android.permission.READ_CONTACTS",
    "android.permission.POST_NOTIFICATIONS",
)

DEFAULT_APP_KEY: Final = "sms_default_application"
_HELD: Final = "is_default_sms_app"


def is_default(files: FileSystem) -> bool:
    """Whether a person has made this the app for text messages since its data were cleared."""
    return PreferenceStore(files, PACKAGE, "Prefs").flag(_HELD)


def set_default(files: FileSystem) -> None:
    PreferenceStore(files, PACKAGE, "Prefs").put(**{_HELD: True})
