"""Simulated phones: in this process, or each in a process of its own; driven through their ports either way."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import Callable
from typing import Protocol, assert_never

from device_farm.adb.client import AdbClient
from device_farm.adb.deadline import Deadline
from device_farm.adb.direct import DirectConnection
from device_farm.adb.private_server import tied_to_this_process
from device_farm.android.automation import AutomationServer
from device_farm.android.capture import Screencap
from device_farm.android.console import EmulatorConsole
from device_farm.android.device import AndroidDevice
from device_farm.android.hierarchy import PreferAutomation
from device_farm.android.machine import Driver, Machine
from device_farm.android.settle import SettledAtOnce
from device_farm.android.snapshots import ConsoleSnapshots
from device_farm.backends.config import SimulatorConfig
from device_farm.device import Endpoints, machine_identity
from device_farm.errors import BackendError, ConfigError, PrerequisiteError
from device_farm.simulator.faults import parse_faults
from device_farm.simulator.own_apps import load_apps
from device_farm.simulator.server import RunningPhone, SimulatorServer
from device_farm.types.task import Platform

_HOST = "127.0.0.1"
_PROCESS_START_S = 30.0
_PROCESS_END_S = 5.0
_BOOT_TIMEOUT_S = 60.0


class _Ports(Protocol):
    """Where a phone listens."""

    @property
    def console(self) -> int: ...

    @property
    def adb(self) -> int: ...

    @property
    def grpc(self) -> int: ...


class _SimulatedMachine:
    """What both kinds share: the driver over the adb port, and the reset over the console port."""

    def __init__(self) -> None:
        self._console: EmulatorConsole | None = None
        self._client: AdbClient | None = None

    def _driver(self, ports: _Ports) -> Driver:
        self._console = EmulatorConsole(_HOST, ports.console)
        self._client = AdbClient(DirectConnection(_HOST, ports.adb))
        return Driver(
            client=self._client,
            capture=Screencap(self._client),
            # The phone simulates the server's code too, so nothing is pushed to it.
            hierarchy=PreferAutomation(self._client, AutomationServer(self._client)),
            snapshots=ConsoleSnapshots(self._console),
            settle=SettledAtOnce(),
            endpoints=Endpoints(machine=machine_identity(), console=ports.console, adb=ports.adb, grpc=ports.grpc),
        )

    async def mark_clean(self) -> None:
        """Nothing to take down: the phone keeps the snapshot of its first boot."""

    async def reset(self, seed: int | None) -> None:
        if self._console is None:
            raise BackendError("a phone that has not started cannot be reset")
        await self._console.command("reset" if seed is None else f"reset {seed}")

    async def _disconnect(self) -> None:
        if self._client is not None:
            await self._client.close()
        if self._console is not None:
            await self._console.close()


class InProcessPhone(_SimulatedMachine):
    """One phone of a server in this process."""

    def __init__(self, server: SimulatorServer) -> None:
        super().__init__()
        self._server = server
        self._phone: RunningPhone | None = None

    async def start(self) -> Driver:
        self._phone = await self._server.add()
        return self._driver(self._phone.ports)

    async def close(self) -> None:
        await self._disconnect()
        phone, self._phone = self._phone, None
        if phone is not None:
            await self._server.remove(phone)


class _ChildPorts:
    def __init__(self, line: bytes) -> None:
        """Reads the line that `farm simulator --json` prints. Raises ValueError for anything else."""
        fields = json.loads(line)
        self.console, self.adb = int(fields["console_port"]), int(fields["adb_port"])
        self.grpc = int(fields["grpc_port"])


class ChildProcessPhone(_SimulatedMachine):
    """One phone in a process of its own: `farm simulator --devices 1 --json`."""

    def __init__(self, arguments: tuple[str, ...], *, released: Callable[[], None]) -> None:
        """`released` is called when the phone is closed: another one may take its place."""
        super().__init__()
        self._arguments = arguments
        self._released = released
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> Driver:
        self._process = await asyncio.create_subprocess_exec(
            *tied_to_this_process(),
            *(sys.executable, "-m", "device_farm.cli.main", "simulator", "--devices", "1", "--announce", "0", "--json"),
            *self._arguments,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
        )
        assert self._process.stdout is not None
        async with Deadline(_PROCESS_START_S, "starting the process of a simulated phone"):
            line = await self._process.stdout.readline()
        try:
            ports = _ChildPorts(line)
        except (ValueError, KeyError, TypeError) as error:
            raise BackendError(f"the process of a simulated phone said {line[:200]!r} instead of its ports") from error
        return self._driver(ports)

    async def close(self) -> None:
        await self._disconnect()
        self._released()
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            async with asyncio.timeout(_PROCESS_END_S):
                await process.wait()
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


class SimulatorBackend:
    """All phones have the config's seed; phone n has the n-th ports where `base_port` is given."""

    def __init__(self, config: SimulatorConfig) -> None:
        self._config = config
        if config.base_port % 2:
            raise ConfigError(f"{config.base_port} is odd", field="base_port", fix="use an even port such as 5554")
        self._server = SimulatorServer(
            seed=config.seed,
            base_port=config.base_port,
            clock=config.clock,
            faults=parse_faults(config.faults),
            apps=load_apps(config.apps),
        )
        self._taken: set[int] = set()

    @property
    def name(self) -> str:
        return "simulator"

    @property
    def platform(self) -> Platform:
        return "android"

    def preflight(self) -> None:
        """Raises PrerequisiteError when the drawing library does not load."""
        try:
            import skia  # noqa: F401
        except ImportError as error:
            raise PrerequisiteError(f"skia does not load: {error}", fix="apt-get install -y libegl1 libgl1") from error

    async def create(self, device_id: str) -> AndroidDevice:
        return AndroidDevice(device_id, backend=self.name, machine=self._machine(), boot_timeout_s=_BOOT_TIMEOUT_S)

    async def close(self) -> None:
        await self._server.close()

    def _machine(self) -> Machine:
        match self._config.isolation:
            case "in_process":
                return InProcessPhone(self._server)
            case "process":
                number = next(number for number in range(len(self._taken) + 1) if number not in self._taken)
                self._taken.add(number)
                return ChildProcessPhone(self._arguments(number), released=lambda: self._taken.discard(number))
            case _:
                assert_never(self._config.isolation)

    def _arguments(self, number: int) -> tuple[str, ...]:
        base_port = self._config.base_port + 2 * number if self._config.base_port else 0
        faults = [word for fault in self._config.faults for word in ("--fault", fault)]
        apps = [word for path in self._config.apps for word in ("--app", path)]
        seed = ("--seed", str(self._config.seed))
        return ("--base-port", str(base_port), *seed, "--clock", self._config.clock, *faults, *apps)
