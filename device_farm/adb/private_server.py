"""A real `adb` server of our own: its own port, its own HOME, away from the user's."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import socket
import tempfile
from types import TracebackType

from device_farm.adb.smart_socket import AdbServer
from device_farm.errors import DeadlineError, PrerequisiteError, TransportError

ADB_FIX = "apt-get install -y adb"


def find_adb() -> str:
    """The path of the `adb` program. Raises PrerequisiteError with the command that installs it."""
    path = shutil.which("adb")
    if path is None:
        raise PrerequisiteError("the program adb is not installed", fix=ADB_FIX)
    return path


def free_port() -> int:
    """A TCP port of the loopback that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def check_free(port: int) -> None:
    """Raises TransportError where another program has the port: an adb server there would answer in place of ours."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise TransportError(f"no adb server on port {port}, it is taken: {error.strerror}") from error


def tied_to_this_process() -> tuple[str, ...]:
    """What to put before a command so that the kernel ends it when this process dies, however it dies."""
    return ("setpriv", "--pdeathsig", "KILL", "--") if shutil.which("setpriv") else ()


class PrivateAdbServer:
    """`async with PrivateAdbServer() as server:` starts `adb nodaemon server` and ends it by its process.

    The server neither looks for emulators nor for USB devices of this machine: it knows what it is told of.
    """

    def __init__(self, *, start_timeout_s: float = 15.0, keys: str = "", program: str = "", port: int = 0) -> None:
        """`keys` is the path of a private key that phones know already; where there is none, the server makes its own.

        `program` empty is the `adb` of the PATH, `port` 0 a free one.
        """
        self._start_timeout_s = start_timeout_s
        self._program = program
        self._port = port
        self._keys = keys
        self._home: tempfile.TemporaryDirectory[str] | None = None
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> AdbServer:
        try:
            return await self._start()
        except BaseException:
            await self.close()
            raise

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.shield(self.close())

    async def close(self) -> None:
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        home, self._home = self._home, None
        if home is not None:
            home.cleanup()

    async def _start(self) -> AdbServer:
        adb, port = self._program or find_adb(), self._port or free_port()
        check_free(port)
        self._home = tempfile.TemporaryDirectory(prefix="farm-adb-", ignore_cleanup_errors=True)
        try:
            self._process = await asyncio.create_subprocess_exec(
                *tied_to_this_process(),
                *(adb, "-P", str(port), "nodaemon", "server"),
                env=_environment(self._home.name, self._keys),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
            )
        except OSError as error:
            raise TransportError(f"{adb} cannot be started: {error.strerror}", fix=ADB_FIX) from error
        server = AdbServer("127.0.0.1", port)
        try:
            async with asyncio.timeout(self._start_timeout_s):
                await self._answers(server)
        except TimeoutError:
            raise DeadlineError(f"the adb server did not answer within {self._start_timeout_s:g} s") from None
        return server

    async def _answers(self, server: AdbServer) -> None:
        while True:
            try:
                await server.version()
                return
            except TransportError as error:
                if self._process is not None and self._process.returncode is not None:
                    raise TransportError(f"adb ended at once with {self._process.returncode}") from error
            await asyncio.sleep(0.02)


def _environment(home: str, keys: str) -> dict[str, str]:
    environment = dict(os.environ, HOME=home, TMPDIR=home)
    # The scan for emulators covers 5554 up to this port: an empty range.
    environment |= {"ADB_LOCAL_TRANSPORT_MAX_PORT": "5553", "ADB_MDNS": "0", "ADB_USB": "0"}
    environment.pop("ADB_VENDOR_KEYS", None)
    if keys and os.path.exists(keys):
        environment["ADB_VENDOR_KEYS"] = keys
    return environment
