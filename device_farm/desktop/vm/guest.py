"""A desktop in a virtual machine: the same agent, reached through the machine's broker."""

from __future__ import annotations

import contextlib
import socket
from weakref import WeakSet

from device_farm.desktop.guest import START_TIMEOUT_S, Guest
from device_farm.desktop.sandbox import confined_place
from device_farm.desktop.vm.command import EMULATED_PATIENCE
from device_farm.desktop.vm.process import Vm
from device_farm.errors import BackendError, TransportError


class VmGuest(Guest):
    """A conversation with the agent of a running machine. Its end ends nothing there: the machine is set back."""

    shares_memory = False

    def __init__(self, vm: Vm) -> None:
        super().__init__()
        self._vm = vm
        self._handed: list[socket.socket] = []
        self._dialled: WeakSet[socket.socket] = WeakSet()
        self.patience = 1.0 if vm.launch.hardware.accelerated else EMULATED_PATIENCE

    @property
    def pid(self) -> int:
        return self._vm.pid

    async def start(self) -> None:
        self._place = confined_place()
        try:
            await self._talk(await self._vm.connect("agent", limit_s=0.0))
            await self.request("ping", timeout_s=START_TIMEOUT_S)
        except TransportError as error:
            raise BackendError(f"the machine's agent does not answer: {error}") from error

    async def connect(self, path: str, *, timeout_s: float = 10.0) -> socket.socket:
        connection = await self._vm.connect(path, limit_s=timeout_s)
        connection.setblocking(True)
        self._handed.append(connection.dup())
        return connection

    async def dial(self, port: int, *, timeout_s: float = 10.0) -> socket.socket:
        connection = await self._vm.connect(port, limit_s=timeout_s)
        self._dialled.add(connection)
        return connection

    async def close(self) -> None:
        # A guest that hangs would hold whoever waits for it: the connection's end is felt at once.
        for connection in self._handed:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()
        self._handed.clear()
        for connection in self._dialled:
            # A machine that is set back never says that they ended.
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        await self._hang_up()
        self._place = None
