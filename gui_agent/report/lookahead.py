"""What was imagined before each step, beside what the screen really became."""

from __future__ import annotations

from typing import Any, Final

from device_farm.types.codec.json import encode
from gui_agent.lookahead.agreement import outcomes
from gui_agent.store.reader import RunReader
from gui_agent.store.record import StoredEpisode
from world_model.sketch.printing import print_sketch

BUDGET_CHARS: Final = 20_000_000
"""Of imagined screens in one report; a step has some 20,000."""


def lookahead_content(reader: RunReader, stored: StoredEpisode, *, screens: bool = True) -> list[dict[str, Any] | None]:
    """One a step: its lookahead as JSON, with the screen behind the step as `real` and the F1 of what was imagined of
    it as `agreement`; both are null where there is nothing to compare. None where nobody looked ahead. Without
    `screens` the imagined and the real ones are left out, and `left_out` says so.
    """
    told: list[dict[str, Any] | None] = []
    for at, step in enumerate(stored.episode.steps):
        if step.lookahead is None:
            told.append(None)
            continue
        content: Any = encode(step.lookahead)
        first = next((outcome for outcome in outcomes(reader, stored, at) if outcome.depth == 1), None)
        real, agreement = (None, None) if first is None else (print_sketch(first.real), first.f1)
        if not screens:
            content["branches"] = [[{**one, "screen": None} for one in branch] for branch in content["branches"]]
            real = None
        told.append({**content, "real": real, "agreement": agreement, "left_out": not screens})
    return told


def chars_of(told: list[dict[str, Any] | None]) -> int:
    """How much of the budget is in it."""
    whole = [content for content in told if content is not None]
    imagined = [one["screen"] for content in whole for branch in content["branches"] for one in branch]
    return sum(len(screen or "") for screen in (*imagined, *(content["real"] for content in whole)))
