"""Who thinks at each stage of the agentic verifier: a model, or rules derived from the goal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from device_farm.types.trajectory import Evidence
from verifier.agentic.memory import Memory
from verifier.case import Case
from verifier.probes.toolbox import Toolbox
from verifier.verdict import NO_COST, Cost, Decision

Confidence: TypeAlias = Literal["low", "medium", "high"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What a stage found; a decision that is `high` ends the verification. `cost` is that of this stage alone.

    `broken`: the stage found nothing, and this is the opinion before it.
    """

    decision: Decision
    confidence: Confidence
    reason: str
    evidence: tuple[Evidence, ...] = ()
    faults: tuple[str, ...] = ()
    cost: Cost = NO_COST
    broken: bool = False


class Thinker(Protocol):
    """Stateless between cases. Raises only FarmError, which the verifier turns into a fault."""

    @property
    def name(self) -> str: ...

    async def glance(self, case: Case, memory: Memory) -> Opinion:
        """Stage 1: the final screen and the summary of what was done."""
        ...

    async def look_back(self, case: Case, memory: Memory, so_far: Opinion) -> Opinion:
        """Stage 2: chosen steps' screens."""
        ...

    async def probe(self, case: Case, memory: Memory, so_far: Opinion, tools: Toolbox) -> Opinion:
        """Stage 3: the live device, through `tools` only."""
        ...
