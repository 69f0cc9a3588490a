"""One phone as AndroidWorld wants it: an adb server of its own, an `adb` that knows it, and an attached worker."""

from __future__ import annotations

import asyncio
import os
import re
import shlex
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Self

from device_farm.adb.private_server import PrivateAdbServer, find_adb, tied_to_this_process
from device_farm.adb.smart_socket import AdbServer
from device_farm.device import DeviceInfo, Endpoints, machine_identity
from device_farm.errors import BackendError, TransportError
from gui_agent.benchmarks.worker_channel import WorkerProcess

WORKER = Path(__file__).with_name("worker.py")
_LISTED_S = 30.0
_PROBE_S = 5.0
_ADB_VERSION = re.compile(rb"version 1\.0\.(\d+)")
_ADB_KEY = Path(".android") / "adbkey"


def reachable(info: DeviceInfo) -> Endpoints:
    """The device's endpoints.

    Raises:
        BackendError: AndroidWorld cannot attach to it, or not from this machine.
    """
    endpoints = info.endpoints
    if endpoints is None:
        raise BackendError(
            f"{info.id} has no emulator's ports, so AndroidWorld cannot attach to it",
            fix="use --backend simulator, or an emulator; a phone on a cable has no console",
        )
    if endpoints.machine != machine_identity():
        raise BackendError(
            f"{info.id} listens on the loopback of {endpoints.machine.partition('/')[0]}, out of reach from here",
            fix="run `farm eval --suite androidworld` on the machine that has the phones",
        )
    return endpoints


def worker_command(python: Path, wait_scale: float) -> tuple[str, ...]:
    return (*tied_to_this_process(), str(python), str(WORKER), "--wait-scale", str(wait_scale))


def worker_environment(**more: str) -> dict[str, str]:
    """Ours, without what would lead AndroidWorld's interpreter to our packages."""
    kept = {
        name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")
    }
    return kept | {"GRPC_VERBOSITY": "ERROR", "PYTHONUNBUFFERED": "1"} | more


class Station:
    """Use as `async with`; `prepare` before every task: the phone was reset in between."""

    def __init__(self, info: DeviceInfo, *, python: Path, wait_scale: float, accessibility: str) -> None:
        self.endpoints = reachable(info)
        self._info = info
        self._python = python
        self._wait_scale = wait_scale
        self._accessibility = accessibility
        self._stack = AsyncExitStack()
        self._server: AdbServer | None = None
        self._adb = ""
        self._worker: WorkerProcess | None = None

    async def __aenter__(self) -> Self:
        try:
            await self._start()
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.shield(self._stack.aclose())

    @property
    def serial(self) -> str:
        return f"emulator-{self.endpoints.console}"

    @property
    def usable(self) -> bool:
        """Whether the worker still runs; one that hung or died does not."""
        return self._worker is not None and self._worker.alive

    @property
    def worker(self) -> WorkerProcess:
        if self._worker is None:
            raise BackendError(f"no AndroidWorld process serves {self._info.id}")
        return self._worker

    async def prepare(self, *, timeout_s: float) -> dict[str, Any]:
        """Attaches AndroidWorld to the phone as it is now. Raises BackendError, TransportError, WorldError."""
        assert self._server is not None
        listed = await self._server.devices()
        if not any(device.serial == self.serial and device.state == "device" for device in listed):
            if not self.endpoints.adb_server:
                await self._server.add_emulator(self.endpoints.adb)
            await self._server.wait_for(self.serial, timeout_s=_LISTED_S)
        return await self.worker.call(
            "attach",
            timeout_s=timeout_s,
            console_port=self.endpoints.console,
            grpc_port=self.endpoints.grpc,
            adb_path=self._adb,
            accessibility=self._accessibility,
        )

    async def _start(self) -> None:
        for name, port in (("console", self.endpoints.console), ("control service", self.endpoints.grpc)):
            await _answers(self._info.id, name, port)
        self._server = await self._adb_server()
        folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="farm-world-")))
        self._adb = str(_write_adb(folder, self._server.port))
        worker = WorkerProcess(
            worker_command(self._python, self._wait_scale),
            program="AndroidWorld",
            # AndroidWorld leaves files with fixed names in the temporary folder; every phone gets its own.
            environment=worker_environment(TMPDIR=str(folder)),
        )
        self._worker = await self._stack.enter_async_context(worker)

    async def _adb_server(self) -> AdbServer:
        """The one that has the phone already, or one of its own."""
        if self.endpoints.adb_server:
            server = AdbServer("127.0.0.1", self.endpoints.adb_server)
            await check_adb_version(server, find_adb())
            return server
        key = Path.home() / _ADB_KEY
        return await self._stack.enter_async_context(PrivateAdbServer(keys=str(key) if key.exists() else ""))


def _write_adb(folder: Path, port: int) -> Path:
    """An `adb` for one server. android_env names port 5037 whatever it is told, and restarts the server after any
    command that fails: here that would end the server that the run started, so it is left out."""
    path = folder / "adb"
    path.write_text(
        "#!/bin/sh\n"
        'if [ "$1" = "-P" ]; then shift 2; fi\n'
        'case "$1" in kill-server | start-server) exit 0 ;; esac\n'
        f'exec {shlex.quote(find_adb())} -P {port} "$@"\n',
        "utf-8",
    )
    path.chmod(0o755)
    return path


async def check_adb_version(server: AdbServer, program: str) -> None:
    """An adb client ends a server of another version, and with it every other program's phones.

    Raises:
        BackendError: the server and the program do not go together.
    """
    asked = await asyncio.create_subprocess_exec(
        program, "version", stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await asked.communicate()
    found = _ADB_VERSION.search(said)
    theirs = await server.version()
    if found is None or int(found[1]) != theirs:
        ours = found[1].decode() if found is not None else "unknown"
        raise BackendError(
            f"the adb server at {server.host}:{server.port} has version {theirs}, {program} has {ours}",
            fix="put the adb that started the server first on the PATH",
        )


async def _answers(device_id: str, name: str, port: int) -> None:
    try:
        async with asyncio.timeout(_PROBE_S):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
    except (OSError, TimeoutError) as error:
        raise TransportError(
            f"{device_id}: nothing answers at its {name}, 127.0.0.1:{port}",
            fix="start the emulator with -grpc PORT" if name != "console" else "",
        ) from error
    writer.close()
