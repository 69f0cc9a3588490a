"""What is left to do: attempts at tasks, one queue a platform."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from device_farm.types.task import Platform, Task
from device_farm.types.trajectory import Episode, InfraError


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """One attempt at a task. `avoid` are the devices on which earlier attempts broke."""

    task: Task
    attempt: int = 1
    avoid: frozenset[str] = frozenset()


def remaining(tasks: Iterable[Task], stored: Iterable[Episode], retries: int) -> list[Assignment]:
    """The assignments that a resumed run has left: tasks without a verdict and with attempts to spare."""
    last: dict[str, Episode] = {}
    for episode in stored:
        if episode.task.id not in last or episode.attempt > last[episode.task.id].attempt:
            last[episode.task.id] = episode
    left = []
    for task in tasks:
        before = last.get(task.id)
        if before is None:
            left.append(Assignment(task=task))
        elif isinstance(before.outcome, InfraError) and before.attempt <= retries:
            left.append(Assignment(task=task, attempt=before.attempt + 1, avoid=_device(before)))
    return left


def _device(episode: Episode) -> frozenset[str]:
    device_id = episode.provenance.extra.get("device_id")
    return frozenset((device_id,)) if isinstance(device_id, str) and device_id else frozenset()


class WorkQueue:
    """Hands out assignments. A worker that finds it empty waits while others may still hand theirs back.

    An `endless` one is never done, more can be `put` at any time, and what is tried again comes before what is new.
    """

    def __init__(self, assignments: Iterable[Assignment], *, endless: bool = False) -> None:
        self._endless = endless
        self._waiting: dict[Platform, deque[Assignment]] = {"android": deque(), "desktop": deque()}
        self._in_flight: dict[Platform, int] = {"android": 0, "desktop": 0}
        self._changed = asyncio.Event()
        for assignment in assignments:
            self._waiting[assignment.task.platform].append(assignment)

    def count(self, platform: Platform) -> int:
        return len(self._waiting[platform])

    async def available(self, platform: Platform) -> bool:
        """True once there is something to take; False when nothing is left and nothing can come back."""
        while not self._waiting[platform]:
            if self._in_flight[platform] == 0 and not self._endless:
                return False
            self._changed.clear()
            await self._changed.wait()
        return True

    def take(self, platform: Platform, device_id: str) -> Assignment | None:
        """The next assignment, first of all one that did not break on this device before; None when all are taken."""
        waiting = self._waiting[platform]
        if not waiting:
            return None
        chosen = next((entry for entry in waiting if device_id not in entry.avoid), waiting[0])
        waiting.remove(chosen)
        self._in_flight[platform] += 1
        return chosen

    def done(self, assignment: Assignment, again: Assignment | None = None) -> None:
        """Ends an assignment that was taken; `again` is queued in its place."""
        self._in_flight[assignment.task.platform] -= 1
        if again is not None and self._endless:
            self._waiting[again.task.platform].appendleft(again)
        elif again is not None:
            self._waiting[again.task.platform].append(again)
        self._changed.set()

    def put(self, assignment: Assignment) -> None:
        """One more, behind all others."""
        self._waiting[assignment.task.platform].append(assignment)
        self._changed.set()
