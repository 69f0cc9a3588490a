"""Many attempts on many devices, with no barrier between them.

One worker a device slot: it waits for work, leases a device, runs one attempt, gives the device back, hands the
episode to the writer and goes on. No worker waits for another; the writer decodes and stores while devices work.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from device_farm.errors import AuthError, CapacityError, ConfigError, FarmError
from device_farm.types.task import Platform
from device_farm.types.trajectory import Episode, InfraError, Step
from gui_agent.runner.changed import with_changes
from gui_agent.runner.episode import EpisodeRunner
from gui_agent.runner.events import AttemptEnded, AttemptStarted, DeviceTrouble, Listener, RunEvent, StepTaken
from gui_agent.runner.failures import first_error
from gui_agent.runner.queue import Assignment, WorkQueue
from gui_agent.runner.source import DeviceSource

HOPELESS = (ConfigError, AuthError, CapacityError)
"""Errors of a lease that the next try cannot mend: the run ends."""
_LEASE_PAUSE_S = 0.5
"""Wait after a failed lease, so that a farm that is away is not asked in a tight loop."""

_WRITERS = 2
_UNWRITTEN_EPISODES = 64
"""Episodes that may wait for the writers before the devices do; some 100 MB of screens."""


class EpisodeSink(Protocol):
    """What stores episodes. `add` runs in a thread, one call at a time."""

    def add(self, episode: Episode) -> None: ...


@dataclass(slots=True)
class _Meter:
    """Device time in use. `window` runs from the first lease to the end of the last one."""

    busy_s: float = 0.0
    first_s: float | None = None
    last_s: float = 0.0
    steps: int = 0

    def utilisation(self, devices: int) -> float:
        window_s = self.last_s - (self.first_s or 0.0) if self.first_s is not None else 0.0
        return min(1.0, self.busy_s / (window_s * devices)) if window_s > 0 and devices else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult:
    """What this invocation did; the episodes are in the store."""

    steps: int
    wall_s: float
    device_utilisation: float


class Runner:
    """Runs assignments to their end. `workers` is how many devices of each platform are used at once."""

    def __init__(
        self,
        source: DeviceSource,
        episodes: EpisodeRunner,
        sink: EpisodeSink,
        *,
        workers: Mapping[Platform, int],
        retries: int = 2,
        listeners: Sequence[Listener] = (),
        clock_s: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._source = source
        self._episodes = episodes
        self._sink = sink
        self._workers = workers
        self._retries = retries
        self._listeners = listeners
        self._clock_s = clock_s
        self._meter = _Meter()

    async def run(self, assignments: Sequence[Assignment]) -> RunResult:
        """Runs every assignment, and the retries that follow from them.

        Raises:
            CapacityError, ConfigError, AuthError: the farm can never give such a device.
            StorageError: an episode could not be written.
        """
        work = WorkQueue(assignments)
        slots = [platform for platform, count in self._workers.items() for _ in range(min(count, work.count(platform)))]
        return await self._run(work, slots)

    async def serve(self, work: WorkQueue) -> RunResult:
        """Works through an endless queue with every worker, until it is cancelled. Raises as `run`."""
        return await self._run(work, [platform for platform, count in self._workers.items() for _ in range(count)])

    def utilisation(self) -> float:
        """The share of device time since the first lease in which a device worked on an episode that is over."""
        return self._meter.utilisation(sum(self._workers.values()))

    async def _run(self, work: WorkQueue, slots: Sequence[Platform]) -> RunResult:
        begun_s = self._clock_s()
        self._meter = _Meter()
        finished: asyncio.Queue[Episode | None] = asyncio.Queue(maxsize=_UNWRITTEN_EPISODES)
        one_at_a_time = asyncio.Lock()
        try:
            async with asyncio.TaskGroup() as group:
                writers = [group.create_task(self._write(finished, one_at_a_time)) for _ in range(_WRITERS)]
                try:
                    async with asyncio.TaskGroup() as crew:
                        for index, platform in enumerate(slots):
                            crew.create_task(self._worker(index, platform, work, finished))
                finally:
                    await _written(writers, finished)
        except BaseExceptionGroup as errors:
            raise first_error(errors) from errors
        return RunResult(
            steps=self._meter.steps,
            wall_s=self._clock_s() - begun_s,
            device_utilisation=self._meter.utilisation(len(slots)),
        )

    def _tell(self, event: RunEvent) -> None:
        for listener in self._listeners:
            listener.on_event(event)

    async def _write(self, finished: asyncio.Queue[Episode | None], one_at_a_time: asyncio.Lock) -> None:
        """Several decode screens side by side; the store is called by one at a time."""
        while (episode := await finished.get()) is not None:
            whole = await asyncio.to_thread(with_changes, episode)
            async with one_at_a_time:
                await asyncio.to_thread(self._sink.add, whole)

    async def _worker(
        self, index: int, platform: Platform, work: WorkQueue, finished: asyncio.Queue[Episode | None]
    ) -> None:
        while await work.available(platform):
            assignment, episode = await self._attempt(index, platform, work)
            if assignment is None or episode is None:
                continue
            again = self._again(assignment, episode)
            device_id = str(episode.provenance.extra.get("device_id", ""))
            self._tell(AttemptEnded(worker=index, device_id=device_id, episode=episode, retried=again is not None))
            await finished.put(episode)
            work.done(assignment, again)

    def _again(self, assignment: Assignment, episode: Episode) -> Assignment | None:
        if not isinstance(episode.outcome, InfraError) or assignment.attempt > self._retries:
            return None
        device_id = episode.provenance.extra.get("device_id")
        avoid = assignment.avoid | ({device_id} if isinstance(device_id, str) and device_id else frozenset())
        return Assignment(task=assignment.task, attempt=assignment.attempt + 1, avoid=avoid)

    async def _attempt(
        self, index: int, platform: Platform, work: WorkQueue
    ) -> tuple[Assignment | None, Episode | None]:
        """Leases a device and runs one attempt on it; a lease that fails uses up an attempt as well."""
        assignment: Assignment | None = None
        episode: Episode | None = None
        try:
            async with self._source.lease(platform) as device:
                leased_s = self._clock_s()
                assignment = work.take(platform, device.info.id)
                if assignment is not None:
                    self._tell(_started(index, device.info.id, assignment))
                    episode = await self._episodes.run(device, assignment, lambda step: self._on_step(index, step))
                    self._used(leased_s)
        except HOPELESS:
            raise
        except FarmError as error:
            self._tell(DeviceTrouble(worker=index, error=f"{type(error).__name__}: {error}"))
            if episode is None:
                assignment = assignment or work.take(platform, "")
                episode = None if assignment is None else self._episodes.not_leased(assignment, error)
                await asyncio.sleep(_LEASE_PAUSE_S)
        return assignment, episode

    def _used(self, leased_s: float) -> None:
        now_s = self._clock_s()
        self._meter.busy_s += now_s - leased_s
        self._meter.first_s = leased_s if self._meter.first_s is None else min(self._meter.first_s, leased_s)
        self._meter.last_s = max(self._meter.last_s, now_s)

    def _on_step(self, index: int, step: Step) -> None:
        self._meter.steps += 1
        self._tell(StepTaken(worker=index, step=step))


async def _written(writers: Sequence[asyncio.Task[None]], finished: asyncio.Queue[Episode | None]) -> None:
    """What is over gets stored, also where the run is broken off; unless it is for the store itself."""
    if any(writer.done() for writer in writers):
        return
    for _ in writers:
        await finished.put(None)
    await asyncio.wait(writers)


def _started(index: int, device_id: str, assignment: Assignment) -> AttemptStarted:
    return AttemptStarted(worker=index, device_id=device_id, task_id=assignment.task.id, attempt=assignment.attempt)
