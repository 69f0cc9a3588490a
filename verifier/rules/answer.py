"""The agent's answer against the expected one."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from device_farm.device import Device
from device_farm.types.trajectory import Evidence
from verifier.rules.base import shown


def normalise(text: str) -> str:
    """Case, accents' encoding, punctuation at the ends and runs of blanks do not make two answers differ."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"\s+", " ", folded).strip(" .,;:!?\"'")


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerEquals:
    """The answer is one of `accepted`, after `normalise`. No answer, or an empty one, never holds."""

    answer: str | None
    accepted: tuple[str, ...]

    async def check(self, device: Device) -> Evidence:
        given = normalise(self.answer or "")
        return Evidence(
            probe="answer of the agent",
            observed="no answer" if self.answer is None else shown(self.answer),
            expected=" or ".join(shown(text) for text in self.accepted),
            holds=bool(given) and given in {normalise(text) for text in self.accepted},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerContains:
    """The answer names `expected` as whole words; for answers that may come as a sentence."""

    answer: str | None
    expected: str

    async def check(self, device: Device) -> Evidence:
        given, wanted = normalise(self.answer or ""), normalise(self.expected)
        found = bool(wanted) and re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", given) is not None
        return Evidence(
            probe="answer of the agent contains",
            observed="no answer" if self.answer is None else shown(self.answer),
            expected=shown(self.expected),
            holds=found,
        )
