"""The virtual machine of one device: a copy of a saved one, set back by loading its snapshot."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import time

from device_farm.desktop.leftovers import HeldFolder, sweep
from device_farm.desktop.machine import opened
from device_farm.desktop.session import Session
from device_farm.desktop.vm.guest import VmGuest
from device_farm.desktop.vm.process import Vm
from device_farm.desktop.vm.ready import SNAPSHOT, Recipe, launch_of, ready
from device_farm.errors import BackendError

_PREFIX = "user-"
_DEVICE = "farm-vm-"
_SIZE = re.compile(r"^\S+\s+(\S+)\s+([\d.]+) ([KMGT]?i?B)\s", re.MULTILINE)
_UNITS = {"B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40}


class VmMachine:
    """One QEMU for the device's whole life; `session` loads the snapshot of a drawn desktop."""

    snapshot_limit = 8
    """Each holds the machine's memory, on disk."""

    def __init__(self, recipe: Recipe) -> None:
        self._recipe = recipe
        self._folders: list[HeldFolder] = []
        self._vm: Vm | None = None
        self._fresh = False
        self.load_s = 0.0
        """Seconds that the last loading of a snapshot took in QEMU, without the new connections."""

    async def open(self) -> str:
        recipe = self._recipe
        saved = await ready(recipe)
        try:
            # The disk where there is room, the sockets where a path is short.
            for parent in (recipe.state_dir, None):
                await asyncio.to_thread(sweep, _DEVICE, parent)
                self._folders.append(HeldFolder(f"{_DEVICE}{os.getpid()}-", parent))
            stay, run = (held.path for held in self._folders)
            disk = stay / "disk.qcow2"
            await asyncio.to_thread(shutil.copyfile, saved.disk, disk)
        except OSError as error:
            raise BackendError(f"the saved machine cannot be copied: {error}", field="state_dir") from error
        launch = launch_of(recipe, disk=disk, code=saved.code, folder=run, snapshot=SNAPSHOT)
        self._vm = Vm(launch, word=saved.word)
        try:
            await self._vm.start()
        except BackendError as error:
            fix = f"if it stays so, delete {saved.disk.parent}: the next start makes it anew"
            raise BackendError(error.message, field=error.field, fix=fix) from error
        self._fresh = True
        return await recipe.describe()

    def _running(self) -> Vm:
        if self._vm is None:
            raise BackendError("the machine is not open")
        return self._vm

    async def session(self) -> Session:
        if not self._fresh:
            await self._load(SNAPSHOT)
        self._fresh = False
        return await self._attach()

    async def _load(self, snapshot: str) -> None:
        began_s = time.perf_counter()
        await self._running().load(snapshot)
        self.load_s = time.perf_counter() - began_s

    async def _attach(self) -> Session:
        session = Session(size=self._recipe.screen, guest=VmGuest(self._running()))
        return await opened(session, session.attach())

    async def keep(self, name: str, session: Session) -> tuple[Session, int]:
        """All of it: memory, windows, processes, files. Saved while nobody is connected."""
        vm = self._running()
        await session.close()
        await vm.save(_PREFIX + name)
        listing = await vm.qmp.monitor("info snapshots")
        return await self._attach(), snapshot_bytes(listing, _PREFIX + name)

    async def bring_back(self, name: str) -> Session:
        await self._load(_PREFIX + name)
        return await self._attach()

    async def forget(self, name: str) -> None:
        await self._running().delete(_PREFIX + name)

    async def close(self) -> None:
        vm, self._vm = self._vm, None
        folders, self._folders = self._folders, []
        try:
            if vm is not None:
                await vm.close()
        finally:
            for folder in folders:
                await asyncio.to_thread(folder.remove)


def snapshot_bytes(listing: str, name: str) -> int:
    """The size of a snapshot's memory in the monitor's table, 0 where it is not listed."""
    for tag, number, unit in _SIZE.findall(listing):
        if tag == name:
            return int(float(number) * _UNITS[unit])
    return 0
