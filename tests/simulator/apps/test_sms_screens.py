"""The messenger driven by taps: the provider's database is the truth."""

from __future__ import annotations

import pytest
from hand import Hand

from device_farm.simulator.apps.contacts.access import store_of
from device_farm.simulator.apps.contacts.model import ContactDetails, PhoneNumber
from device_farm.simulator.console.telephony import deliver_sms
from device_farm.simulator.framework.telephony_schema import SMS_PATH, sms_database
from device_farm.simulator.intents import SEND, SENDTO, Intent

MESSENGER = "com.simplemobiletools.smsmessenger"
NUMBER = "+15551234567"


def opened() -> Hand:
    hand = Hand()
    hand.open(MESSENGER)
    return hand


def rows(hand: Hand, columns: str = "address, body, type") -> list[tuple[object, ...]]:
    return [tuple(row) for row in sms_database(hand.phone.files).query(f"SELECT {columns} FROM sms ORDER BY _id")]


def add_contact(hand: Hand, first: str, last: str, *numbers: str) -> None:
    phones = tuple(PhoneNumber(number=number) for number in numbers)
    store = store_of(hand.phone.callbacks.app_context("com.android.providers.contacts"))
    store.insert(ContactDetails(first=first, last=last, phones=phones))


def test_number_typed_in_gets_a_message() -> None:
    hand = opened()
    assert hand.sees("No stored conversations have been found")
    hand.tap(resource_id="conversations_fab")
    hand.type("+1 444-333-2222")
    hand.tap(resource_id="new_conversation_confirm")
    hand.type("It's me & you")
    hand.tap("SMS")
    assert rows(hand) == [("+14443332222", "It's me & you", 2)]
    sent_ms = rows(hand, "date")[0][0]
    assert isinstance(sent_ms, int) and abs(sent_ms - hand.phone.clock.now_s() * 1000) < 2000
    assert hand.node(resource_id="thread_message_body").text == "It's me & you"


def test_send_button_waits_for_text() -> None:
    hand = Hand()
    hand.phone.activities.start(Intent(action=SENDTO, data=f"sms:{NUMBER}"))
    hand.tap("SMS")
    assert rows(hand) == []
    hand.type("now")
    hand.tap("SMS")
    assert rows(hand) == [(NUMBER, "now", 2)]


def test_incoming_message_is_announced_and_read() -> None:
    hand = opened()
    deliver_sms(hand.phone, NUMBER, "Are you there?")
    notices = hand.phone.notifications.list()
    assert [(entry.title, entry.text) for entry in notices] == [(NUMBER, "Are you there?")]
    assert rows(hand, "read, thread_id IS NULL") == [(0, 0)]
    hand.pass_time(10)
    hand.tap(NUMBER)
    assert rows(hand, "read") == [(1,)]
    assert hand.phone.notifications.list() == ()


def test_notification_marks_as_read() -> None:
    hand = Hand()
    deliver_sms(hand.phone, NUMBER, "Hello")
    hand.tap("Mark as Read")
    assert rows(hand, "read") == [(1,)] and hand.phone.notifications.list() == ()


def test_contact_is_found_by_name_and_named_in_lists() -> None:
    hand = Hand()
    add_contact(hand, "Zelda", "Quist", "+1 (555) 123-4567")
    deliver_sms(hand.phone, NUMBER, "It is me")
    hand.pass_time(10)
    hand.open(MESSENGER)
    assert hand.sees("Zelda Quist")
    hand.tap(resource_id="conversations_fab")
    hand.type("quist")
    hand.tap(resource_id="item_contact_name")
    hand.type("Hi")
    hand.tap("SMS")
    assert rows(hand)[-1] == (NUMBER, "Hi", 2)
    assert len(set(rows(hand, "thread_id"))) == 1


def test_contact_with_two_numbers_asks_which() -> None:
    hand = opened()
    add_contact(hand, "Zelda", "Quist", "+15550000001", "+15550000002")
    hand.tap(resource_id="conversations_fab")
    hand.type("Zelda")
    hand.tap(resource_id="item_contact_name")
    hand.tap("+15550000002")
    hand.type("second")
    hand.tap("SMS")
    assert rows(hand) == [("+15550000002", "second", 2)]


def test_rows_written_by_others_are_conversations() -> None:
    hand = opened()
    database = sms_database(hand.phone.files)
    database.execute("INSERT INTO sms (address, body, date, type) VALUES ('+15550009999', 'raw', 1, 1)")
    assert hand.sees("+15550009999") and hand.sees("raw")
    database.execute("DELETE FROM sms")
    assert hand.sees("No stored conversations have been found")


def test_newest_conversation_is_on_top_even_within_one_moment() -> None:
    hand = Hand()
    for number in ("+15550000003", "+15550000001", "+15550000002"):
        deliver_sms(hand.phone, number, "same time")
    hand.open(MESSENGER)
    shown = [node.text for node in hand.nodes(lambda node: node.resource_id.endswith("conversation_address"))]
    assert shown == ["+15550000002", "+15550000001", "+15550000003"]


def test_message_is_copied_forwarded_and_deleted() -> None:
    hand = Hand()
    deliver_sms(hand.phone, NUMBER, "take this")
    hand.pass_time(10)
    hand.open(MESSENGER)
    hand.tap(NUMBER)
    hand.long_press("take this")
    hand.tap(description="Copy to clipboard")
    assert hand.phone.clipboard == "take this"
    hand.long_press("take this")
    hand.tap(description="More options")
    hand.tap("Forward")
    hand.type("+15557654321")
    hand.tap(resource_id="new_conversation_confirm")
    hand.tap("SMS")
    assert rows(hand)[-1] == ("+15557654321", "take this", 2)
    hand.back()
    hand.back()
    hand.back()
    hand.long_press("take this")
    hand.tap(description="Delete")
    hand.tap("Yes")
    assert rows(hand) == [("+15557654321", "take this", 2)]


def test_conversation_is_deleted_from_the_list() -> None:
    hand = Hand()
    deliver_sms(hand.phone, NUMBER, "one")
    deliver_sms(hand.phone, "+15550000001", "two")
    hand.pass_time(10)
    hand.open(MESSENGER)
    hand.long_press(NUMBER)
    hand.tap(description="Delete")
    hand.tap("No")
    assert len(rows(hand)) == 2
    hand.tap(description="Delete")
    hand.tap("Yes")
    assert rows(hand) == [("+15550000001", "two", 1)]
    assert len(sms_database(hand.phone.files).query("SELECT * FROM threads")) == 1


def test_clipboard_is_pasted_and_sent() -> None:
    hand = Hand()
    hand.phone.clipboard = "from the clipboard"
    hand.phone.activities.start(Intent(action=SENDTO, data=f"smsto:{NUMBER}"))
    hand.long_press(resource_id="thread_type_message")
    hand.tap("Paste")
    hand.tap("SMS")
    assert rows(hand) == [(NUMBER, "from the clipboard", 2)]


def test_send_to_intent_opens_compose_with_its_text() -> None:
    hand = Hand()
    for text in ("first", "second"):
        hand.phone.activities.start(Intent(action=SENDTO, data=f"sms:{NUMBER}", extras={"sms_body": text}))
        assert hand.node(resource_id="thread_type_message").text == text
    hand.tap("SMS")
    assert rows(hand) == [(NUMBER, "second", 2)]


def test_shared_text_goes_to_whom_one_picks() -> None:
    hand = Hand()
    hand.phone.activities.start(Intent(action=SEND, type="text/plain", extras={"android.intent.extra.TEXT": "shared"}))
    hand.tap("SMS Messenger")
    hand.type(NUMBER)
    hand.tap(resource_id="new_conversation_confirm")
    hand.tap("SMS")
    assert rows(hand) == [(NUMBER, "shared", 2)]


def test_unsent_text_is_kept_as_a_draft() -> None:
    hand = Hand()
    deliver_sms(hand.phone, NUMBER, "question")
    hand.pass_time(10)
    hand.open(MESSENGER)
    hand.tap(NUMBER)
    hand.type("half an ans")
    hand.back()
    hand.back()
    assert hand.sees("Draft") and hand.sees("half an ans")
    hand.tap(NUMBER)
    hand.type("wer")
    hand.tap("SMS")
    hand.back()
    hand.back()
    assert rows(hand) == [(NUMBER, "question", 1), (NUMBER, "half an answer", 2)]


def test_without_radio_the_message_fails_and_is_sent_at_a_touch() -> None:
    hand = Hand()
    hand.phone.settings.put("global", "airplane_mode_on", "1")
    hand.phone.activities.start(Intent(action=SENDTO, data=f"sms:{NUMBER}", extras={"sms_body": "try"}))
    hand.tap("SMS")
    assert rows(hand) == [(NUMBER, "try", 5)]
    hand.phone.settings.put("global", "airplane_mode_on", "0")
    hand.tap("Not sent. Touch to retry.")
    assert rows(hand) == [(NUMBER, "try", 2)]


def test_search_finds_messages() -> None:
    hand = Hand()
    deliver_sms(hand.phone, NUMBER, "The code is 4711")
    hand.pass_time(10)
    hand.open(MESSENGER)
    hand.tap(resource_id="top_toolbar_search")
    hand.type("471")
    assert hand.sees("The code is 4711")
    hand.type("9")
    assert hand.sees("No items found.")


@pytest.mark.parametrize("damage", [b"no database at all", b""], ids=["garbage", "empty"])
def test_damaged_database_shows_nothing_and_takes_messages_again(damage: bytes) -> None:
    hand = opened()
    hand.phone.files.write(SMS_PATH, damage)
    assert hand.sees("No stored conversations have been found")
    hand.phone.activities.start(Intent(action=SENDTO, data=f"sms:{NUMBER}", extras={"sms_body": "again"}))
    hand.tap("SMS")
    assert rows(hand) == [(NUMBER, "again", 2)]


def test_missing_database_is_made_anew() -> None:
    hand = opened()
    hand.phone.files.remove(SMS_PATH)
    assert hand.sees("No stored conversations have been found")
    assert rows(hand) == []


def test_after_a_clear_the_app_asks_to_be_the_default() -> None:
    hand = opened()
    hand.phone.packages.clear(MESSENGER)
    hand.open(MESSENGER)
    hand.tap("Set as default")
    assert not hand.sees("Search")
    hand.tap("SMS Messenger")
    hand.tap("Set as default")
    assert hand.sees("No stored conversations have been found")
    assert hand.phone.settings.get("secure", "sms_default_application") == MESSENGER
