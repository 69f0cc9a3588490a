"""One run of the stand-in: ports, boot, faults that strike while it runs, and its end."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Coroutine
from pathlib import Path
from types import MappingProxyType
from typing import Any

import grpc

from device_farm.emulator.avd import Avd
from device_farm.emulator.standin.disk import Builds, DiskSnapshots
from device_farm.emulator.standin.faults import Faults
from device_farm.emulator.standin.make_sdk import FINGERPRINT
from device_farm.emulator.standin.options import Options
from device_farm.emulator.standin.services import ConsoleServer, Controller, Snapshots, StandinConsole
from device_farm.emulator.standin.words import say
from device_farm.errors import ConfigError, GuestError
from device_farm.pb import emulator_controller_pb2_grpc as controller_services
from device_farm.pb import snapshot_service_pb2_grpc as snapshot_services
from device_farm.simulator.adbd.connection import Connection
from device_farm.simulator.adbd.daemon import AdbDaemon
from device_farm.simulator.adbd.stream import Stream
from device_farm.simulator.faults import NO_FAULTS
from device_farm.simulator.faults import Faults as PhoneFaults
from device_farm.simulator.handset import ClockKind, Handset
from device_farm.simulator.ports import Listeners, listen

HOST = "127.0.0.1"
POISONED = "standin.poisoned"
_TOKEN = ".emulator_console_auth_token"
_ACTIONS = ("input ", "am start", "monkey ")
_MAX_LINE = 64 * 1024


class Daemon(AdbDaemon):
    """adbd that counts the actions, and notices a guest that powers itself off."""

    def __init__(self, handset: Handset, run: Run, keys: tuple[str, ...] | None) -> None:
        super().__init__(handset, authorized_keys=keys)
        self._run = run

    def open_service(self, destination: str, stream: Stream, connection: Connection) -> Coroutine[Any, Any, None]:
        self._run.served(destination)
        return super().open_service(destination, stream, connection)


class Run:
    """Everything of one instance. `ended` is set by kill, SIGTERM and a guest that powers off."""

    def __init__(self, options: Options, avd: Avd, builds: Builds, faults: Faults, *, version: str) -> None:
        self._options = options
        self._avd = avd
        self._faults = faults
        self._version = version
        self._actions = 0
        self.ended = asyncio.Event()
        phone_faults = PhoneFaults(boot_hang=True, adb_drop_after=faults.count("adb-drop"))
        clock: ClockKind = "real" if avd.config.get("standin.clock") == "real" else "virtual"
        seed = int(avd.config.get("standin.seed", "0"))
        self._handset = Handset(seed=seed, clock=clock, name=avd.name, faults=phone_faults)
        self._label()
        only = options.value("-snapshot") if options.has("-read-only") else None
        key = _public_key()
        self._store = DiskSnapshots(lambda: self._handset.phone, avd, builds, only=only, adb_key=key)
        self._store.refuses_loads = False
        self._handset.snapshots = self._store
        self._daemon: AdbDaemon | None = None
        self._servers: list[asyncio.Server] = []
        self._grpc: grpc.aio.Server | None = None

    async def serve(self) -> None:
        """Opens the ports, boots, and returns when it was told to end.

        Raises:
            ConfigError: a port is taken.
        """
        console_port, adb_port = self._options.ports()
        if self._faults.has("ports-taken"):
            raise ConfigError(f"port {console_port} is taken: an injected fault", field="-ports")
        if adb_port != console_port + 1:
            raise ConfigError("the stand-in takes the adb port after the console's", field="-ports")
        listeners = listen(HOST, console_port)
        self._watch_signals()
        known_key = self._load_at_start()
        boot = asyncio.create_task(self._boot())
        try:
            await self._open(listeners, known_key)
            await self.ended.wait()
            if self._options.saves_at_exit and self._handset.booted:
                say("INFO", "Saving state on exit with session uptime")
                self._store.save("default_boot")
        finally:
            boot.cancel()
            await self._close()

    def _label(self) -> None:
        """Results name the build: nothing of them may look like the real emulator's."""
        properties = self._handset.phone.properties
        properties.restore(MappingProxyType({**properties.snapshot(), "ro.build.fingerprint": FINGERPRINT}))

    def served(self, destination: str) -> None:
        """Looks at a service that adb asks for."""
        if "reboot -p" in destination or destination.startswith(("reboot:p", "reboot:shutdown")):
            (self._avd.folder / POISONED).write_text("the guest powered itself off\n", "utf-8")
            self.ended.set()
        if any(word in destination for word in _ACTIONS):
            self._actions += 1
            if self._actions == self._faults.count("hang-after"):
                os.kill(os.getpid(), signal.SIGSTOP)
            if self._actions == self._faults.count("die-after"):
                os.kill(os.getpid(), signal.SIGSEGV)

    # Boot

    def _load_at_start(self) -> str | None:
        """The key that the phone knows: the snapshot's, or this machine's; None asks for none."""
        name = self._options.value("-snapshot")
        loaded = False
        if name and not self._options.has("-no-snapshot-load"):
            try:
                self._store.load(name)
                loaded = True
            except GuestError as error:
                # The emulator, too, says so and boots cold.
                say("WARNING", f"Failed to load snapshot '{name}': {error.message}. Cold boot.")
        self._store.refuses_loads = self._faults.has("load-refused")
        if self._faults.has("adb-refuses"):
            return ""
        honours_skip = self._avd.config.get("PlayStore.enabled", "no") not in ("yes", "true")
        if self._options.has("-skip-adb-auth") and honours_skip:
            return None
        return self._store.key_of(name) if loaded else _public_key()

    async def _boot(self) -> None:
        if self._options.value("-gpu").startswith("swiftshader") and self._faults.has("swiftshader-crash"):
            os.kill(os.getpid(), signal.SIGSEGV)
        if self._faults.has("never-boots") or (self._avd.folder / POISONED).exists():
            return
        seconds = self._faults.number("slow-boot")
        if seconds:
            await asyncio.sleep(seconds)
        drops = self._handset.faults.current.adb_drop_after
        self._handset.faults.set(PhoneFaults(adb_drop_after=drops) if drops is not None else NO_FAULTS)
        say("INFO", f"Boot completed in {int((seconds or 0) * 1000)} ms")

    # Ports

    async def _open(self, listeners: Listeners, known_key: str | None) -> None:
        token_path = Path(os.environ.get("HOME", "/")) / _TOKEN
        console = StandinConsole(self._handset, self._told_to_end, self._restored)
        sessions = ConsoleServer(console, token=_token(token_path), token_path=str(token_path))
        server = await asyncio.start_server(sessions.serve, sock=listeners.console, limit=_MAX_LINE)
        self._servers.append(server)
        self._daemon = Daemon(self._handset, self, None if known_key is None else (known_key,))
        await self._daemon.listen(listeners.adb)
        if port := int(self._options.value("-grpc", "0")):
            await self._open_grpc(port)
        say("INFO", f"Listening on ports {','.join(map(str, self._options.ports()))}, grpc {port}")

    async def _open_grpc(self, port: int) -> None:
        if self._faults.has("grpc-silent"):
            self._servers.append(await asyncio.start_server(_deaf, HOST, port))
            return
        server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
        left = self._faults.count("grpc-breaks-after")
        controller = Controller(self._handset, version=self._version, screens_left=left)
        controller_services.add_EmulatorControllerServicer_to_server(controller, server)  # type: ignore[no-untyped-call]
        if not self._faults.has("no-snapshot-service"):
            snapshots = Snapshots(self._store, self._restored)
            snapshot_services.add_SnapshotServiceServicer_to_server(snapshots, server)  # type: ignore[no-untyped-call]
        try:
            bound = int(server.add_insecure_port(f"{HOST}:{port}"))
        except RuntimeError as error:
            raise ConfigError(f"Failed to start grpc at {port}: address already in use", field="-grpc") from error
        if bound == 0:
            raise ConfigError(f"Failed to start grpc at {port}: address already in use", field="-grpc")
        await server.start()
        self._grpc = server

    def _restored(self) -> None:
        """The guest of the snapshot knows nothing of the connections of now."""
        self._handset.automation.stop()
        if self._daemon is not None:
            asyncio.get_running_loop().call_soon(self._daemon.drop_connections)

    # End

    def _watch_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._told_to_end)

    def _told_to_end(self) -> None:
        if not self._faults.has("ignores-stop"):
            self.ended.set()

    async def _close(self) -> None:
        for server in self._servers:
            server.close()
        if self._daemon is not None:
            await self._daemon.close()
        if self._grpc is not None:
            await self._grpc.stop(0)


async def _deaf(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while await reader.read(4096):
        pass
    writer.close()


def _public_key() -> str:
    """The key that the emulator puts into a phone at its boot."""
    try:
        return (Path(os.environ.get("HOME", "/")) / ".android" / "adbkey.pub").read_text("ascii").strip()
    except OSError:
        return ""


def _token(path: Path) -> str:
    """The console's token, made at the first start; an empty file switches the question off."""
    try:
        return path.read_text("ascii").strip()
    except OSError:
        token = os.urandom(12).hex()
        path.write_text(token, "ascii")
        return token
