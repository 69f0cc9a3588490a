"""Desktops in Docker containers."""

from __future__ import annotations

import asyncio

from device_farm.backends.docker_config import DockerConfig
from device_farm.desktop.container.engine import Engine, Limits
from device_farm.desktop.container.machine import ContainerMachine
from device_farm.desktop.device import DesktopDevice
from device_farm.types.geometry import Size
from device_farm.types.task import Platform


class DockerBackend:
    """Every session of every device is a container of its own; the devices share the connection to the daemon."""

    def __init__(self, config: DockerConfig) -> None:
        self._screen = Size(config.width, config.height)
        self._engine = Engine(host=config.host, image=config.image)
        self._limits = Limits(memory_mb=config.memory_mb, cpus=config.cpus, pids=config.pids)

    @property
    def name(self) -> str:
        return "docker"

    @property
    def platform(self) -> Platform:
        return "desktop"

    def preflight(self) -> None:
        """Raises PrerequisiteError, with the command that mends it, where SDK, daemon or image is missing."""
        self._engine.connect()

    async def create(self, device_id: str) -> DesktopDevice:
        machine = ContainerMachine(self._screen, self._engine, self._limits)
        return DesktopDevice(device_id, backend=self.name, screen=self._screen, machine=machine)

    async def close(self) -> None:
        await asyncio.to_thread(self._engine.close)
