"""How the messenger's screens reach the messages and each other."""

from __future__ import annotations

from urllib.parse import unquote

from device_farm.simulator.apps.contacts.phone_book import plain_number
from device_farm.simulator.apps.sms.names import (
    PACKAGE,
    SCHEMES,
    SMS_BODY,
    TEXT_EXTRA,
    THREAD_CLASS,
    THREAD_NUMBER,
    THREAD_TEXT,
)
from device_farm.simulator.apps.sms.store import MessageStore
from device_farm.simulator.intents import ComponentName, Intent
from device_farm.simulator.toolkit.app import AppContext


def store_of(context: AppContext) -> MessageStore:
    return MessageStore(context.files, now_ms=round(context.now_s * 1000))


def thread_intent(address: str, text: str = "") -> Intent:
    return Intent(
        component=ComponentName(PACKAGE, THREAD_CLASS),
        data=f"smsto:{address}",
        extras={THREAD_NUMBER: address, THREAD_TEXT: text},
    )


def address_of(intent: Intent) -> str:
    """The number that an intent names: by an extra from inside the app, or a `sms:` URI; empty where it names none."""
    given = intent.text_extra(THREAD_NUMBER)
    if given:
        return given
    scheme, _, rest = intent.data.partition(":")
    if scheme.lower() not in SCHEMES:
        return ""
    named = unquote(rest.lstrip("/").partition("?")[0]).strip()
    return plain_number(named) or named


def text_of(intent: Intent) -> str:
    """The text that an intent brings along to be sent."""
    given = intent.text_extra(THREAD_TEXT) or intent.text_extra(TEXT_EXTRA) or intent.text_extra(SMS_BODY)
    if given or "?body=" not in intent.data:
        return given
    return unquote(intent.data.partition("?body=")[2].partition("&")[0])
