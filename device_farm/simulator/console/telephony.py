"""What the modem brings: text messages in the telephony provider's database, calls."""

from __future__ import annotations

import re

from device_farm.errors import GuestError
from device_farm.simulator import telephone
from device_farm.simulator.framework.sms_provider import thread_of
from device_farm.simulator.framework.telephony_schema import INBOX, SMS_DELIVER, sms_database
from device_farm.simulator.intents import ExtraValue, Intent
from device_farm.simulator.notifications import Notification
from device_farm.simulator.phone import SimulatedPhone

_MESSAGES = "com.android.messaging"
_NUMBER = re.compile(r"[+*#0-9A-Za-z.-]{1,40}")


def deliver_sms(phone: SimulatedPhone, number: str, text: str) -> None:
    """Puts a text message into the inbox and tells the app that handles text messages, which announces it.

    Raises:
        GuestError: no phone number.
    """
    _check(number)
    now_ms = int(phone.clock.now_s() * 1000)
    database = sms_database(phone.files)
    handler = phone.settings.get("secure", "sms_default_application") or _MESSAGES
    message = database.execute(
        "INSERT INTO sms (thread_id, address, date, date_sent, protocol, read, status, type, reply_path_present, body,"
        " sub_id, creator, seen) VALUES (?, ?, ?, ?, 0, 0, -1, ?, 0, ?, 1, ?, 0)",
        (thread_of(database, number), number, now_ms, now_ms, INBOX, text, handler),
    )
    if phone.packages.get(handler) is not None:
        extras: dict[str, ExtraValue] = {"address": number, "body": text, "id": message.last_row_id}
        phone.callbacks.broadcast(Intent(action=SMS_DELIVER, package=handler, extras=extras))
        return
    notice = Notification(id=message.last_row_id, title=number, text=text, icon="sms", importance="high")
    phone.notifications.post(notice, package=_MESSAGES)


def ring(phone: SimulatedPhone, number: str) -> None:
    """An incoming call rings.

    Raises:
        GuestError: no phone number, or the phone has a call already.
    """
    _check(number)
    telephone.ring(phone, number)


def _check(number: str) -> None:
    if not _NUMBER.fullmatch(number):
        raise GuestError(f"bad phone number {number[:60]!r}")
