"""The stand-in's gRPC services, and its console, which asks for the token and knows no additions of ours."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Any

import grpc
from google.protobuf.empty_pb2 import Empty

from device_farm.emulator.standin.disk import DiskSnapshots
from device_farm.errors import GuestError
from device_farm.pb import emulator_controller_pb2 as pb
from device_farm.pb import snapshot_service_pb2 as snapshot_pb
from device_farm.pb import snapshot_service_pb2_grpc as snapshot_services
from device_farm.simulator.console.commands import Console, ConsoleError, EndSession
from device_farm.simulator.controller import ControllerServicer
from device_farm.simulator.handset import Handset

logger = logging.getLogger(__name__)

Context = grpc.aio.ServicerContext[Any, Any]
_OWN_COMMANDS = ("reset", "fault")
_MAX_LINE = 64 * 1024


class Controller(ControllerServicer):
    """`screens_left`: after so many screenshots there are no more; None for no end."""

    def __init__(self, handset: Handset, *, version: str, screens_left: int | None) -> None:
        super().__init__(handset)
        self._version = version
        self._screens_left = screens_left

    async def getStatus(self, request: Empty, context: Context) -> pb.EmulatorStatus:
        status = await super().getStatus(request, context)
        status.version = self._version
        return status

    async def getScreenshot(self, request: pb.ImageFormat, context: Context) -> pb.Image:
        if self._screens_left is not None:
            self._screens_left -= 1
            if self._screens_left < 0:
                await context.abort(grpc.StatusCode.UNAVAILABLE, "an injected fault: no screenshots")
        return await super().getScreenshot(request, context)


class Snapshots(snapshot_services.SnapshotServiceServicer):
    """The snapshot service on the virtual device's folder. `restored` is called after a load."""

    def __init__(self, store: DiskSnapshots, restored: Callable[[], None]) -> None:
        self._store = store
        self._restored = restored

    async def ListSnapshots(self, request: snapshot_pb.SnapshotFilter, context: Context) -> snapshot_pb.SnapshotList:
        names = [entry.name for entry in self._store.entries()]
        compatible_only = request.statusFilter == snapshot_pb.SnapshotFilter.CompatibleOnly
        wanted = [name for name in names if self._store.fits(name) or not compatible_only]
        return snapshot_pb.SnapshotList(snapshots=[self._details(name) for name in wanted])

    async def LoadSnapshot(self, request: snapshot_pb.SnapshotPackage, context: Context) -> snapshot_pb.SnapshotPackage:
        return self._done(self._load, request)

    async def SaveSnapshot(self, request: snapshot_pb.SnapshotPackage, context: Context) -> snapshot_pb.SnapshotPackage:
        return self._done(self._store.save, request)

    async def DeleteSnapshot(
        self, request: snapshot_pb.SnapshotPackage, context: Context
    ) -> snapshot_pb.SnapshotPackage:
        return self._done(self._store.delete, request)

    def _load(self, name: str) -> None:
        self._store.load(name)
        self._restored()

    def _done(
        self, operation: Callable[[str], None], request: snapshot_pb.SnapshotPackage
    ) -> snapshot_pb.SnapshotPackage:
        name = request.snapshot_id
        try:
            operation(name)
        except GuestError as error:
            words = f"Operation failed due to: {error.message}".encode()
            return snapshot_pb.SnapshotPackage(snapshot_id=name, success=False, err=words)
        return snapshot_pb.SnapshotPackage(snapshot_id=name, success=True)

    def _details(self, name: str) -> snapshot_pb.SnapshotDetails:
        status = snapshot_pb.SnapshotDetails.Incompatible
        if self._store.loaded == name:
            status = snapshot_pb.SnapshotDetails.Loaded
        elif self._store.fits(name):
            status = snapshot_pb.SnapshotDetails.Compatible
        return snapshot_pb.SnapshotDetails(
            snapshot_id=name, details=self._store.details(name), status=status, size=self._store.size(name)
        )


class StandinConsole(Console):
    """Without the simulator's own commands; a snapshot that is loaded breaks adb, as in the emulator."""

    def __init__(self, handset: Handset, kill: Callable[[], None], restored: Callable[[], None]) -> None:
        super().__init__(handset, kill)
        self._restored = restored

    async def execute(self, line: str) -> Sequence[str]:
        if line.split(" ", 1)[0] in _OWN_COMMANDS:
            raise ConsoleError("unknown command, try 'help'")
        answer = await super().execute(line)
        if line.startswith("avd snapshot load"):
            self._restored()
        return answer


class ConsoleServer:
    """Sessions of the console. `token` empty asks for none; `token_path` is what the banner names."""

    def __init__(self, console: StandinConsole, *, token: str, token_path: str) -> None:
        self._console = console
        self._token = token
        self._banner = [
            "Android Console: Authentication required",
            "Android Console: type 'auth <auth_token>' to authenticate",
            "Android Console: you can find your <auth_token> in ",
            f"'{token_path}'",
        ]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if await self._authenticated(reader, writer):
                while line := (await reader.readline()).decode("utf-8", "replace"):
                    if line.strip() and not await self._answered(line.strip(), writer):
                        break
        except (ConnectionError, ValueError) as error:
            logger.info("console session ended: %s", error)
        finally:
            writer.close()

    async def _authenticated(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        greeting = "Android Console: type 'help' for a list of commands"
        if not self._token:
            await _say(writer, [greeting, "OK"])
            return True
        await _say(writer, [*self._banner, "OK"])
        while line := (await reader.readline()).decode("utf-8", "replace").strip():
            if line == f"auth {self._token}":
                await _say(writer, [greeting, "OK"])
                return True
            if line in ("quit", "exit"):
                return False
            wrong = "KO: authentication token does not match" if line.startswith("auth") else "KO: unknown command"
            await _say(writer, [wrong])
        return False

    async def _answered(self, line: str, writer: asyncio.StreamWriter) -> bool:
        try:
            answer = [*await self._console.execute(line), "OK"]
        except ConsoleError as error:
            answer = [f"KO: {error}"]
        except EndSession as end:
            await _say(writer, end.lines)
            return False
        except Exception as error:
            logger.exception("console command %r failed", line)
            answer = [f"KO: internal error: {type(error).__name__}"]
        await _say(writer, answer)
        return True


async def _say(writer: asyncio.StreamWriter, lines: Sequence[str]) -> None:
    writer.writelines(f"{line}\r\n".encode() for line in lines)
    await writer.drain()
