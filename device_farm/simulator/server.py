"""Simulated phones in this process, each on ports of its own."""

from __future__ import annotations

import asyncio
import gc
from functools import cache
from types import TracebackType
from typing import Self

from device_farm.simulator.adbd.daemon import AdbDaemon
from device_farm.simulator.console.commands import Console
from device_farm.simulator.console.server import ConsoleServer
from device_farm.simulator.controller import ControllerServer
from device_farm.simulator.faults import NO_FAULTS, Faults
from device_farm.simulator.handset import ClockKind, Handset
from device_farm.simulator.ports import Listeners, Ports, check_range, listen, port_in_use
from device_farm.simulator.toolkit.app import App

HOST = "127.0.0.1"
"""The phones' ports have no password, so nobody off this machine may reach them."""


class RunningPhone:
    """One phone behind its ports. `killed` is set when a client ends it by the console."""

    def __init__(self, handset: Handset, *, authorized_keys: tuple[str, ...] | None = None) -> None:
        self.handset = handset
        self.killed = asyncio.Event()
        self._daemon = AdbDaemon(handset, authorized_keys=authorized_keys)
        self._console = ConsoleServer(Console(handset, self.killed.set))
        self._controller = ControllerServer(handset)
        self._ports: Ports | None = None

    @property
    def is_open(self) -> bool:
        return self._ports is not None

    @property
    def ports(self) -> Ports:
        """Raises RuntimeError before `open`."""
        if self._ports is None:
            raise RuntimeError("the phone's ports are not open")
        return self._ports

    @property
    def serial(self) -> str:
        """The name under which an adb server lists the phone."""
        return f"emulator-{self.ports.console}"

    @property
    def open_streams(self) -> int:
        """adb streams that hosts have open now."""
        return self._daemon.open_streams

    async def open(self, listeners: Listeners) -> None:
        """Serves the phone on `listeners`; they belong to it from here on.

        Raises:
            ConfigError: the control service's port is in use.
        """
        console_port = listeners.console_port
        await self._console.listen(listeners.console)
        await self._daemon.listen(listeners.adb)
        try:
            grpc_port = await self._controller.listen(HOST, listeners.grpc_port)
        except RuntimeError as error:
            raise port_in_use(HOST, listeners.grpc_port) from error
        self._ports = Ports(console=console_port, adb=console_port + 1, grpc=grpc_port)

    async def close(self) -> None:
        """Closes the ports and breaks the connections. Idempotent."""
        await self._console.close()
        await self._daemon.close()
        await self._controller.close()
        await self.handset.forwarder.close()


class SimulatorServer:
    """Phones in this process; with `devices` 0 they come one by one, by `add`.

    `base_port` 0 takes free ports; otherwise phone n has console port base_port + 2n. All phones get the same seed:
    what an agent sees must not depend on which of them it was given. A phone boots when something first looks at it.
    """

    def __init__(
        self,
        *,
        devices: int = 0,
        seed: int = 0,
        base_port: int = 0,
        clock: ClockKind = "virtual",
        faults: Faults = NO_FAULTS,
        authorized_keys: tuple[str, ...] | None = None,
        apps: tuple[App, ...] = (),
    ) -> None:
        self._apps = apps
        self._devices = devices
        self._seed = seed
        self._base_port = base_port
        self._clock: ClockKind = clock
        self._faults = faults
        self._authorized_keys = authorized_keys
        self._taken: dict[int, RunningPhone] = {}

    @property
    def phones(self) -> tuple[RunningPhone, ...]:
        """Those whose ports are open."""
        return tuple(phone for phone in self._taken.values() if phone.is_open)

    async def __aenter__(self) -> Self:
        check_range(self._base_port, self._devices)
        try:
            for _ in range(self._devices):
                await self.add()
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def add(self, *, seed: int | None = None) -> RunningPhone:
        """One more phone, at the first free place.

        Raises:
            ConfigError: its port is in use.
            BackendError: no free ports are left.
        """
        number = next(number for number in range(len(self._taken) + 1) if number not in self._taken)
        console_port = self._base_port + 2 * number if self._base_port else 0
        check_range(console_port, 1)
        listeners = listen(HOST, console_port)
        handset = Handset(
            seed=self._seed if seed is None else seed,
            clock=self._clock,
            name=f"simulated-phone-{number}",
            faults=self._faults,
            apps=self._apps,
        )
        phone = RunningPhone(handset, authorized_keys=self._authorized_keys)
        # Taken before anything is awaited: phones are added at the same time.
        self._taken[number] = phone
        _spare_loaded_code()
        try:
            await phone.open(listeners)
        except BaseException:
            await self.remove(phone)
            listeners.close()
            raise
        return phone

    async def remove(self, phone: RunningPhone) -> None:
        """Closes `phone` and frees its place. Idempotent."""
        await phone.close()
        self._taken = {number: other for number, other in self._taken.items() if other is not phone}

    async def close(self) -> None:
        """Closes all phones. Idempotent."""
        await asyncio.gather(*(self.remove(phone) for phone in list(self._taken.values())))


@cache
def _spare_loaded_code() -> None:
    """Takes what is loaded out of the collector's rounds: a full one over it stops every phone for about 70 ms.

    Once a process, which then holds all modules and apps but hardly any garbage.
    """
    gc.collect()
    gc.freeze()
