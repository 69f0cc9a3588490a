"""History `actions`: one line for each past action, no thoughts and no past screens."""

from __future__ import annotations

from dataclasses import dataclass

from device_farm.errors import DialectError
from device_farm.types.codec.dialect import Dialect
from device_farm.types.codec.space import CoordinateSpace
from gui_agent.history.base import PastTurn, Scene
from gui_agent.history.budget import CountText, newest_within


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionsHistory:
    """Numbered lines, in the words of the model's dialect and in its coordinates.

    `budget` bounds them all, in tokens: the oldest are left out; a line that is not counted says how many.
    """

    budget: int = 2048

    def text(self, scene: Scene, dialect: Dialect, space: CoordinateSpace, count: CountText) -> str:
        """ "" where nothing was done yet."""
        lines = [f"{index + 1}. {_line(turn, dialect, space)}" for index, turn in enumerate(scene.past)]
        kept = newest_within([count(line + "\n") for line in lines], self.budget)
        hidden = len(lines) - kept
        head = [f"({hidden} earlier actions are not shown)"] if hidden else []
        return "\n".join([*head, *lines[hidden:]])


def _line(turn: PastTurn, dialect: Dialect, space: CoordinateSpace) -> str:
    if turn.action is None:
        return "(a reply that could not be read)"
    try:
        words = " ".join(dialect.format(turn.action, "", space).split())
    except DialectError:
        # An expert's action may have no word in the dialect; what it was still belongs to the past.
        words = repr(turn.action)
    return f"{words} ({turn.note})" if turn.note else words
