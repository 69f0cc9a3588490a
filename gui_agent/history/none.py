"""History `none`: the goal and the present screen alone, the baseline that shows what a past is worth."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class NoHistory:
    """Nothing of the past, not even how many turns there were. It has no budget to keep to."""
