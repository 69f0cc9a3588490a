"""What a goal asks for, as checks of a device's state and as the changes that it allows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from device_farm.device import Device
from device_farm.errors import VerifierError
from device_farm.types.task import Platform
from verifier.planner.allowed import Allowed
from verifier.planner.wording import Form, Values
from verifier.rules.base import Probe


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a check is made for.

    `start` is the device as the task began, None where that cannot be seen any more; `source` is where facts that the
    goal does not change are read. `home` is what `~` stands for in paths.
    """

    source: Device
    start: Device | None
    answer: str | None
    home: str = ""

    def path(self, path: str) -> str:
        """`path` with its `~` written out."""
        return f"{self.home}{path[1:]}" if path.startswith("~") else path

    def before(self) -> Device:
        """The device as the task began. Raises VerifierError where that cannot be seen."""
        if self.start is None:
            raise VerifierError("what the task began with cannot be seen, and the goal is about a change of it")
        return self.start


class Check(Protocol):
    """One thing that must hold."""

    async def bind(self, given: Given) -> Probe:
        """The probe to ask, with what it needs of the start read now. Raises as a probe does."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Holds:
    """A probe that needs nothing of the start."""

    probe: Probe

    async def bind(self, given: Given) -> Probe:
        return self.probe


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`checks` must all hold at the end; what differs from the start must be `allowed`. `asks`: it wants an answer."""

    checks: tuple[Check, ...]
    allowed: tuple[Allowed, ...] = ()
    asks: bool = False

    def __add__(self, other: Plan) -> Plan:
        return Plan(
            checks=self.checks + other.checks,
            allowed=self.allowed + other.allowed,
            asks=self.asks or other.asks,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Goals of one sense: the forms of words it comes in (named groups are the values) and the plan that follows.

    `plan` gives None for values that make no sense, such as a time of 25:61.
    """

    name: str
    platform: Platform
    forms: tuple[Form, ...]
    plan: Callable[[Values], Plan | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of a goal: its kind, and the values in its words."""

    kind: Kind
    values: Values


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """A goal taken apart, and the plan of all its parts together."""

    parts: tuple[Part, ...]
    plan: Plan

    @property
    def kinds(self) -> tuple[str, ...]:
        """The names of the parts' kinds."""
        return tuple(part.kind.name for part in self.parts)
