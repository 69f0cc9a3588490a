"""What was imagined before each step, beside what the screen really became."""

from __future__ import annotations

from typing import Any

from device_farm.types.codec.json import encode
from gui_agent.lookahead.agreement import outcomes
from gui_agent.store.reader import RunReader
from gui_agent.store.record import StoredEpisode
from world_model.sketch.printing import print_sketch


def lookahead_content(reader: RunReader, stored: StoredEpisode) -> list[dict[str, Any] | None]:
    """One a step: its lookahead as JSON, with the screen behind the step as `real` and the F1 of what was imagined of
    it as `agreement`; both are null where there is nothing to compare. None where nobody looked ahead.
    """
    told: list[dict[str, Any] | None] = []
    for at, step in enumerate(stored.episode.steps):
        if step.lookahead is None:
            told.append(None)
            continue
        content: Any = encode(step.lookahead)
        first = next((outcome for outcome in outcomes(reader, stored, at) if outcome.depth == 1), None)
        real, agreement = (None, None) if first is None else (print_sketch(first.real), first.f1)
        told.append({**content, "real": real, "agreement": agreement})
    return told
