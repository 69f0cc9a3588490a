"""Local desktops on virtual X servers."""

from __future__ import annotations

import os

from device_farm.backends.config import XvfbConfig
from device_farm.desktop.device import DesktopDevice
from device_farm.desktop.local_machine import LocalMachine
from device_farm.desktop.packages import require_desktop
from device_farm.desktop.standby import Standby
from device_farm.types.geometry import Size
from device_farm.types.task import Platform


class XvfbBackend:
    """Every device is a desktop of its own: X server, buses, home and processes are shared by none. What they share
    are desktops on standby, which one of them takes when it is reset.
    """

    def __init__(self, config: XvfbConfig) -> None:
        self._screen = Size(config.width, config.height)
        self._root = os.path.abspath(os.path.expanduser(config.root)) if config.root else ""
        self._standby = Standby(config.standby) if config.standby else None

    @property
    def name(self) -> str:
        return "xvfb"

    @property
    def platform(self) -> Platform:
        return "desktop"

    def preflight(self) -> None:
        """Raises PrerequisiteError where a program of the desktop is missing; the fix is the one apt command."""
        require_desktop(root=self._root)

    async def create(self, device_id: str) -> DesktopDevice:
        machine = LocalMachine(self._screen, root=self._root, standby=self._standby)
        return DesktopDevice(device_id, backend=self.name, screen=self._screen, machine=machine)

    async def close(self) -> None:
        """Desktops on standby have ended with the last device."""
