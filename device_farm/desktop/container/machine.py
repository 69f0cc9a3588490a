"""The machine whose every session is a new container of one image."""

from __future__ import annotations

import asyncio

from device_farm.desktop.container.engine import Engine, Limits
from device_farm.desktop.container.guest import ContainerGuest
from device_farm.desktop.machine import RestartingMachine
from device_farm.types.geometry import Size


class ContainerMachine(RestartingMachine):
    """Raises, in `open`, PrerequisiteError where daemon or image is missing."""

    def __init__(self, screen: Size, engine: Engine, limits: Limits) -> None:
        super().__init__(screen, lambda: ContainerGuest(engine, limits), self._find)
        self._engine = engine

    async def _find(self) -> str:
        await asyncio.to_thread(self._engine.connect)
        return await asyncio.to_thread(self._engine.describe)
