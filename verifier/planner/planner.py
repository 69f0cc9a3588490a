"""The thinker that needs no model: what the goal's words ask for is looked up on the device."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from device_farm.errors import FarmError, VerifierError
from device_farm.types.trajectory import Evidence
from verifier.agentic.memory import Memory
from verifier.agentic.thinker import Opinion
from verifier.case import Case
from verifier.judges.reader import Reading, read_last_screen, read_trajectory
from verifier.planner.goals import understand
from verifier.planner.probing import probed
from verifier.probes.toolbox import Toolbox
from verifier.verdict import NO_COST, fault_of

_MEDIUM = 0.6
"""From this confidence of the reader on, its word is worth more than the agent's claim."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannerThinker:
    """Stateless and deterministic. What the record shows is worth medium confidence, what the state shows high."""

    name: str = "planner"

    async def glance(self, case: Case, memory: Memory) -> Opinion:
        """The rule-based reader on the last screen; a question that was not answered has failed for certain."""
        understood = understand(case.goal, case.platform)
        if understood is None:
            return _not_understood(case)
        if understood.plan.asks and not (case.answer or "").strip():
            reason = "the goal asks for something, and nothing was answered"
            missing = Evidence(probe="answer of the agent", observed="no answer", expected="an answer", holds=False)
            return Opinion(decision="failure", confidence="high", reason=reason, evidence=(missing,))
        return _read(case, read_last_screen)

    async def look_back(self, case: Case, memory: Memory, so_far: Opinion) -> Opinion:
        """The rule-based reader on all screens and actions: what was reached, and what was undone since."""
        if understand(case.goal, case.platform) is None:
            return _not_understood(case)
        return _read(case, read_trajectory)

    async def probe(self, case: Case, memory: Memory, so_far: Opinion, tools: Toolbox) -> Opinion:
        """Every check of the plan on the device, then what else has changed since the task began.

        Without a shell what the screens showed stands. With one that fails nothing is decided: a guess from screens is
        no substitute for the state.
        """
        understood = understand(case.goal, case.platform)
        if understood is None:
            return _not_understood(case)
        if tools.device is not None and not tools.device.has_shell:
            return replace(so_far, evidence=(), faults=(), cost=NO_COST)
        try:
            return await probed(understood.plan, case.answer, tools)
        except FarmError as error:
            reason = "the device's state could not be seen"
            return Opinion(decision="undecided", confidence="low", reason=reason, faults=(fault_of(error),))


def _not_understood(case: Case) -> Opinion:
    reason = f"the goal is of no kind that the planner knows: {case.goal[:200]}"
    return Opinion(decision="undecided", confidence="low", reason=reason)


def _read(case: Case, reader: Callable[[Case], Reading]) -> Opinion:
    """What screens show is no proof of state: never more than medium."""
    try:
        reading = reader(case)
    except VerifierError as error:
        return Opinion(
            decision="undecided", confidence="low", reason="no screen could be read", faults=(fault_of(error),)
        )
    return Opinion(
        decision=reading.decision,
        confidence="medium" if reading.confidence >= _MEDIUM else "low",
        reason=reading.reason,
        evidence=reading.evidence,
    )
