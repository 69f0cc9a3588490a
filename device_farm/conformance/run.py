"""Opens the subject of a check run: a device in this process, or a lease of a farm in this process, through gRPC."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from device_farm.backends.config import BackendConfig, SimulatorConfig, XvfbConfig
from device_farm.backends.docker_config import DockerConfig
from device_farm.backends.emulator_config import EmulatorConfig
from device_farm.backends.loader import load_backend
from device_farm.backends.qemu_config import QemuConfig
from device_farm.client import FarmClient, LeaseRequest
from device_farm.conformance.local import local_subject
from device_farm.conformance.subject import Managed, Subject
from device_farm.device import Device
from device_farm.embedded import embedded_farm

_WAIT_S = 120.0


class LeasedSubject:
    """A device behind gRPC. It comes back clean because a farm resets what is given back before the next owner."""

    def __init__(self, client: FarmClient, leases: AsyncExitStack, device: Device) -> None:
        self._client = client
        self._leases = leases
        self._device = device

    @property
    def device(self) -> Device:
        return self._device

    async def fresh(self) -> Device:
        await self._leases.aclose()
        self._device = await _lease(self._client, self._leases)
        return self._device

    @property
    def managed(self) -> Managed | None:
        return None


async def _lease(client: FarmClient, leases: AsyncExitStack) -> Device:
    held = await leases.enter_async_context(client.lease(LeaseRequest(owner="farm check"), wait_s=_WAIT_S))
    return held.device


@asynccontextmanager
async def leased_subject(config: BackendConfig) -> AsyncIterator[LeasedSubject]:
    """A farm of one device of `config`, and the first lease of it."""
    async with embedded_farm([_one_device(config)]) as client, AsyncExitStack() as leases:
        yield LeasedSubject(client, leases, await _lease(client, leases))


@asynccontextmanager
async def open_subject(config: BackendConfig, *, through_grpc: bool) -> AsyncIterator[Subject]:
    """The subject of a run; everything that it started is gone afterwards.

    Raises:
        PrerequisiteError: the backend cannot run on this machine.
        BackendError: its device does not start.
    """
    if through_grpc:
        async with leased_subject(config) as leased:
            yield leased
        return
    async with local_subject(load_backend(config)) as local:
        yield local


def _one_device(config: BackendConfig) -> BackendConfig:
    match config:
        case SimulatorConfig() | EmulatorConfig() | XvfbConfig() | DockerConfig() | QemuConfig():
            return config.model_copy(update={"devices": 1})
        case _:
            return config
