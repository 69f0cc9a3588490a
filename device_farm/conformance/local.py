"""A subject in this process: one started device of a backend."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from device_farm.backends.base import Backend
from device_farm.conformance.subject import Managed
from device_farm.device import Device, ManagedDevice


class LocalSubject:
    """Reset by the device itself."""

    def __init__(self, device: ManagedDevice, backend: Backend) -> None:
        self._device = device
        self._backend = backend

    @property
    def device(self) -> Device:
        return self._device

    async def fresh(self) -> Device:
        await self._device.reset()
        return self._device

    @property
    def managed(self) -> Managed | None:
        return Managed(device=self._device, create=self._backend.create)


@asynccontextmanager
async def local_subject(backend: Backend) -> AsyncIterator[LocalSubject]:
    """Starts a device of `backend`; it and the backend are closed afterwards."""
    backend.preflight()
    try:
        device = await backend.create("farm-check")
        try:
            await device.start()
            yield LocalSubject(device, backend)
        finally:
            await device.close()
    finally:
        await backend.close()
