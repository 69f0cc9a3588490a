"""Rollout workers on the machines of a Ray cluster, as the runner sees them: devices to lease, episodes to run.

The runner's queue, retries and writer stay where they are, on the driver; so an attempt whose machine died is one more
that the infrastructure broke, is recorded as such, and its task goes back into the queue. The worker is replaced.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, cast

from device_farm.device import Device, DeviceInfo
from device_farm.errors import CapacityError, FarmError, TransportError
from device_farm.types.geometry import Size
from device_farm.types.task import JsonValue, Platform
from device_farm.types.trajectory import Episode, InfraError, Step
from gui_agent.cluster.config import RayConfig
from gui_agent.cluster.connection import machines
from gui_agent.cluster.rollout_worker import RolloutWorker
from gui_agent.composition import Plan
from gui_agent.config import RunConfig
from gui_agent.runner.episode import EpisodeRunner
from gui_agent.runner.events import DeviceTrouble, Listener
from gui_agent.runner.queue import Assignment

_RESUME = "go on with --resume when machines are back"
_STOP_S = 30.0
_CALLS = 1000
"""Calls that an actor takes at once; its devices bound them further."""


@dataclass(slots=True, eq=False, kw_only=True)
class _Worker:
    number: int
    actor: Any
    workers: Mapping[Platform, int]
    free: dict[Platform, int]
    dead: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """The right to one of a worker's devices. It stands for the device, which the driver never touches."""

    worker: _Worker
    info: DeviceInfo


class Crew:
    """The workers. Use as `async with`. Leases slots of them as a DeviceSource."""

    def __init__(
        self, ray: Any, plan: Plan, extra: Mapping[str, JsonValue], listeners: tuple[Listener, ...] = ()
    ) -> None:
        self._ray, self._plan, self._extra, self._listeners = ray, plan, dict(extra), listeners
        self._settings: RayConfig = plan.config.ray
        self._workers: list[_Worker] = []
        self._changed = asyncio.Condition()
        self._replacing: set[asyncio.Task[None]] = set()
        self._hopeless: FarmError | None = None

    async def __aenter__(self) -> Crew:
        try:
            shares = worker_shares(self._plan.workers, self._settings.workers or machines(self._ray))
            async with asyncio.TaskGroup() as group:
                for number, share in enumerate(shares):
                    group.create_task(self._hire(number, share))
        except ExceptionGroup as errors:
            await self._dismiss()
            raise errors.exceptions[0] from errors
        except BaseException:
            await self._dismiss()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._dismiss()

    async def _dismiss(self) -> None:
        for task in self._replacing:
            task.cancel()
        await asyncio.gather(*self._replacing, return_exceptions=True)
        stops = [self._stopped(worker) for worker in self._workers if not worker.dead]
        await asyncio.gather(*stops)
        self._workers.clear()

    async def _stopped(self, worker: _Worker) -> None:
        try:
            async with asyncio.timeout(_STOP_S):
                await worker.actor.stop.remote()
        except (TimeoutError, self._ray.exceptions.RayError) as error:
            self._tell(f"worker {worker.number} did not give its devices back: {error}")
        self._ray.kill(worker.actor)

    async def _hire(self, number: int, share: Mapping[Platform, int]) -> None:
        """Raises CapacityError where no machine of the cluster has room, else what keeps the worker from starting."""
        actor = self._actor(self._worker_config(share), share)
        worker = _Worker(number=number, actor=actor, workers=share, free=dict(share))
        try:
            async with asyncio.timeout(self._settings.replace_s):
                await actor.start.remote()
        except TimeoutError as error:
            self._ray.kill(actor)
            message = f"worker {number} found no machine, or did not start, within {self._settings.replace_s:g} s"
            fix = "lower ray.workers, ray.cpus or ray.gpus, or add machines"
            raise CapacityError(message, field="ray", fix=fix) from error
        except self._ray.exceptions.RayTaskError as error:
            self._ray.kill(actor)
            raise _cause(error) from error
        except self._ray.exceptions.RayError as error:
            raise TransportError(f"worker {number} died while it started: {error}", field="ray") from error
        async with self._changed:
            self._workers.append(worker)
            self._changed.notify_all()

    def _actor(self, config: RunConfig, share: Mapping[Platform, int]) -> Any:
        booked = self._ray.remote(
            num_cpus=self._settings.cpus,
            num_gpus=self._settings.gpus,
            scheduling_strategy="SPREAD",
            max_concurrency=_CALLS,
            max_restarts=0,
        )
        return booked(RolloutWorker).remote(config, tuple(share), self._extra)

    def _worker_config(self, share: Mapping[Platform, int]) -> RunConfig:
        """The run's, with this worker's devices, and with the names that the suite has settled on."""
        counts = {"devices": share.get("android", 1), "desktops": share.get("desktop", 0)}
        if set(share) == {"desktop"}:
            counts["devices"] = share["desktop"]
        return self._plan.config.model_copy(update=counts)

    def lease(self, platform: Platform) -> AbstractAsyncContextManager[Device]:
        return cast(AbstractAsyncContextManager[Device], self._lease(platform))

    @asynccontextmanager
    async def _lease(self, platform: Platform) -> AsyncIterator[Slot]:
        """Raises CapacityError when the last worker is gone and none can take its place."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._hopeless or self._open(platform))
            worker = self._open(platform)
            if worker is None:
                assert self._hopeless is not None
                raise self._hopeless
            worker.free[platform] -= 1
        name = f"worker-{worker.number}"
        try:
            info = DeviceInfo(id=name, backend="ray", platform=platform, screen=Size(0, 0), image="")
            yield Slot(worker=worker, info=info)
        finally:
            async with self._changed:
                worker.free[platform] += 1
                self._changed.notify_all()

    def _open(self, platform: Platform) -> _Worker | None:
        """The live worker with the most free devices."""
        able = [worker for worker in self._workers if not worker.dead and worker.free.get(platform, 0) > 0]
        return max(able, key=lambda worker: worker.free[platform], default=None)

    async def run(self, slot: Slot, assignment: Assignment) -> Episode:
        """Raises TransportError where the worker dies under it, CapacityError and the like as the worker does."""
        worker = slot.worker
        try:
            episode: Episode = await worker.actor.run.remote(assignment)
        except self._ray.exceptions.RayTaskError as error:
            raise _cause(error) from error
        except self._ray.exceptions.RayError as error:
            self._lost(worker, str(error))
            text = str(error).strip().splitlines()[0]
            raise TransportError(f"the machine of worker {worker.number} is gone: {text}", field="ray") from error
        return episode

    def _lost(self, worker: _Worker, why: str) -> None:
        if worker.dead:
            return
        worker.dead = True
        self._workers.remove(worker)
        self._tell(f"worker {worker.number} is gone, another takes its place: {why.strip().splitlines()[0]}")
        task = asyncio.create_task(self._replace(worker))
        self._replacing.add(task)
        task.add_done_callback(self._replacing.discard)

    async def _replace(self, worker: _Worker) -> None:
        """Where no machine has room, the others go on; without any other, the run ends."""
        try:
            await self._hire(worker.number, worker.workers)
        except FarmError as error:
            self._tell(f"nothing takes the place of worker {worker.number}: {error}")
            async with self._changed:
                if not self._workers and len(self._replacing) <= 1:
                    self._hopeless = CapacityError(f"the last worker is gone: {error}", field="ray", fix=_RESUME)
                self._changed.notify_all()

    def _tell(self, text: str) -> None:
        for listener in self._listeners:
            listener.on_event(DeviceTrouble(worker=-1, error=text))


class CrewEpisodes(EpisodeRunner):
    """Runs attempts on the crew's workers; steps are told of when their episode has arrived."""

    def __init__(self, crew: Crew, plan: Plan, extra: Mapping[str, JsonValue]) -> None:
        super().__init__(plan.policy, plan.template_of, provenance=extra)
        self._crew = crew

    async def run(
        self, device: Device, assignment: Assignment, on_step: Callable[[Step], None] = lambda step: None
    ) -> Episode:
        """An attempt whose machine died is an infrastructure error. Raises CapacityError and the like as `Crew.run`."""
        try:
            episode = await self._crew.run(cast(Slot, device), assignment)
        except TransportError as error:
            broken = InfraError(error=type(error).__name__, message=str(error), phase="run")
            return replace(self.not_leased(assignment, error), outcome=broken)
        for step in episode.steps:
            on_step(step)
        return episode


def worker_shares(workers: Mapping[Platform, int], count: int) -> list[dict[Platform, int]]:
    """How many devices of each platform each worker has; no more workers than devices, sizes that differ by one."""
    most = max(workers.values(), default=0)
    shares: list[dict[Platform, int]] = [{} for _ in range(max(1, min(count, most)))]
    for platform, devices in workers.items():
        for at in range(devices):
            share = shares[at % len(shares)]
            share[platform] = share.get(platform, 0) + 1
    return shares


def _cause(error: Any) -> Exception:
    """What the worker raised."""
    cause = error.cause if isinstance(error.cause, Exception) else error
    return cause if isinstance(cause, FarmError) else TransportError(f"a worker failed: {error}", field="ray")
