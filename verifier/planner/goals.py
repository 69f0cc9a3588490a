"""From the words of a goal to a plan."""

from __future__ import annotations

import re

from device_farm.types.task import Platform
from verifier.planner import desktop, phone_clock, phone_contacts, phone_files, phone_settings
from verifier.planner.plan import Kind, Plan, Understood

KINDS: tuple[Kind, ...] = (
    *phone_settings.KINDS,
    *phone_contacts.KINDS,
    *phone_files.KINDS,
    *phone_clock.KINDS,
    *desktop.KINDS,
)
_THEN = re.compile(r",? and (?:then|after that) |, then (?:also )?|; ", re.IGNORECASE)


def understand(goal: str, platform: Platform) -> Understood | None:
    """The goal taken apart; None where its words, or those of one of its parts, fit no kind.

    A goal of several parts ("…, and after that …") gives the checks and the allowed changes of all of them. A goal
    that fits several kinds is not understood: nobody knows which was meant.
    """
    whole = _kind_of(goal.strip(), platform)
    if whole is not None:
        return whole
    parts = [_kind_of(part.strip(), platform) for part in _THEN.split(goal.strip())]
    found = [part for part in parts if part is not None]
    if len(parts) < 2 or len(found) < len(parts):
        return None
    plan, values, kinds = Plan(checks=()), dict[str, str](), list[str]()
    for part in found:
        plan, kinds = plan + part.plan, [*kinds, *part.kinds]
        values.update(part.values)
    return Understood(kinds=tuple(kinds), values=values, plan=plan)


def fitting(goal: str, platform: Platform) -> list[tuple[Kind, dict[str, str]]]:
    """Every kind of one part that the goal fits, with the values that its words give."""
    fits = []
    for kind in KINDS:
        matches = [match for form in kind.forms if (match := form.fullmatch(goal)) is not None]
        if kind.platform == platform and matches:
            fits.append((kind, {name: text for name, text in matches[0].groupdict().items() if text is not None}))
    return fits


def _kind_of(goal: str, platform: Platform) -> Understood | None:
    fits = fitting(goal, platform)
    if len(fits) != 1:
        return None
    kind, values = fits[0]
    return Understood(kinds=(kind.name,), values=values, plan=kind.plan(values))
