"""How far a goal is reached while its task is under way: the checks of its plan, asked of any later state."""

from __future__ import annotations

from dataclasses import dataclass

from device_farm.device import Device
from device_farm.types.task import Platform
from verifier.planner.goals import understand
from verifier.planner.plan import Given, Plan
from verifier.planner.probing import asked, bound, unasked
from verifier.probes.changes import StateView, difference, state_of
from verifier.probes.read_only import ReadOnlyDevice
from verifier.rules.base import Probe


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """`held` of `checks` hold; `clean`: all do, and nothing else has changed that the goal does not allow."""

    held: int
    checks: int
    clean: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """A plan bound to the state in which its task began. Devices are only read."""

    plan: Plan
    probes: tuple[Probe, ...]
    start: StateView

    @classmethod
    async def begin(cls, goal: str, platform: Platform, device: Device) -> Watch | None:
        """Looks at `device`, where the task is about to begin. None where its state will not tell whether the goal is
        reached: the goal is not understood, asks for an answer, or one of its checks cannot be made.

        Raises:
            FarmError: the state cannot be read.
        """
        understood = understand(goal, platform)
        if understood is None or understood.plan.asks or not understood.plan.checks or platform != "android":
            return None
        guarded = ReadOnlyDevice(device)
        probes, faults = await bound(understood.plan, Given(source=guarded, start=guarded, answer=None))
        if faults:
            return None
        return cls(plan=understood.plan, probes=probes, start=await state_of(guarded))

    async def standing(self, device: Device) -> Standing | None:
        """How far `device` has come; None where a check cannot be made of it. What else has changed is looked for only
        where all checks hold. Raises FarmError where its state cannot be read.
        """
        guarded = ReadOnlyDevice(device)
        evidence, faults = await asked(guarded, self.probes)
        if faults:
            return None
        held = sum(piece.holds for piece in evidence)
        clean = held == len(evidence) and all(
            piece.holds for piece in unasked(self.plan, difference(self.start, await state_of(guarded)), "")
        )
        return Standing(held=held, checks=len(evidence), clean=clean)
