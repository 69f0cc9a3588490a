"""What happened, as far as it can be observed; the actor's own words are left out (VAGEN, arXiv 2602.00575)."""

from __future__ import annotations

from dataclasses import dataclass

from device_farm.types.action import Action, TerminateStatus
from verifier.case import Case


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One step. `screen` says what was in front, in one line; `changed` whether the action changed any pixel.

    `said` is what the actor thought at this step; a consolidated memory has none of it.
    """

    index: int
    screen: str
    action: Action | None
    refused: str
    changed: bool | None
    said: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """The steps of one case in order, and what the agent answered. `claimed` is its own verdict, left out as `said`."""

    entries: tuple[Entry, ...]
    final: str
    answer: str | None
    claimed: TerminateStatus | None = None


def consolidate(case: Case) -> Memory:
    """The memory of `case`; thoughts, reasons and claims of the actor are not in it."""
    entries = tuple(
        Entry(
            index=step.index,
            screen=_in_front(case, at),
            action=step.action,
            # Without an action the error tells of a reply that could not be read, in the actor's own words.
            refused=step.error if step.action is not None else "",
            changed=None if step.changed is None else step.changed.area > 0,
        )
        for at, step in enumerate(case.steps)
    )
    return Memory(entries=entries, final=_in_front(case, len(case.steps)), answer=case.answer)


def raw(case: Case) -> Memory:
    """What consolidation is measured against: the actions as they were logged, with the actor's thoughts and claim."""
    entries = tuple(
        Entry(
            index=step.index,
            screen="",
            action=step.action,
            refused=step.error,
            changed=None,
            said="" if step.turn is None else step.turn.thought or step.turn.text,
        )
        for step in case.steps
    )
    return Memory(entries=entries, final="", answer=case.answer, claimed=case.claimed)


def _in_front(case: Case, index: int) -> str:
    if index >= case.screens:
        return ""
    front = case.screen(index).foreground
    return f"{front.app} {front.window}".strip()
