"""Devices from a farm, in this process or elsewhere: the same client either way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Self

from device_farm.client import FarmClient
from device_farm.device import Device
from device_farm.farm.model import LeaseRequest
from device_farm.types.task import Platform


class FarmSource:
    """One lease an attempt: the farm resets a device before it gives it to the next. Use as `async with`.

    A lease is given back in the background, so that its holder can wait for the next one meanwhile; leaving the
    source waits until all are back.
    """

    def __init__(
        self,
        client: FarmClient,
        *,
        template: str = "",
        owner: str = "farm-run",
        priority: int = 0,
        wait_s: float = 600.0,
    ) -> None:
        self._client = client
        self._template = template
        self._owner = owner
        self._priority = priority
        self._wait_s = wait_s
        self._returning: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._returning:
            await asyncio.wait(self._returning)

    @asynccontextmanager
    async def lease(self, platform: Platform) -> AsyncIterator[Device]:
        request = LeaseRequest(platform=platform, template=self._template, owner=self._owner, priority=self._priority)
        held = await self._client.acquire(request, wait_s=self._wait_s)
        await held.__aenter__()
        try:
            yield held.device
        finally:
            # It logs what goes wrong and has a deadline of its own: nothing is left for its holder to do.
            task = asyncio.create_task(held.__aexit__(None, None, None))
            self._returning.add(task)
            task.add_done_callback(self._returning.discard)
