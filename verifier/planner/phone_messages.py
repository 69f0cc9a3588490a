"""Goals about text messages in Simple SMS Messenger."""

from __future__ import annotations

import re
from functools import partial
from typing import Final

from device_farm.errors import VerifierError
from verifier.planner.allowed import Allowed
from verifier.planner.message_checks import Chosen, Messages, Sent, SentAsFound, newest_of, received, sent
from verifier.planner.places import kept_by
from verifier.planner.plan import Check, Kind, Plan
from verifier.planner.wording import REST, TEXT, Values, forms

MESSAGES: Final = (
    # The check compares all messages; the application keeps copies and the order of conversations.
    Allowed(place=re.compile(r"message \d+")),
    kept_by("com.simplemobiletools.smsmessenger", rows=True),
)
_NUMBER: Final = r"(?P<number>\+?\d[\d ()-]{1,18}\d)"


def _about(check: Check) -> Plan:
    return Plan(checks=(check,), allowed=MESSAGES)


def _send(values: Values) -> Plan:
    return _about(Sent(number=values["number"], text=values["text"]))


def _reply_to_newest(values: Values) -> Plan:
    def find(messages: Messages, _: tuple[tuple[str, ...], ...]) -> Chosen:
        if not received(messages):
            raise VerifierError("no message had come in at the start")
        return (received(messages)[0]["address"],), values["text"]

    return _about(SentAsFound(people=(), find=find))


def _pass_on(values: Values) -> Plan:
    def find(messages: Messages, numbers: tuple[tuple[str, ...], ...]) -> Chosen:
        return numbers[0], newest_of(received(messages), numbers[1])["body"]

    return _about(SentAsFound(people=(values["to"], values["sender"]), find=find))


def _again(values: Values) -> Plan:
    def find(messages: Messages, numbers: tuple[tuple[str, ...], ...]) -> Chosen:
        return numbers[0], newest_of(sent(messages), numbers[0])["body"]

    return _about(SentAsFound(people=(values["to"],), find=find))


_phone = partial(Kind, platform="android")
_IN: Final = "in Simple SMS Messenger"
KINDS: Final[tuple[Kind, ...]] = (
    _phone(
        name="send message",
        forms=forms(
            rf"write a text message to {_NUMBER} {_IN} that says: (?P<text>{REST})",
            rf"answer {_NUMBER} {_IN} with this message: (?P<text>{REST})",
        ),
        plan=_send,
    ),
    _phone(
        name="answer the last message",
        forms=forms(rf"{_IN}, answer the text message that came in last with: (?P<text>{REST})"),
        plan=_reply_to_newest,
    ),
    _phone(
        name="pass on an address",
        forms=forms(rf"{_IN}, send (?P<to>{TEXT}) the address of the event that (?P<sender>{TEXT}) has just sent me"),
        plan=_pass_on,
    ),
    _phone(
        name="send a message again",
        forms=forms(rf"send (?P<to>{TEXT}) the message again that I sent them last {_IN}"),
        plan=_again,
    ),
)
