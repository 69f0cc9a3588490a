"""Checks of the contacts, by the provider's rows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from device_farm.device import Device
from device_farm.errors import VerifierError
from device_farm.types.trajectory import Evidence
from verifier.planner.plan import Given
from verifier.rules.answer import normalise
from verifier.rules.base import Probe, shown
from verifier.rules.content import query_content

_PROVIDER = "content://com.android.contacts"
MOBILE = "2"
"""ContactsContract.CommonDataKinds.Phone.TYPE_MOBILE."""
PHONE_TYPES = {"home": "1", "mobile": MOBILE, "work": "3", "other": "7", "main": "12"}


def digits_of(number: str) -> str:
    """A number as it is compared: without the blanks, brackets, dots and lines that it may be written with.

    `(202) 555-0150` is `2025550150`; a letter or a pause in it makes another number.
    """
    return re.sub(r"[\s().\-\u2010-\u2013/]", "", number)


async def numbers_of(device: Device, name: str) -> list[tuple[str, str]]:
    """The numbers, each with its type, of all contacts called `name`; in order."""
    rows = await query_content(device, f"{_PROVIDER}/data/phones", ("display_name", "data1", "data2"))
    return sorted((digits_of(row["data1"]), row["data2"]) for row in rows if row["display_name"] == name)


async def _called(device: Device, name: str) -> list[dict[str, str]]:
    rows = await query_content(device, f"{_PROVIDER}/contacts", ("_id", "display_name", "starred"))
    return [row for row in rows if row["display_name"] == name]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactWith:
    """There are exactly `count` contacts called `name`, and all their numbers together are `numbers`.

    `kind` is the type that each number has to have ("" any).
    """

    name: str
    numbers: tuple[str, ...]
    kind: str = ""
    count: int = 1

    async def check(self, device: Device) -> Evidence:
        found, numbers = len(await _called(device, self.name)), await numbers_of(device, self.name)
        kinds = "" if not self.kind else f" of type {self.kind}"
        return Evidence(
            probe=f"contacts called {self.name}, with their numbers and types",
            observed=f"{found} with {shown(numbers)}",
            expected=f"{self.count} with {', '.join(self.numbers) or 'no number'}{kinds}",
            holds=found == self.count
            and [number for number, _ in numbers] == sorted(map(digits_of, self.numbers))
            and all(self.kind in ("", kind) for _, kind in numbers),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """One contact called `name` more than at the start, with this number. At best there was none before."""

    name: str
    number: str
    kind: str = ""

    async def bind(self, given: Given) -> Probe:
        before = [] if given.start is None else await numbers_of(given.start, self.name)
        count = 1 if given.start is None else len(await _called(given.start, self.name)) + 1
        kind = self.kind if not before else ""
        numbers = (*(number for number, _ in before), self.number)
        return ContactWith(name=self.name, numbers=numbers, kind=kind, count=count)


@dataclass(frozen=True, slots=True, kw_only=True)
class Renumbered:
    """The one contact called `name` has `number` in place of an old one."""

    name: str
    number: str

    async def bind(self, given: Given) -> Probe:
        if given.start is None:
            return ContactWith(name=self.name, numbers=(self.number,))
        old = await numbers_of(given.start, self.name)
        return NumberReplaced(name=self.name, number=self.number, old=tuple(old))


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberReplaced:
    """One contact called `name`, with `number` in place of one of its `old` ones, each with its type.

    The type is the old one's, and the others are as they were; a number that was there already is as good.
    """

    name: str
    number: str
    old: tuple[tuple[str, str], ...]

    async def check(self, device: Device) -> Evidence:
        found, numbers = len(await _called(device, self.name)), await numbers_of(device, self.name)
        return Evidence(
            probe=f"numbers of {self.name}, with their types",
            observed=f"{found} contacts with {_listed(numbers)}",
            expected=f"one contact with {self.number} in place of one of {_listed(self.old)}",
            holds=found == 1 and self._replaced(numbers),
        )

    def _replaced(self, numbers: Sequence[tuple[str, str]]) -> bool:
        wanted = digits_of(self.number)
        if sorted(numbers) == sorted(self.old):
            return any(number == wanted for number, _ in self.old)
        gone = list((Counter(self.old) - Counter(numbers)).elements())
        new = list((Counter(numbers) - Counter(self.old)).elements())
        if not self.old:
            return [number for number, _ in new] == [wanted]
        return len(gone) == 1 and new == [(wanted, gone[0][1])]


def _listed(numbers: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"{number} (type {kind})" for number, kind in numbers) or "no number"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deleted:
    """No contact is called `name` any more. Raises (when bound) VerifierError where none was at the start either."""

    name: str

    async def bind(self, given: Given) -> Probe:
        if given.start is not None and not await _called(given.start, self.name):
            raise VerifierError(f"no contact was called {self.name} at the start")
        return NoContact(name=self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoContact:
    """No contact is called `name`."""

    name: str

    async def check(self, device: Device) -> Evidence:
        found = len(await _called(device, self.name))
        return Evidence(probe=f"contacts called {self.name}", observed=f"{found}", expected="none", holds=found == 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Starred:
    """All contacts called `name`, and at least one, are favourites."""

    name: str

    async def check(self, device: Device) -> Evidence:
        stars = [row["starred"] for row in await _called(device, self.name)]
        return Evidence(
            probe=f"star of {self.name}",
            observed=", ".join(stars) or "no such contact",
            expected="1",
            holds=bool(stars) and set(stars) == {"1"},
        )


_OWN_NAME = ("vnd.android.cursor.item/name", "vnd.android.cursor.item/group_membership")
_PHONE = "vnd.android.cursor.item/phone_v2"


@dataclass(frozen=True, slots=True, kw_only=True)
class OthersKept:
    """What else is stored of the contacts called `name` is as at the start: mail, company, notes.

    `numbers`: their numbers as well; `star`: whether they are favourites as well. A new contact has nothing else.
    """

    name: str
    numbers: bool = False
    star: bool = True

    async def bind(self, given: Given) -> Probe:
        return OthersAre(others=self, expected=await self.of(given.before()))

    async def of(self, device: Device) -> tuple[str, ...]:
        """The fields, each as `kind: value`; a star as one of them."""
        columns = ("display_name", "starred", "mimetype", "data1")
        rows = await query_content(device, f"{_PROVIDER}/data", columns)
        mine = [row for row in rows if row["display_name"] == self.name]
        left_out = _OWN_NAME if self.numbers else (*_OWN_NAME, _PHONE)
        fields = [f"{row['mimetype']}: {row['data1']}" for row in mine if row["mimetype"] not in left_out]
        starred = ["favourite"] if self.star and any(row["starred"] == "1" for row in mine) else []
        return tuple(sorted((*fields, *starred)))


@dataclass(frozen=True, slots=True, kw_only=True)
class OthersAre:
    """See `OthersKept`."""

    others: OthersKept
    expected: tuple[str, ...]

    async def check(self, device: Device) -> Evidence:
        found = await self.others.of(device)
        return Evidence(
            probe=f"what else is stored of {self.others.name}",
            observed=shown("; ".join(found) or "nothing"),
            expected=shown("; ".join(self.expected) or "nothing"),
            holds=found == self.expected,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TellsNumber:
    """The answer is the number of `name`, and no other number.

    Raises (when bound) VerifierError where the contacts hold no such number.
    """

    name: str

    async def bind(self, given: Given) -> Probe:
        numbers = [number for number, _ in await numbers_of(given.source, self.name)]
        if not numbers:
            raise VerifierError(f"the contacts hold no number of {self.name}")
        return AnswerNumber(answer=given.answer, accepted=tuple(numbers))


_NUMBER_WRITTEN = re.compile(r"\+?\(?\d(?:[\s().-]*\d)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerNumber:
    """The one number in the answer is one of `accepted`, with or without blanks, brackets and its country code."""

    answer: str | None
    accepted: tuple[str, ...]

    async def check(self, device: Device) -> Evidence:
        given = [digits_of(part).lstrip("+") for part in _NUMBER_WRITTEN.findall(normalise(self.answer or ""))]
        wanted = {digits_of(number).lstrip("+") for number in self.accepted}
        national = {number[1:] for number in wanted if len(number) == 11 and number.startswith("1")}
        return Evidence(
            probe="number in the answer of the agent",
            observed="no answer" if self.answer is None else shown(self.answer),
            expected=" or ".join(sorted(wanted)),
            holds=len(given) == 1 and given[0] in wanted | national | {f"1{number}" for number in wanted},
        )
