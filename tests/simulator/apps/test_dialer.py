"""The phone app, calls from the modem and to it, the call log, and the key codes of calls."""

from __future__ import annotations

import pytest

from device_farm.errors import GuestError
from device_farm.simulator import telephone
from device_farm.simulator.apps.contacts.model import ContactDetails, PhoneNumber
from device_farm.simulator.apps.contacts.schema import DATABASE_PATH, PROVIDER_PACKAGE, SCHEMA
from device_farm.simulator.apps.contacts.store import ContactStore
from device_farm.simulator.framework.telephony_schema import call_log_database
from device_farm.simulator.intents import Intent
from device_farm.simulator.phone import SimulatedPhone
from device_farm.types.ui_tree import UiNode

CALL_KEY, ENDCALL_KEY = 5, 6


@pytest.fixture
def phone() -> SimulatedPhone:
    return SimulatedPhone.boot(seed=7)


def _node(phone: SimulatedPhone, label: str) -> UiNode:
    found = phone.accessibility().find_all(lambda node: label in (node.text, node.description))
    assert found, f"no {label!r} on the screen"
    return found[-1]


def _tap(phone: SimulatedPhone, *labels: str) -> None:
    for label in labels:
        place = _node(phone, label).bounds.center
        phone.input.tap(place.x, place.y)


def _log(phone: SimulatedPhone) -> list[tuple[object, ...]]:
    return [tuple(row) for row in call_log_database(phone.files).query("SELECT number, type, duration FROM calls")]


def test_a_number_is_typed_called_and_logged(phone: SimulatedPhone) -> None:
    phone.activities.launch_app("com.google.android.dialer")
    _tap(phone, "key pad", "5", "5", "5", "backspace", "1", "0", "*", "dial")
    assert phone.state.call is not None and not phone.state.call.ringing
    assert _node(phone, "551" + "0*")
    _tap(phone, "End call")
    assert phone.state.call is None
    assert _log(phone) == [("5510*", telephone.OUTGOING, 0)]
    assert _node(phone, "5510*")


def test_dial_shows_the_number_and_calls_nobody(phone: SimulatedPhone) -> None:
    phone.activities.start(Intent(action="android.intent.action.DIAL", data="tel:%2B1555"))
    assert _node(phone, "+1555")
    assert phone.state.call is None
    phone.input.key(4)
    assert _node(phone, "key pad")


def test_an_answered_call_lasts_until_it_is_ended(phone: SimulatedPhone) -> None:
    telephone.ring(phone, "5550001")
    assert phone.state.call is not None and phone.state.call.ringing
    with pytest.raises(GuestError, match="already"):
        telephone.ring(phone, "5550002")
    phone.input.key(CALL_KEY)
    assert _node(phone, "End call")
    phone.clock.advance(60)  # type: ignore[attr-defined]
    phone.input.key(ENDCALL_KEY)
    (number, kind, duration), *rest = _log(phone)
    assert (number, kind, rest) == ("5550001", telephone.INCOMING, [])
    assert isinstance(duration, int) and duration >= 60


def test_the_notification_answers_and_declines(phone: SimulatedPhone) -> None:
    telephone.ring(phone, "5550001")
    _tap(phone, "Decline")
    assert phone.state.call is None
    telephone.ring(phone, "5550002")
    _tap(phone, "Answer")
    assert phone.state.call is not None and phone.state.call.answered_s is not None
    assert _log(phone) == [("5550001", telephone.REJECTED, 0)]


def test_a_caller_who_gives_up_is_a_missed_call(phone: SimulatedPhone) -> None:
    telephone.ring(phone, "5550001")
    with pytest.raises(GuestError):
        telephone.caller_gives_up(phone, "other")
    telephone.caller_gives_up(phone, "5550001")
    assert _log(phone) == [("5550001", telephone.MISSED, 0)]
    phone.activities.launch_app("com.google.android.dialer")
    assert _node(phone, "5550001")


def test_the_log_names_contacts_and_calls_them_back(phone: SimulatedPhone) -> None:
    database = phone.callbacks.app_context(PROVIDER_PACKAGE).database(DATABASE_PATH, SCHEMA)
    ContactStore(database).insert(ContactDetails(first="Ada", phones=(PhoneNumber(number="+1 555-000-1234"),)))
    telephone.ring(phone, "5550001234")
    telephone.hang_up(phone)
    phone.activities.launch_app("com.google.android.dialer")
    _tap(phone, "Call Ada")
    assert phone.state.call is not None and phone.state.call.number == "5550001234"
    assert _node(phone, "Ada")


def test_endcall_without_a_call_turns_the_screen_off(phone: SimulatedPhone) -> None:
    phone.input.key(ENDCALL_KEY)
    assert not phone.screen_on


def test_contacts_tab_and_cleared_log(phone: SimulatedPhone) -> None:
    phone.packages.clear(PROVIDER_PACKAGE)
    phone.activities.launch_app("com.google.android.dialer")
    assert _node(phone, "Your call log is empty")
    _tap(phone, "Contacts")
    assert _node(phone, "No contacts yet")
