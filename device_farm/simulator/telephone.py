"""Telephone calls: incoming ones from the modem, outgoing ones from apps, and the call log that remembers them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from device_farm.errors import GuestError
from device_farm.simulator.framework.telephony_schema import call_log_database
from device_farm.simulator.intents import ComponentName, Intent
from device_farm.simulator.notifications import Notification, NotificationAction
from device_farm.simulator.state import PhoneCall

if TYPE_CHECKING:
    from device_farm.simulator.phone import SimulatedPhone

DIALER: Final = "com.google.android.dialer"
IN_CALL: Final = ComponentName(DIALER, "com.android.incallui.InCallActivity")
ANSWER_EVENT, DECLINE_EVENT = "answer", "decline"

# android.provider.CallLog.Calls.*_TYPE
INCOMING, OUTGOING, MISSED, REJECTED = 1, 2, 3, 5

_CALL_NOTICE: Final = 7001
_NOTICE_TAG: Final = "call"


def ring(phone: SimulatedPhone, number: str) -> None:
    """An incoming call rings.

    Raises:
        GuestError: there is a call already.
    """
    if phone.state.call is not None:
        raise GuestError(f"{phone.state.call.number} is calling already")
    phone.change(call=PhoneCall(number=number, incoming=True, begun_s=phone.clock.now_s()))
    notice = Notification(
        id=_CALL_NOTICE,
        tag=_NOTICE_TAG,
        title=number,
        text="Incoming call",
        icon="call",
        importance="high",
        intent=Intent(component=IN_CALL),
        actions=(
            NotificationAction(text="Decline", event=DECLINE_EVENT),
            NotificationAction(text="Answer", event=ANSWER_EVENT),
        ),
        ongoing=True,
        auto_cancel=False,
    )
    phone.notifications.post(notice, package=DIALER)


def dial(phone: SimulatedPhone, number: str) -> None:
    """Begins an outgoing call, unless there is a call already."""
    if phone.state.call is None and number:
        phone.change(call=PhoneCall(number=number, incoming=False, begun_s=phone.clock.now_s()))


def answer(phone: SimulatedPhone) -> None:
    """Takes a ringing call and shows it."""
    call = phone.state.call
    if call is None or not call.ringing:
        return
    phone.change(call=replace(call, answered_s=phone.clock.now_s()))
    phone.notifications.cancel((DIALER, _NOTICE_TAG, _CALL_NOTICE))
    if phone.packages.entry(IN_CALL) is not None:
        phone.activities.launch(IN_CALL, Intent(component=IN_CALL))


def hang_up(phone: SimulatedPhone) -> None:
    """The person ends the call: a ringing one is declined."""
    call = phone.state.call
    if call is not None:
        kind = OUTGOING if not call.incoming else REJECTED if call.ringing else INCOMING
        _end(phone, call, kind)


def caller_gives_up(phone: SimulatedPhone, number: str) -> None:
    """The other side hangs up; a call that still rang is a missed one.

    Raises:
        GuestError: there is no call with that number.
    """
    call = phone.state.call
    if call is None or call.number != number:
        raise GuestError(f"{number} is not calling")
    if not call.ringing:
        _end(phone, call, INCOMING if call.incoming else OUTGOING)
        return
    row = _end(phone, call, MISSED)
    notice = Notification(id=row, title="Missed call", text=number, icon="phone_missed")
    phone.notifications.post(notice, package=DIALER)


def _end(phone: SimulatedPhone, call: PhoneCall, kind: int) -> int:
    """Forgets the call; the row of the call log that remembers it."""
    phone.change(call=None)
    phone.notifications.cancel((DIALER, _NOTICE_TAG, _CALL_NOTICE))
    now_s = phone.clock.now_s()
    talked_s = int(now_s - call.answered_s) if call.answered_s is not None else 0
    done = call_log_database(phone.files).execute(
        "INSERT INTO calls (number, date, duration, type, new, countryiso, is_read) VALUES (?, ?, ?, ?, ?, 'US', ?)",
        (call.number, int(call.begun_s * 1000), talked_s, kind, int(kind == MISSED), int(kind != MISSED)),
    )
    return done.last_row_id
