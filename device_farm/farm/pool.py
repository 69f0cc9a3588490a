"""The warm devices of one template on one machine."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from device_farm.backends.base import Backend
from device_farm.farm.slot import PoolSettings, Slot

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A named kind of device: a backend together with its config, and how many of it."""

    name: str
    backend: Backend
    devices: int


class Pool:
    """Keeps `template.devices` devices up. `start` and `close` frame its life; slots come and go inside."""

    def __init__(
        self,
        template: Template,
        *,
        prefix: str = "",
        settings: PoolSettings | None = None,
        on_change: Callable[[Slot], None],
        drain: Callable[[str], Awaitable[None]],
    ) -> None:
        self._template = template
        settings = settings or PoolSettings()
        starts = asyncio.Semaphore(settings.concurrent_starts)
        self.slots = [
            Slot(
                f"{prefix}{template.name}-{index}",
                template.name,
                template.backend,
                settings=settings,
                starts=starts,
                on_change=on_change,
                drain=drain,
            )
            for index in range(template.devices)
        ]
        self._tasks: list[asyncio.Task[None]] = []

    async def preflight(self) -> None:
        """Raises PrerequisiteError when this machine cannot run the backend. In a thread: a check may take seconds."""
        await asyncio.to_thread(self._template.backend.preflight)

    def start(self) -> None:
        """Begins to boot every device."""
        self._tasks = [asyncio.create_task(slot.run(), name=f"slot {slot.device_id}") for slot in self.slots]

    async def close(self) -> None:
        """Closes every device, then the backend. Idempotent."""
        for task in self._tasks:
            task.cancel()
        for result in await asyncio.gather(*self._tasks, return_exceptions=True):
            if isinstance(result, Exception):
                _LOG.error("a slot of %s ended badly", self._template.name, exc_info=result)
        self._tasks = []
        await self._template.backend.close()
