"""One run of the emulator with the ways to it: launched, booted, set back to its snapshot, ended."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from device_farm.adb.client import AdbClient
from device_farm.android.console import ConsoleClosedError, EmulatorConsole
from device_farm.emulator.adb_link import EmulatorAdb
from device_farm.emulator.boot import STAGES, Booting, Stage, console_answers, expect_own, pass_stage
from device_farm.emulator.command import EmulatorPorts, Launch, command_line, environment
from device_farm.emulator.control import EmulatorControl, UnservedError
from device_farm.emulator.locks import launch_lock, remove_stale_locks
from device_farm.emulator.ports import PortsTakenError, require_free
from device_farm.emulator.process import EmulatorProcess
from device_farm.errors import BackendError, GuestError, TransportError

_LOG = logging.getLogger(__name__)
_CONSOLE_TIMEOUT_S = 10.0
_DYING_S = 0.5
_PORT_ATTEMPTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """`load_s` also bounds how long a phone may take to be back after its snapshot was loaded."""

    launch_lock_s: float
    stages_s: dict[Stage, float]
    load_s: float
    stop_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What all emulators of a backend share."""

    sdk_root: Path
    avd_home: Path
    avd_folder: Path
    adb_program: str
    adb_key: str
    console_token: Path
    kvm_device: str
    log_dir: Path
    deadlines: Deadlines


class EmulatorInstance:
    """`start`, then `load` as often as wanted, then `close`. After `close`, `start` may be called again."""

    def __init__(
        self,
        launch: Launch,
        surroundings: Surroundings,
        *,
        adb_server_port: int,
        closed: Callable[[EmulatorPorts], None] = lambda ports: None,
    ) -> None:
        """`closed` is told the ports that it gives up."""
        self.launch = launch
        self.around = surroundings
        ports = launch.ports
        self.adb = EmulatorAdb(surroundings.adb_program, adb_server_port, keys=surroundings.adb_key)
        self.control = EmulatorControl(ports.grpc)
        self.console = EmulatorConsole(
            "127.0.0.1", ports.console, token_file=surroundings.console_token, timeout_s=_CONSOLE_TIMEOUT_S
        )
        self.client = AdbClient(self.adb.connection(ports, check=self._explain_end))
        self.has_control = True
        self._closed = closed
        self._process: EmulatorProcess | None = None

    @property
    def process(self) -> EmulatorProcess:
        """Raises TransportError before `start` and after `close`."""
        if self._process is None:
            raise TransportError("the emulator has not been started")
        return self._process

    def check_alive(self) -> None:
        """Raises TransportError, with the reason, where the emulator has ended."""
        process = self.process
        if process.exit_code is not None:
            error = process.error("the emulator has ended")
            raise TransportError(error.message, fix=error.fix)

    async def _explain_end(self) -> None:
        """As `check_alive`, for one whose connection has just broken: a dying process takes a moment to be dead."""
        process = self.process
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_DYING_S):
                await process.ended()
        self.check_alive()

    async def start(self, *, stage_passed: Callable[[Stage], None] = lambda stage: None) -> None:
        """Launches and boots it. `close` is called even when this raises.

        Raises:
            PortsTakenError: another program has one of its ports.
            BackendError: it ended, or a step took too long; says why.
        """
        limits = self.around.deadlines
        await self.adb.start()
        async with AsyncExitStack() as serialised:
            await serialised.enter_async_context(launch_lock(self.around.avd_home, timeout_s=limits.launch_lock_s))
            if removed := remove_stale_locks(self.around.avd_folder):
                _LOG.warning("removed the stale %s of %s", ", ".join(removed), self.launch.avd)
            # Under the lock, so that no other start of ours takes them in between.
            require_free(self.launch.ports)
            await self._launch()
            await self._reach_control()
        for stage in STAGES[1:]:
            if stage != "booted" or self.has_control:
                await pass_stage(stage, self._booting(), seconds=limits.stages_s[stage])
            stage_passed(stage)
        if self.launch.snapshot:
            await self._expect_snapshot(self.launch.snapshot)

    async def load(self, snapshot: str) -> None:
        """Sets the phone back to `snapshot`, by gRPC or else by the console, and waits until it is usable again.

        Raises:
            BackendError: it refused, or did not come back; it should be started anew.
        """
        seconds = self.around.deadlines.load_s
        try:
            self.check_alive()
            await self.snapshot("load", snapshot, timeout_s=seconds)
        except (TransportError, GuestError) as error:
            raise BackendError(f"snapshot {snapshot!r} was not loaded: {error.message}", fix=error.fix) from error
        await self.client.close()
        for stage in ("adb", "system", "packages"):
            await pass_stage(stage, self._booting(), seconds=seconds)

    async def snapshot(self, what: Literal["save", "load", "delete"], name: str, *, timeout_s: float) -> None:
        """Has the emulator do it, by gRPC or else by the console.

        Raises:
            GuestError: it refused.
            TransportError: it did not answer.
        """
        if self.has_control:
            control = self.control
            calls = {"save": control.save_snapshot, "load": control.load_snapshot, "delete": control.delete_snapshot}
            try:
                await calls[what](name, timeout_s=timeout_s)
                return
            except UnservedError as error:
                _LOG.info("%s: snapshot %s by the console: %s", self.launch.ports.serial, what, error)
        await self.console.command(f"avd snapshot {what} {name}", timeout_s=timeout_s)

    async def close(self, *, hangs: bool = False, again: bool = False) -> None:
        """Ends the emulator: by its console unless it `hangs`, then by signals. Idempotent.

        With `again` it keeps its ports, to be started anew.

        Never from inside: an Android that powers itself off (`reboot -p`) leaves a virtual device that does not boot.
        """
        if (process := self._process) is not None:
            asked = not hangs and process.exit_code is None and await self._asked_to_end()
            await process.stop(asked=asked, timeout_s=self.around.deadlines.stop_s)
            # Only now: a close that was cancelled half way is done again by the next one.
            self._process = None
        await self.client.close()
        await self.console.close()
        await self.control.close()
        await self.adb.close()
        if not again:
            self._closed(self.launch.ports)

    async def _launch(self) -> None:
        around = self.around
        variables = environment(
            os.environ,
            sdk_root=around.sdk_root,
            avd_home=around.avd_home,
            adb_server_port=self.adb.port,
            kvm_device=around.kvm_device,
        )
        log = around.log_dir / f"{self.launch.avd}-{self.launch.ports.console}.log"
        argv = command_line(self.launch)
        self._process = await EmulatorProcess.launch(argv, variables, log=log, gpu=self.launch.gpu)

    async def _reach_control(self) -> None:
        """Without a control service the phone is driven by adb and console alone."""
        booting = self._booting()
        try:
            await pass_stage("control", booting, seconds=self.around.deadlines.stages_s["control"])
            await expect_own(booting, self.launch.ports.adb)
            self.has_control = True
        except PortsTakenError:
            raise
        except BackendError as error:
            if booting.process.exit_code is not None:
                raise
            await console_answers(booting, seconds=self.around.deadlines.stages_s["control"])
            self.has_control = False
            _LOG.warning("%s: no control service, adb and console instead: %s", self.launch.ports.serial, error)

    async def _expect_snapshot(self, snapshot: str) -> None:
        """An emulator that cannot load its snapshot says so in its log only, and boots cold."""
        try:
            if self.has_control and await self.control.was_loaded(snapshot):
                return
        except (GuestError, TransportError) as error:
            _LOG.info("%s: not known whether it runs from its snapshot: %s", self.launch.ports.serial, error)
        try:
            await self.load(snapshot)
        except BackendError as error:
            words = self.process.failure()
            said = f"; {words.text}" if words.kind == "snapshot_unfit" else ""
            message = f"the emulator booted cold instead of from its snapshot: {error.message}{said}"
            raise BackendError(message, field="snapshot", fix="farm emulator prepare") from error

    async def _asked_to_end(self) -> bool:
        try:
            await self.console.command("kill")
        except ConsoleClosedError:
            # It says its farewell and closes, or only closes.
            return True
        except (TransportError, GuestError):
            return False
        return True

    def _booting(self) -> Booting:
        return Booting(
            process=self.process,
            ports=self.launch.ports,
            control=self.control,
            console=self.console,
            adb=self.adb,
            client=self.client,
        )


async def start_on_free_ports(
    make: Callable[[], EmulatorInstance],
    *,
    moves: bool,
    stage_passed: Callable[[Stage], None] = lambda stage: None,
) -> EmulatorInstance:
    """A started instance; where its ports turn out to be taken and it `moves`, others are tried.

    Raises:
        BackendError: as `EmulatorInstance.start`; the instance has been closed.
    """
    for attempt in range(1, _PORT_ATTEMPTS + 1):
        instance = make()
        try:
            await instance.start(stage_passed=stage_passed)
        except BaseException as error:
            await asyncio.shield(instance.close())
            if not (moves and isinstance(error, PortsTakenError) and attempt < _PORT_ATTEMPTS):
                raise
            _LOG.info("other ports: %s", error)
        else:
            return instance
    raise AssertionError("the last attempt returns or raises")
