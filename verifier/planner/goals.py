"""From the words of a goal to a plan."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from device_farm.types.task import Platform
from verifier.planner import (
    calendar_questions,
    desktop,
    note_questions,
    phone_calendar,
    phone_clock,
    phone_contacts,
    phone_expenses,
    phone_files,
    phone_messages,
    phone_notes,
    phone_playlists,
    phone_recipes,
    phone_screens,
    phone_settings,
    phone_storage,
    task_questions,
    track_questions,
)
from verifier.planner.plan import Kind, Part, Plan, Understood
from verifier.planner.wording import sound

KINDS: Final[tuple[Kind, ...]] = (
    *phone_settings.KINDS,
    *phone_contacts.KINDS,
    *phone_files.KINDS,
    *phone_clock.KINDS,
    *phone_calendar.KINDS,
    *phone_expenses.KINDS,
    *phone_messages.KINDS,
    *phone_notes.KINDS,
    *phone_playlists.KINDS,
    *phone_recipes.KINDS,
    *phone_screens.KINDS,
    *phone_storage.KINDS,
    *calendar_questions.KINDS,
    *note_questions.KINDS,
    *task_questions.KINDS,
    *track_questions.KINDS,
    *desktop.KINDS,
)
_THEN: Final = re.compile(r",? and (?:then|after that) |, then (?:also )?|; ", re.IGNORECASE)
_MOST_PARTS: Final = 12
"""Goals of more parts are not understood: the ways to divide them would be too many to try."""


@lru_cache(maxsize=64)
def understand(goal: str, platform: Platform) -> Understood | None:
    """The goal taken apart; None where its words fit no kind, and where they can be taken apart in more than one way.

    A goal of several parts ("…, and after that …") gives the checks and the allowed changes of all of them. Values are
    whatever stands where a value is expected: one that looks like another goal, or like the words around it, makes
    two readings, and then nobody knows which was meant.
    """
    readings = _readings(goal, lambda words: fitting(words, platform))
    if len(readings) != 1:
        return None
    plans = [part.kind.plan(part.values) if sound(part.values) else None for part in readings[0]]
    together = Plan(checks=())
    for plan in plans:
        if plan is None or set(plan.allowed) & set(together.allowed):
            # Two parts about one place: only the last could hold at the end.
            return None
        together += plan
    return Understood(parts=readings[0], plan=together)


def fitting(words: str, platform: Platform) -> list[Part]:
    """Every reading of `words` as a goal of one part."""
    found: list[Part] = []
    for kind in KINDS:
        if kind.platform != platform:
            continue
        for values in (values for form in kind.forms for values in form.readings(words)):
            if not any(part.kind is kind and part.values == values for part in found):
                found.append(Part(kind=kind, values=values))
    return found


def _readings(goal: str, read: Callable[[str], list[Part]]) -> list[tuple[Part, ...]]:
    """Up to two ways to divide `goal` into parts and to read every part."""
    breaks = list(_THEN.finditer(goal))
    if len(breaks) >= _MOST_PARTS:
        return []
    begins = [0, *(match.end() for match in breaks)]
    ends = [*(match.start() for match in breaks), len(goal)]
    # From the last part forwards: readings of the goal from its `first` part on.
    after: list[list[tuple[Part, ...]]] = [[()]]
    for first in reversed(range(len(begins))):
        here: list[tuple[Part, ...]] = []
        for last in range(first, len(ends)):
            tails = after[len(ends) - 1 - last]
            if tails:
                here += [(part, *tail) for part in read(goal[begins[first] : ends[last]]) for tail in tails]
        after.append(here[:2])
    return after[-1]
