"""Tasks about one switch: a sound one, one that is solved at the start, one whose evaluator takes all for solved."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, repeat

from device_farm.device import Device
from device_farm.types.task import Task
from device_farm.types.trajectory import Evidence, Scored
from gui_agent.benchmarks.base import Suite
from gui_agent.benchmarks.basics.phone.settings import PhoneAutoRotate
from verifier.case import Case
from verifier.scene import Scene
from verifier.verdict import Cost, Decision, Verdict, undecided

ROTATION = "settings get system accelerometer_rotation"


class Rotate(PhoneAutoRotate):
    name = "Rotate"


class Solved(PhoneAutoRotate):
    """Its set-up leaves nothing to do."""

    name = "Solved"

    async def set_up(self, device: Device, task: Task) -> None:
        await device.shell(f"settings put system accelerometer_rotation {int(task.params['state'] == 'on')}")


class Trusting(PhoneAutoRotate):
    name = "Trusting"

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        return Scored(reward=1.0, evidence=(Evidence(probe="trust", observed="yes", expected="yes", holds=True),))


SUITE = Suite(name="rotation_suite:SUITE", templates=(Rotate(), Solved(), Trusting()))
SOUND = Suite(name="rotation_suite:SOUND", templates=(Rotate(),))


@dataclass(frozen=True, kw_only=True)
class SwitchVerifier:
    """Reads the switch, and what the goal says of it. `claim`: without a device it takes the agent's word."""

    name: str = "switch"
    claim: bool = False

    async def verify(self, case: Case, scene: Scene | None) -> Verdict:
        if scene is None:
            if self.claim and case.final is not None and case.final.screenshot is not None:
                assert case.final.screenshot.data, "the record comes with its screens"
                return self._said("success" if case.claimed == "success" else "failure", "its word")
            return undecided(self.name, "no device", faults=("VerifierError: no device",))
        now = (await scene.device.shell(ROTATION)).stdout.decode().strip()
        wanted = "1" if case.goal.endswith("on.") else "0"
        return self._said("success" if now == wanted else "failure", f"the switch is {now}", Cost(steps=1))

    def _said(self, decision: Decision, reason: str, cost: Cost = Cost(images=1)) -> Verdict:  # noqa: B008
        piece = Evidence(probe="switch", observed=reason, expected="as asked", holds=decision == "success", step=0)
        return Verdict(
            verifier=self.name, decision=decision, confidence=0.9, reason=reason, evidence=(piece,), cost=cost
        )


class SlowFromTheSecond:
    """Sound, but it takes its time from its second case on."""

    name = "slow"

    def __init__(self, wait_s: float = 60.0) -> None:
        self._waits_s: Iterator[float] = chain([0.0], repeat(wait_s))

    async def verify(self, case: Case, scene: Scene | None) -> Verdict:
        await asyncio.sleep(next(self._waits_s))
        return await SwitchVerifier(name=self.name).verify(case, scene)


class Quoting(SwitchVerifier):
    """Its reason quotes what would clear a terminal, and markup."""

    async def verify(self, case: Case, scene: Scene | None) -> Verdict:
        return self._said("failure", "\x1b[2J[bold]shown[/bold]\r\n")


class Nonsense(SwitchVerifier):
    """Answers with what is no verdict."""

    async def verify(self, case: Case, scene: Scene | None) -> Verdict:
        raise ValueError("no JSON")
