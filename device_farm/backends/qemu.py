"""Desktops in virtual machines of QEMU."""

from __future__ import annotations

import asyncio
import logging
import shutil
from pathlib import Path

from device_farm.backends.qemu_config import QemuConfig
from device_farm.desktop.device import DesktopDevice
from device_farm.desktop.vm.command import Hardware
from device_farm.desktop.vm.image import Image, open_image
from device_farm.desktop.vm.kvm import kvm_refusal
from device_farm.desktop.vm.machine import VmMachine
from device_farm.desktop.vm.ready import Recipe, ready
from device_farm.errors import PrerequisiteError
from device_farm.types.geometry import Size
from device_farm.types.task import Platform

_LOGGER = logging.getLogger(__name__)
_FIX = "apt-get install -y qemu-system-x86 qemu-utils"


class QemuBackend:
    """Every device is a machine of its own. Whether KVM works is found out once, by the first device."""

    def __init__(self, config: QemuConfig) -> None:
        self._config = config
        self._screen = Size(config.width, config.height)
        self._accelerated: bool | None = None
        self._proving = asyncio.Lock()

    @property
    def name(self) -> str:
        return "qemu"

    @property
    def platform(self) -> Platform:
        return "desktop"

    def preflight(self) -> None:
        """Raises PrerequisiteError, with the command that mends it, where QEMU or the image is missing.

        KVM is not proved here, which takes a guest.
        """
        self.locate()

    @property
    def _state_dir(self) -> Path:
        return Path(self._config.state_dir).expanduser().resolve()

    def locate(self) -> tuple[str, Image]:
        """The path of QEMU, and the image. Raises as `preflight`."""
        program = shutil.which(self._config.program)
        if program is None or shutil.which("qemu-img") is None:
            missing = self._config.program if program is None else "qemu-img"
            raise PrerequisiteError(f"the program {missing} is not installed", field="program", fix=_FIX)
        return program, open_image(Path(self._config.image).expanduser().resolve())

    async def recipe(self) -> Recipe:
        """What this backend's machines are made from.

        Raises:
            PrerequisiteError: as `preflight`, or `acceleration = "on"` and KVM runs no guest.
        """
        config = self._config
        program, image = self.locate()
        accelerated = await self._accelerates(program, image)
        return Recipe(
            image=image,
            program=program,
            hardware=Hardware(accelerated=accelerated, memory_mb=config.memory_mb, cores=config.cores),
            screen=self._screen,
            state_dir=self._state_dir,
            boot_timeout_s=config.boot_timeout_s,
        )

    async def create(self, device_id: str) -> DesktopDevice:
        """Sees to it that there is a saved machine: that may take longer than a device's start is given.

        Raises:
            PrerequisiteError: as `recipe`.
            BackendError: the machine to save does not boot.
        """
        recipe = await self.recipe()
        await ready(recipe)
        return DesktopDevice(device_id, backend=self.name, screen=self._screen, machine=VmMachine(recipe))

    async def _accelerates(self, program: str, image: Image) -> bool:
        if self._config.acceleration == "off":
            return False
        async with self._proving:
            if self._accelerated is None:
                refusal = await kvm_refusal(program, image)
                if refusal and self._config.acceleration == "on":
                    fix = "set acceleration = 'auto', or use a machine with working virtualisation"
                    raise PrerequisiteError(f"KVM: {refusal}", field="acceleration", fix=fix)
                if refusal:
                    _LOGGER.warning("desktops run in software emulation, which is slow; KVM: %s", refusal)
                self._accelerated = not refusal
            return self._accelerated

    async def close(self) -> None:
        """Devices share only the saved machine, which stays."""
