"""Answers compared as AndroidWorld compares them: a list between commas, texts nearly equal, numbers within a limit."""

from __future__ import annotations

from dataclasses import dataclass

from device_farm.device import Device
from device_farm.types.trajectory import Evidence
from gui_agent.benchmarks.androidworld.texts import same_text
from verifier.rules.base import shown


@dataclass(frozen=True, slots=True, kw_only=True)
class TextsAnswered:
    """The answer's parts between commas are as many as `expected`, and each is like one of them."""

    answer: str | None
    expected: tuple[str, ...]

    async def check(self, device: Device) -> Evidence:
        parts = _parts(self.answer)
        return Evidence(
            probe="answer of the agent",
            observed="no answer" if self.answer is None else shown(self.answer),
            expected=shown(", ".join(self.expected)),
            holds=bool(parts)
            and len(parts) == len(self.expected)
            and all(any(same_text(part, text) for text in self.expected) for part in parts),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberAnswered:
    """The answer is a number less than `tolerance` from `expected`; with tolerance 0 it is equal to it."""

    answer: str | None
    expected: float
    tolerance: float = 0.0

    async def check(self, device: Device) -> Evidence:
        parts = _parts(self.answer)
        try:
            apart = abs(float(parts[0]) - self.expected) if len(parts) == 1 else None
        except ValueError:
            apart = None
        return Evidence(
            probe="number that the agent answered",
            observed="no answer" if self.answer is None else shown(self.answer),
            expected=f"{self.expected:g}" + (f" give or take {self.tolerance:g}" if self.tolerance else ""),
            holds=apart is not None and (apart < self.tolerance or apart == 0),
        )


def _parts(answer: str | None) -> list[str]:
    return [part.strip() for part in answer.split(",")] if answer and answer.strip() else []
