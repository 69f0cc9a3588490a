"""A rule-based reader of screens: the passive judge where no model is configured. It is no model and says so.

It takes from the goal what should be seen (`goal.py`), asks every screen for it (`checks.py`, `seen.py`) and weighs the
answers. It knows no application's files and no suite's templates. Confidences are fixed by kind of reading, not fitted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from device_farm.errors import VerifierError
from device_farm.types.trajectory import Evidence
from verifier.case import Case
from verifier.judges.checks import Found, checks_of
from verifier.judges.goal import wanted_of
from verifier.judges.history import History, ask_history, side_effects
from verifier.judges.seen import read_screen
from verifier.verdict import Decision

READER: Final = "rule-based reader"
_CLEAR, _LIKELY, _WEAK, _CLAIM_ONLY = 0.8, 0.65, 0.55, 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What the reader makes of a case."""

    decision: Decision
    confidence: float
    reason: str
    evidence: tuple[Evidence, ...]


def read_last_screen(case: Case) -> Reading:
    """By the last screen, the answer and the claim alone.

    Raises:
        VerifierError: there is no last screen, or no UI tree of it.
    """
    seen = None if case.final is None else read_screen(case.final)
    if seen is None:
        raise VerifierError("the last screen has no UI tree to read", field="final", fix="record UI trees")
    at = len(case.steps)
    checks = checks_of(wanted_of(case.goal), case.answer)
    found = [check.ask(seen) for check in checks]
    pieces = tuple(_piece("last screen", check.expected, each, at) for check, each in zip(checks, found, strict=True))
    return _weighed(case, found, pieces, seen.complaint, idle="the last screen is the home screen" if seen.home else "")


def read_trajectory(case: Case) -> Reading:
    """By all screens and actions: what the last screen that shows a thing says of it, saved, not undone since.

    Raises:
        VerifierError: no screen has a UI tree.
    """
    history = History.of(case)
    wanted = wanted_of(case.goal)
    checks = checks_of(wanted, case.answer)
    answers = [ask_history(check, history) for check in checks]
    pieces = [
        _piece("screens and actions", check.expected, each.found, each.step)
        for check, each in zip(checks, answers, strict=True)
    ]
    found = [each.found for each in answers]
    for step, what in side_effects(history, wanted):
        effect = Found(holds=False, observed=what)
        pieces.append(_piece("screens and actions", "nothing else changed", effect, step))
        found.append(effect)
    idle = "" if history.acted else "nothing was done"
    return _weighed(case, found, tuple(pieces), history.last.complaint, idle=idle)


def _piece(where: str, expected: str, found: Found, step: int | None) -> Evidence:
    return Evidence(
        probe=f"{READER}, {where}", observed=found.observed, expected=expected, holds=bool(found.holds), step=step
    )


def _weighed(case: Case, found: Sequence[Found], pieces: tuple[Evidence, ...], complaint: str, *, idle: str) -> Reading:
    """One no is a failure. Yes to all is a success. Where nothing is said, the agent's claim is all there is.

    `idle` says why the claim cannot be all that much.
    """
    claims = case.claimed == "success"
    if case.claimed == "failure":
        return Reading(decision="failure", confidence=_CLEAR, reason="the agent gave up", evidence=pieces)
    if complaint:
        told = Evidence(
            probe=f"{READER}, last screen",
            observed=complaint,
            expected="no complaint",
            holds=False,
            step=len(case.steps),
        )
        return Reading(decision="failure", confidence=_CLEAR, reason=f"it says {complaint!r}", evidence=(*pieces, told))
    against = next((each for each in found if each.holds is False), None)
    if against is not None:
        return Reading(decision="failure", confidence=_CLEAR, reason=against.observed, evidence=pieces)
    silent = sum(each.holds is None for each in found)
    if found and silent == 0:
        sure = _CLEAR if claims else _LIKELY
        return Reading(decision="success", confidence=sure, reason="all that was asked for is seen", evidence=pieces)
    if idle and silent == len(found):
        return Reading(decision="failure", confidence=_LIKELY, reason=f"nothing is seen; {idle}", evidence=pieces)
    decision: Decision = "success" if claims else "failure"
    claimed = "the agent says that it is done" if claims else "the agent does not say that it is done"
    if silent < len(found):
        reason = f"seen in part, and {claimed}"
        return Reading(decision=decision, confidence=_WEAK, reason=reason, evidence=pieces)
    return Reading(decision=decision, confidence=_CLAIM_ONLY, reason=f"nothing is seen; {claimed}", evidence=pieces)
