"""The thinker that needs no model: what the goal's words ask for is looked up on the device."""

from __future__ import annotations

from dataclasses import dataclass

from verifier.agentic.memory import Memory
from verifier.agentic.thinker import Opinion
from verifier.case import Case
from verifier.planner.goals import understand
from verifier.planner.probing import probed
from verifier.probes.toolbox import Toolbox


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannerThinker:
    """Stateless and deterministic. What the record shows is worth medium confidence, what the state shows high."""

    name: str = "planner"

    async def glance(self, case: Case, memory: Memory) -> Opinion:
        """Only what needs no device: a question that was not answered has failed for certain."""
        understood = understand(case.goal, case.platform)
        if understood is None:
            return _not_understood(case)
        if understood.plan.asks and not (case.answer or "").strip():
            return Opinion(
                decision="failure", confidence="high", reason="the goal asks something; nothing was answered"
            )
        return Opinion(decision="undecided", confidence="low", reason="the goal is about state, which no screen proves")

    async def look_back(self, case: Case, memory: Memory, so_far: Opinion) -> Opinion:
        return so_far

    async def probe(self, case: Case, memory: Memory, so_far: Opinion, tools: Toolbox) -> Opinion:
        """Every check of the plan on the device, then what else has changed since the task began."""
        understood = understand(case.goal, case.platform)
        if understood is None:
            return _not_understood(case)
        return await probed(understood.plan, case.answer, tools)


def _not_understood(case: Case) -> Opinion:
    reason = f"the goal is of no kind that the planner knows: {case.goal[:200]}"
    return Opinion(decision="undecided", confidence="low", reason=reason)
