"""Checks of text messages, by the provider's rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from device_farm.device import Device
from device_farm.errors import VerifierError
from device_farm.types.trajectory import Evidence
from verifier.planner.contact_checks import digits_of, numbers_of
from verifier.planner.plan import Given
from verifier.planner.tables import plain
from verifier.rules.base import Probe, shown
from verifier.rules.content import query_content

_INBOX, _SENT, _DRAFT = "1", "2", "3"
"""Telephony.Sms.MESSAGE_TYPE_INBOX, _SENT and _DRAFT."""
_NATIONAL: Final = 10
"""Digits of a number in North America without its country code."""
_COLUMNS: Final = ("_id", "address", "type", "date", "body")
Messages: TypeAlias = list[dict[str, str]]


async def messages_of(device: Device) -> Messages:
    """All messages but drafts, the newest first."""
    rows = await query_content(device, "content://sms", _COLUMNS)
    try:
        return sorted(
            (row for row in rows if row["type"] != _DRAFT),
            key=lambda row: (int(row["date"]), int(row["_id"])),
            reverse=True,
        )
    except ValueError as error:
        raise VerifierError(f"a message without a number or a date: {error}") from error


def received(messages: Messages) -> Messages:
    return [row for row in messages if row["type"] == _INBOX]


def sent(messages: Messages) -> Messages:
    return [row for row in messages if row["type"] == _SENT]


def same_number(one: str, other: str) -> bool:
    """Whether two spellings are one number.

    `+1 202 555 0150` is `2025550150`: that country's code may be left out. How long others are cannot be seen in a
    number, so theirs must be on both sides or on none.
    """
    shorter, longer = sorted((digits_of(number).removeprefix("+") for number in (one, other)), key=len)
    return shorter == longer or (len(shorter) == _NATIONAL and longer == f"1{shorter}")


@dataclass(frozen=True, slots=True, kw_only=True)
class OneMoreSent:
    """One message more than `before` was sent, to one of `numbers`, saying `text`; the others are as they were."""

    before: tuple[tuple[str, str], ...]
    numbers: tuple[str, ...]
    text: str

    async def check(self, device: Device) -> Evidence:
        messages = await messages_of(device)
        old = {key for key, _ in self.before}
        new = [row for row in messages if row["_id"] not in old]
        kept = {(row["_id"], _said(row)) for row in messages} >= set(self.before)
        right = len(new) == 1 and new[0]["type"] == _SENT and plain(new[0]["body"]) == plain(self.text)
        listed = [(row["type"], row["address"], row["body"]) for row in new]
        return Evidence(
            probe="new text messages, by type, number and text",
            observed=shown(f"{listed or 'none'}{'' if kept else '; an old one is gone or changed'}"),
            expected=shown(f"one of type {_SENT} to {' or '.join(self.numbers)}: {self.text}"),
            holds=kept and right and any(same_number(new[0]["address"], number) for number in self.numbers),
        )


def _said(row: dict[str, str]) -> str:
    return f"{row['type']} {row['address']}: {row['body']}"


Chosen: TypeAlias = tuple[tuple[str, ...], str]
"""Numbers, any of which will do, and the text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One message is sent to `number` that says `text`."""

    number: str
    text: str

    async def bind(self, given: Given) -> Probe:
        return _one_more(await messages_of(given.before()), ((self.number,), self.text))


@dataclass(frozen=True, slots=True, kw_only=True)
class SentAsFound:
    """One message is sent, whose number and text `find` takes from the messages and contacts at the start.

    `find` raises (when bound) VerifierError where they do not tell.
    """

    people: tuple[str, ...]
    find: Callable[[Messages, tuple[tuple[str, ...], ...]], Chosen]

    async def bind(self, given: Given) -> Probe:
        start = given.before()
        messages = await messages_of(start)
        numbers = [tuple(number for number, _ in await numbers_of(start, name)) for name in self.people]
        for name, found in zip(self.people, numbers, strict=True):
            if not found:
                raise VerifierError(f"the contacts hold no number of {name}")
        return _one_more(messages, self.find(messages, tuple(numbers)))


def _one_more(messages: Messages, chosen: Chosen) -> OneMoreSent:
    before = tuple((row["_id"], _said(row)) for row in messages)
    return OneMoreSent(before=before, numbers=chosen[0], text=chosen[1])


def newest_of(messages: Messages, numbers: tuple[str, ...]) -> dict[str, str]:
    """The newest message from or to one of `numbers`. Raises VerifierError where there is none."""
    for row in messages:
        if any(same_number(row["address"], number) for number in numbers):
            return row
    raise VerifierError(f"there is no message of {', '.join(numbers)}")
