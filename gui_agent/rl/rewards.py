"""The reward of one step of a semi-online rollout: how the reply compares with the expert's action."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias, assert_never

from device_farm.types.codec.dialect import ParsedTurn
from gui_agent.matching.base import Match

RewardForm: TypeAlias = Literal["paper", "released"]
FORMAT: Final = 0.1
TYPE: Final = 0.4
EXACT: Final = 0.5
"""Weights of UI-S1's reward (arXiv 2509.11543, section 3)."""


def thought_counts(match: Match, parsed: ParsedTurn | None, *, required: bool) -> bool:
    """[thought] of a reply: what the matcher says where it reads replies itself, else what the dialect found."""
    if not required:
        return True
    return bool(parsed and parsed.thought) if match.thought is None else match.thought


def step_reward(match: Match, *, has_thought: bool, form: RewardForm = "paper") -> float:
    """In [0, 1].

    paper:      r = 0.1·[format] + 0.4·[format]·[type] + 0.5·[format]·[type]·[exact]
    released:   r = 0.1·[thought] + 0.9·{1 exact, 0.5 type, 0.1 parsed, 0 not}, the thought only where the reply parses

    `[format]` of the paper is a reply that parses and has a thought; a reply that does not parse gets 0 in both. Where
    the released code raises (`fatal`), the thought is all that counts there.
    """
    match form:
        case "paper":
            if not (match.format and has_thought):
                return 0.0
            return FORMAT + TYPE * match.type + EXACT * (match.type and match.exact)
        case "released":
            if not match.format:
                return 0.0
            action = 0.0 if match.fatal else (1.0 if match.exact else 0.5) if match.type else 0.1
            return 0.1 * has_thought + 0.9 * action
        case _:
            assert_never(form)
