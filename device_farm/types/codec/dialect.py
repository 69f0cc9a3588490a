"""What a model dialect is: text of a model into one action, and back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from device_farm.types.action import Action
from device_farm.types.codec.space import CoordinateSpace
from device_farm.types.task import JsonValue


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedTurn:
    """One reply of a model: what it wants done, and the thought that it wrote before."""

    action: Action
    thought: str = ""


class Dialect(Protocol):
    """A pure two-way codec. `name` is what config and provenance call it.

    `parse(format(a, t, s), s)` gives back what the dialect can say of `a` and `t`: coordinates to within half a cell
    of the model's grid (exactly in the native space), durations only where the dialect has them.
    """

    @property
    def name(self) -> str: ...

    def parse(self, text: str, space: CoordinateSpace) -> ParsedTurn:
        """Raises DialectError, naming what is wrong and where, for text that is not exactly one action."""
        ...

    def format(self, action: Action, thought: str, space: CoordinateSpace) -> str:
        """Raises DialectError for an action that the dialect has no word for."""
        ...

    def schema(self) -> dict[str, JsonValue]:
        """JSON schema of a reply, for servers that constrain decoding to one; `parse` takes such replies too."""
        ...
