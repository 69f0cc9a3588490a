"""All processes of AndroidWorld that a run needs: one a phone, and a clerk without a phone."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from device_farm.device import DeviceInfo
from device_farm.errors import BackendError
from gui_agent.benchmarks.androidworld.station import Station, worker_command, worker_environment
from gui_agent.benchmarks.worker_channel import WorkerProcess

_PLAN_S = 300.0
_CHECKPOINT_S = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CrewSettings:
    """`call_s` is the deadline of one set-up, verdict or tear-down, in seconds."""

    python: Path
    wait_scale: float
    accessibility: str = "forwarder"
    require_done: bool = True
    call_s: float = 300.0


class Crew:
    """Use as `async with`. Stations start when their phone is first leased, and anew when their process is gone."""

    def __init__(self, settings: CrewSettings) -> None:
        self.settings = settings
        self.packages: dict[str, tuple[str, ...]] = {}
        """By task name: the apps that a phone must have for it; filled by the plan."""
        self._stations: dict[str, Station] = {}
        self._clerk: WorkerProcess | None = None
        self._open = False
        self._hiring = asyncio.Lock()

    async def __aenter__(self) -> Self:
        self._open = True
        return self

    async def __aexit__(self, *_: object) -> None:
        self._open = False
        stations, self._stations = list(self._stations.values()), {}
        clerk, self._clerk = self._clerk, None
        async with AsyncExitStack() as stack:
            for station in stations:
                stack.push_async_exit(station)
            if clerk is not None:
                stack.push_async_exit(clerk)

    async def station(self, info: DeviceInfo) -> Station:
        """The station of a leased phone; one lease at a time holds it. Raises BackendError, TransportError."""
        if not self._open:
            raise BackendError("AndroidWorld's processes are not running; the suite was not opened")
        old = self._stations.get(info.id)
        if old is not None and old.usable and old.endpoints == info.endpoints:
            return old
        await self.dismiss(info.id)
        settings = self.settings
        station = Station(
            info, python=settings.python, wait_scale=settings.wait_scale, accessibility=settings.accessibility
        )
        self._stations[info.id] = await station.__aenter__()
        return station

    async def dismiss(self, device_id: str) -> None:
        """Ends a station; the next lease of its phone starts another."""
        station = self._stations.pop(device_id, None)
        if station is not None:
            await station.__aexit__()

    async def checkpoint(self, directory: Path, group: str, episode: dict[str, Any]) -> None:
        """Has AndroidWorld store an episode. Raises WorldError, BackendError."""
        async with self._hiring:
            if self._clerk is None or not self._clerk.alive:
                self._clerk = await clerk(self.settings.python).__aenter__()
        await self._clerk.call(
            "checkpoint", timeout_s=_CHECKPOINT_S, directory=str(directory), group=group, episode=episode
        )


def clerk(python: Path) -> WorkerProcess:
    """A worker without a phone, not started."""
    return WorkerProcess(worker_command(python, 0.0), program="AndroidWorld", environment=worker_environment())


async def read_plan(python: Path, *, seed: int, combinations: int, tasks: tuple[str, ...]) -> dict[str, Any]:
    """AndroidWorld's instances for a seed. Raises BackendError where its interpreter does not have it."""
    async with clerk(python) as worker:
        return await worker.call(
            "plan", timeout_s=_PLAN_S, seed=seed, combinations=combinations, tasks=list(tasks) or None
        )
