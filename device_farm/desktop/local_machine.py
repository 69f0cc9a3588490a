"""This machine as the place of desktops, as far as its kernel has walls to give."""

from __future__ import annotations

from device_farm.desktop.image import image_name
from device_farm.desktop.local_guest import LocalGuest
from device_farm.desktop.machine import RestartingMachine
from device_farm.desktop.sandbox import Confinement, SandboxProbe, probe
from device_farm.desktop.session import Session
from device_farm.desktop.standby import Standby
from device_farm.errors import BackendError
from device_farm.types.geometry import Size


class LocalMachine(RestartingMachine):
    """`walls` is what this machine is known to allow; found out by `open` by default.

    `root` is a folder with a root file system to use instead of this machine's, which takes namespaces. Sessions with
    a fresh home are taken from `standby`, where one is given; it is entered by `open`, and left by `close`.
    """

    def __init__(
        self, screen: Size, walls: SandboxProbe | None = None, *, root: str = "", standby: Standby | None = None
    ) -> None:
        super().__init__(screen, self._local_guest, self._prove)
        self._walls = walls
        self._root = root
        self._standby = standby
        self._entered = False

    async def open(self) -> str:
        """Raises BackendError."""
        told = await super().open()
        if self._standby is not None and not self._entered:
            self._entered = True
            self._standby.enter()
        return told

    async def session(self) -> Session:
        """Raises BackendError."""
        if self._standby is None or not self._entered:
            return await super().session()
        return await self._standby.take(super().session)

    async def close(self) -> None:
        """Idempotent."""
        await super().close()
        if self._standby is not None and self._entered:
            self._entered = False
            await self._standby.leave()

    async def _prove(self) -> str:
        self._walls = self._walls or await probe(self._root)
        if self._root and self._walls.confinement is Confinement.UNCONFINED:
            raise BackendError(f"the root file system {self._root} cannot be used: {self._walls.reason}", field="root")
        return await image_name(self._walls, self._root)

    def _local_guest(self) -> LocalGuest:
        assert self._walls is not None, "opened first"
        return LocalGuest(self._walls.confinement, root=self._root)
