"""Several judges of one episode: it counts only where all agree (UItron, arXiv 2508.21767)."""

from __future__ import annotations

from collections.abc import Sequence

from device_farm.device import Device
from device_farm.types.task import Task
from device_farm.types.trajectory import Evidence, Scored, Step, Undecided
from gui_agent.benchmarks.base import Ending
from gui_agent.runner.episode import Verifier


class Unanimous:
    """A verifier: the evaluator's verdict where every scorer calls the same a success, else undecided.

    A scorer that cannot tell is no disagreement with anyone, and leaves the episode undecided as well.
    """

    def __init__(self, scorers: Sequence[Verifier]) -> None:
        self._scorers = tuple(scorers)

    async def judge(
        self, device: Device, task: Task, steps: Sequence[Step], ending: Ending, verdict: Scored | Undecided
    ) -> Scored | Undecided:
        said = [verdict, *[await one.judge(device, task, steps, ending, verdict) for one in self._scorers]]
        evidence = tuple(piece for one in said for piece in one.evidence)
        unsure = next((one for one in said if isinstance(one, Undecided)), None)
        if unsure is not None:
            return Undecided(reason=f"a scorer cannot tell: {unsure.reason}", evidence=evidence)
        successes = [isinstance(one, Scored) and one.reward >= 1.0 for one in said]
        if len(set(successes)) > 1:
            count = sum(successes)
            return Undecided(reason=f"{count} of {len(said)} scorers call it a success", evidence=evidence)
        return verdict


class Claim:
    """A scorer: the agent's own word. It disagrees with tasks that were solved unawares, or wrongly called done."""

    async def judge(
        self, device: Device, task: Task, steps: Sequence[Step], ending: Ending, verdict: Scored | Undecided
    ) -> Scored | Undecided:
        claimed = ending.claimed or "nothing"
        holds = ending.claimed == "success"
        evidence = Evidence(probe="the agent's claim", observed=claimed, expected="success", holds=holds)
        return Scored(reward=float(holds), evidence=(evidence,))
