"""This machine as the place of desktops, as far as its kernel has walls to give."""

from __future__ import annotations

from device_farm.desktop.image import image_name
from device_farm.desktop.local_guest import LocalGuest
from device_farm.desktop.machine import RestartingMachine
from device_farm.desktop.sandbox import Confinement, SandboxProbe, probe
from device_farm.errors import BackendError
from device_farm.types.geometry import Size


class LocalMachine(RestartingMachine):
    """`walls` is what this machine is known to allow; found out by `open` by default.

    `root` is a folder with a root file system to use instead of this machine's, which takes namespaces.
    """

    def __init__(self, screen: Size, walls: SandboxProbe | None = None, *, root: str = "") -> None:
        super().__init__(screen, self._local_guest, self._prove)
        self._walls = walls
        self._root = root

    async def _prove(self) -> str:
        self._walls = self._walls or await probe(self._root)
        if self._root and self._walls.confinement is Confinement.UNCONFINED:
            raise BackendError(f"the root file system {self._root} cannot be used: {self._walls.reason}", field="root")
        return await image_name(self._walls, self._root)

    def _local_guest(self) -> LocalGuest:
        assert self._walls is not None, "opened first"
        return LocalGuest(self._walls.confinement, root=self._root)
