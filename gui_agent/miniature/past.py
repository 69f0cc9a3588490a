"""What the miniature sees of its own past."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

from device_farm.types.action import Action

MiniHistory: TypeAlias = Literal[True, False, "said"]
"""All past actions, none, or those that it said something to. Experts say nothing, so that with `said` their
demonstrations show no past at all, and its own episodes do: the widest mismatch between the two that there is.
"""


def past_shown(
    history: MiniHistory, actions: Sequence[Action], thoughts: Sequence[str]
) -> tuple[tuple[Action, ...], tuple[str, ...]]:
    """The actions and thoughts, oldest first, one thought an action, that `history` leaves."""
    kept = [
        (action, thought)
        for action, thought in zip(actions, thoughts, strict=True)
        if history is True or (history == "said" and thought)
    ]
    return tuple(action for action, _ in kept), tuple(thought for _, thought in kept)
