"""What the passive judges share: one question to a model, or one reading by rules, put as a verdict."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from device_farm.errors import FarmError, VerifierError
from verifier.agentic.budget import Budget
from verifier.agentic.prompts import screen_parts, system_prompt
from verifier.agentic.reply import Said, evidence_of
from verifier.agentic.talk import Talk
from verifier.agentic.verifier import CONFIDENCE
from verifier.case import Case
from verifier.judges.reader import Reading
from verifier.port import Model, Part, Text
from verifier.verdict import Cost, Verdict, fault_of, undecided

_SCREEN_CHARS = 6000
_MAX_TOKENS = 1024
_RETRIES = 2


def read_verdict(name: str, case: Case, read: Callable[[Case], Reading]) -> Verdict:
    """The verdict of the rule-based reader; undecided with the fault where there is nothing to read."""
    began_s = time.monotonic()
    try:
        reading = read(case)
    except FarmError as error:
        return undecided(name, "there is nothing to read", faults=(fault_of(error),))
    except Exception as error:  # noqa: BLE001 - the boundary to whatever a screen holds; recorded as a fault
        return undecided(name, "the reader broke", faults=(fault_of(error),))
    return Verdict(
        verifier=name,
        decision=reading.decision,
        confidence=reading.confidence,
        reason=reading.reason,
        evidence=reading.evidence,
        cost=Cost(steps=1, seconds=time.monotonic() - began_s),
    )


def shown_screens(case: Case, indices: Sequence[int], *, pictures: bool) -> list[Part]:
    """These screens, as pixels or as text. Raises VerifierError where none of them was recorded."""
    parts: list[Part] = []
    for index in indices:
        if index < case.screens:
            last = index == len(case.steps)
            parts += screen_parts(index, case.screen(index), last=last, pictures=pictures, budget=_SCREEN_CHARS)
    if not parts:
        raise VerifierError("there is no screen to judge by", field="screens", fix="record pixels or UI trees")
    return parts


async def model_verdict(
    name: str,
    case: Case,
    model: Model,
    parts: Callable[[], Sequence[Part]],
    *,
    temperature: float,
    seed: int | None,
) -> Verdict:
    """One question about `parts`. Never raises but for cancellation: what breaks makes the verdict undecided."""
    began_s = time.monotonic()
    talk = Talk(model, budget=Budget(), max_tokens=_MAX_TOKENS, temperature=temperature, seed=seed, retries=_RETRIES)
    faults: tuple[str, ...] = ()
    said: Said | None = None
    try:
        asked = [*parts(), Text(text="Is the goal reached?")]
        turn = await talk.ask(system_prompt(case.platform, ("verdict",)), asked, ("verdict",))
        said = turn if isinstance(turn, Said) else None
    except Exception as error:  # noqa: BLE001 - the judge's boundary: recorded, and never a verdict
        faults = (fault_of(error),)
    cost = replace(talk.cost, seconds=time.monotonic() - began_s)
    if said is None or said.decision == "undecided":
        return undecided(name, "the model gave no verdict" if said is None else said.reason, faults=faults, cost=cost)
    return Verdict(
        verifier=name,
        decision=said.decision,
        confidence=CONFIDENCE[said.confidence],
        reason=said.reason,
        evidence=evidence_of(said, f"{model.name}, {name}", case.screens),
        cost=cost,
    )
