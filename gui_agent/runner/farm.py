"""Devices from a farm, in this process or elsewhere: the same client either way."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from device_farm.client import FarmClient
from device_farm.device import Device
from device_farm.farm.model import LeaseRequest
from device_farm.types.task import Platform


class FarmSource:
    """One lease an attempt: the farm resets a device before it gives it to the next."""

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

    @asynccontextmanager
    async def lease(self, platform: Platform) -> AsyncIterator[Device]:
        request = LeaseRequest(platform=platform, template=self._template, owner=self._owner, priority=self._priority)
        async with self._client.lease(request, wait_s=self._wait_s) as held:
            yield held.device
