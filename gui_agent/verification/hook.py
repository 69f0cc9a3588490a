"""A verifier of `verifier/` as the episode runner asks it: there from the start, with the last word on the outcome."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import TypeAlias

from device_farm.device import Device
from device_farm.types.task import JsonValue, Platform, Task
from device_farm.types.trajectory import Scored, Step, Undecided
from gui_agent.benchmarks.base import Ending, TaskTemplate
from gui_agent.runner.changed import measured
from gui_agent.verification.loaded import LoadedVerifier
from gui_agent.verification.record import note_of
from gui_agent.verification.scene import Lease, ReplayedScene, SnapshotScene, keep_start
from verifier.case import Case
from verifier.scene import Scene
from verifier.verdict import Verdict, fault_of, outcome_of, undecided

CaseOf: TypeAlias = Callable[[Device, Task, Sequence[Step], Ending, Scored | Undecided], Awaitable[Case]]
"""What the verifier is given to judge. Raises FarmError where the attempt is not one that can be judged."""


async def live_case(
    device: Device, task: Task, steps: Sequence[Step], ending: Ending, evaluator: Scored | Undecided
) -> Case:
    """The attempt that has just ended."""
    return Case(
        goal=task.goal,
        platform=task.platform,
        steps=await asyncio.to_thread(measured, steps, ending.final),
        final=ending.final,
        answer=ending.answer,
        claimed=ending.claimed,
        stop=ending.stop,
    )


class Hook:
    """An `Attending` of the episode runner. Shared by all attempts; `verifier` was opened by its owner.

    `lease` gives a second device for copies where a device cannot be copied by itself, None: there is none.
    """

    def __init__(
        self,
        verifier: LoadedVerifier,
        template_of: Callable[[Task], TaskTemplate],
        *,
        lease: Callable[[Platform], AbstractAsyncContextManager[Device]] | None = None,
        case_of: CaseOf = live_case,
    ) -> None:
        self._verifier = verifier
        self._template_of = template_of
        self._lease = lease
        self._case_of = case_of

    async def attend(self, device: Device, task: Task) -> HookAttendance:
        """Keeps the state in which the task begins. Raises TransportError where the device cannot be reached."""
        loaded = self._verifier
        copies = loaded.verifier is not None and loaded.probes and await keep_start(device)
        return HookAttendance(self, copies=copies)

    async def verdict(
        self,
        device: Device,
        task: Task,
        steps: Sequence[Step],
        ending: Ending,
        evaluator: Scored | Undecided,
        *,
        copies: bool,
    ) -> Verdict:
        """What the verifier says of one attempt; `copies` tells whether its start was kept."""
        try:
            case = await self._case_of(device, task, steps, ending, evaluator)
        except Exception as error:  # noqa: BLE001 - the boundary: an attempt that cannot be put to a verifier, recorded
            return undecided(self._verifier.name, "there is no case to judge", faults=(fault_of(error),))
        scene: Scene = SnapshotScene(device) if copies else self._replayed(device, task, case)
        return await self._verifier.verdict(case, scene, evaluator)

    def _replayed(self, device: Device, task: Task, case: Case) -> ReplayedScene:
        second: Lease | None = None
        if self._lease is not None:
            lease = self._lease

            def second() -> AbstractAsyncContextManager[Device]:
                return lease(task.platform)

        return ReplayedScene(
            device,
            lease=second,
            set_up=lambda other: self._template_of(task).set_up(other, task),
            steps=case.steps,
            final=case.final,
        )


class HookAttendance:
    """The hook's part in one attempt."""

    def __init__(self, hook: Hook, *, copies: bool) -> None:
        self._hook = hook
        self._copies = copies
        self._notes: dict[str, JsonValue] = {}

    @property
    def notes(self) -> Mapping[str, JsonValue]:
        """Both opinions, once `judge` was called."""
        return self._notes

    async def judge(
        self, device: Device, task: Task, steps: Sequence[Step], ending: Ending, verdict: Scored | Undecided
    ) -> Scored | Undecided:
        """The verifier's outcome. Never raises for what it meets."""
        said = await self._hook.verdict(device, task, steps, ending, verdict, copies=self._copies)
        self._notes = note_of(said, verdict)
        return outcome_of(said)
