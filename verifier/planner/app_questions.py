"""Questions that one application's data answers, with days as people say them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from device_farm.device import Device
from device_farm.errors import VerifierError
from verifier.planner.answer_checks import Right, question
from verifier.planner.moments import is_spoken
from verifier.planner.places import kept_by
from verifier.planner.plan import Kind, Plan
from verifier.planner.wording import Values, forms

Data = TypeVar("Data")


@dataclass(frozen=True, slots=True, kw_only=True)
class AppQuestions(Generic[Data]):
    """`read` gives what the application `package` holds; a ValueError of it, or of who looks in it, is a day or number
    that there is not.
    """

    package: str
    read: Callable[[Device], Awaitable[Data]]

    def kind(self, name: str, find: Callable[[Values, Data], Right], *patterns: str) -> Kind:
        """Goals of these words, whose answer `find` looks up."""

        def plan(values: Values) -> Plan | None:
            async def found(device: Device) -> Right:
                try:
                    return find(values, await self.read(device))
                except ValueError as error:
                    message = f"the question, or what {self.package} holds, names no day or number that there is"
                    raise VerifierError(f"{message}: {error}") from error

            return question(found, kept_by(self.package)) if is_spoken(values) else None

        return Kind(name=name, platform="android", forms=forms(*patterns), plan=plan)
