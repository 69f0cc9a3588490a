"""Answers of the agent against what the device's own data say."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from device_farm.device import Device
from device_farm.types.trajectory import Evidence
from verifier.planner.allowed import Allowed
from verifier.planner.plan import Given, Plan
from verifier.rules.answer import normalise
from verifier.rules.base import Probe, shown

_MOMENT = "%B %d %Y %H:%M"
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """The answer lists exactly `expected`, in any order, with commas between them."""

    expected: tuple[str, ...]

    def fits(self, answer: str) -> bool:
        return _listed([answer]) == _listed(self.expected)

    def __str__(self) -> str:
        return ", ".join(self.expected)


def _listed(texts: list[str] | tuple[str, ...]) -> list[str]:
    # A text with a comma in it is two parts on both sides.
    return sorted(normalise(part) for text in texts for part in text.split(",") if normalise(part))


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """The answer is a number no further than `tolerance` from `expected`, and nothing else."""

    expected: float
    tolerance: float = 0.0

    def fits(self, answer: str) -> bool:
        said = answer.strip().rstrip(".")
        return _NUMBER.fullmatch(said) is not None and abs(float(said) - self.expected) <= self.tolerance

    def __str__(self) -> str:
        return f"{self.expected:g}" + (f" give or take {self.tolerance:g}" if self.tolerance else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """The answer is this date and time, as `October 24 2023 15:00`."""

    expected: datetime

    def fits(self, answer: str) -> bool:
        try:
            return datetime.strptime(" ".join(answer.split()), _MOMENT) == self.expected.replace(tzinfo=None)
        except ValueError:
            return False

    def __str__(self) -> str:
        return f"{self.expected:{_MOMENT}}"


Right: TypeAlias = Texts | Number | Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Whether the answer is `right`. No answer never is."""

    answer: str | None
    right: Right

    async def check(self, device: Device) -> Evidence:
        return Evidence(
            probe="answer of the agent",
            observed="no answer" if self.answer is None else shown(self.answer),
            expected=shown(str(self.right)),
            holds=bool((self.answer or "").strip()) and self.right.fits(self.answer or ""),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The answer is what `find` finds out on the device. It raises VerifierError where the data do not decide."""

    find: Callable[[Device], Awaitable[Right]]

    async def bind(self, given: Given) -> Probe:
        return Told(answer=given.answer, right=await self.find(given.source))


def question(find: Callable[[Device], Awaitable[Right]], *allowed: Allowed) -> Plan:
    """A plan that wants an answer. `allowed` is what looking it up leaves: how lists are sorted, what was open."""
    return Plan(checks=(Asked(find=find),), allowed=allowed, asks=True)
