"""What a rule of the rule-based critic is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from device_farm.types.action import Action
from verifier.reward_model.view import View


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Why a proposed action is wrong, and what would be right where the rule knows it. `confidence` is in (0, 1]."""

    why: str
    confidence: float
    corrected: Action | None = None


Rule: TypeAlias = Callable[[View, Action], Finding | None]
"""Pure; None where it has nothing against the action."""
