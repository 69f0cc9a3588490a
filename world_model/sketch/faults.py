"""What is wrong with a text that should be a sketch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

LineFaultKind: TypeAlias = Literal[
    "header",
    "form",
    "label",
    "escape",
    "state",
    "clipped",
    "box",
    "duplicate",
    "unreadable",
    "too_long",
    "too_many",
]

REPAIRED: Final[Mapping[LineFaultKind, str]] = {
    "header": "there is no header; that of the screen before was taken",
    "form": "not quite the form of a line; read nevertheless",
    "label": "not a label; its signs were dropped",
    "escape": "a backslash that escapes nothing; taken as it is",
    "state": "a state that is none; dropped",
    "clipped": "the box leaves the screen or is turned round; put right",
}
LOST: Final[Mapping[LineFaultKind, str]] = {
    "box": "no box, one without an area, or one off the screen",
    "duplicate": "the same line again",
    "unreadable": "no line of a sketch",
    "too_long": "longer than any line can be",
    "too_many": "more lines than any sketch can have; the rest was not read",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFault:
    """`number` counts lines of the text from 1; `excerpt` is how the line begins."""

    number: int
    kind: LineFaultKind
    excerpt: str

    @property
    def lost(self) -> bool:
        """Whether the line is not in the sketch."""
        return self.kind in LOST

    def __str__(self) -> str:
        said = REPAIRED.get(self.kind) or LOST[self.kind]
        return f"line {self.number}: {said}: {self.excerpt!r}"
