"""What a rule of the rule-based critic is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from device_farm.types.action import Action, Wait
from verifier.reward_model.view import View


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Why a proposed action is wrong, and what would be right where the rule knows it. `confidence` is in (0, 1]."""

    why: str
    confidence: float
    corrected: Action | None = None


LOOK_AGAIN: Final = Wait(duration_s=0.5)
"""What is right where the action was done already: nothing, and another look."""

Rule: TypeAlias = Callable[[View, Action], Finding | None]
"""Pure; None where it has nothing against the action."""
