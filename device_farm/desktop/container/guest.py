"""A desktop in a container: the same agent, its sockets in a folder that host and container share."""

from __future__ import annotations

import asyncio
import os
import socket
from importlib.resources import files
from pathlib import Path

from device_farm.desktop.container.engine import Engine, Limits, Running, run_options
from device_farm.desktop.guest import DATA_LIMIT_BYTES, START_TIMEOUT_S, Guest
from device_farm.desktop.leftovers import HeldFolder, sweep
from device_farm.desktop.sandbox import GUEST_HOME, confined_place
from device_farm.errors import BackendError, TransportError

_MOUNT = "/run/farm"
_FOLDER = "farm-container-"


class ContainerGuest(Guest):
    """One container. The daemon's kernel is ours, so that open sockets and memory are handed over as on one machine."""

    def __init__(self, engine: Engine, limits: Limits) -> None:
        super().__init__()
        self._engine = engine
        self._limits = limits
        self._folder: HeldFolder | None = None
        self._running: Running | None = None

    @property
    def pid(self) -> int:
        if self._running is None:
            raise TransportError("the desktop is not running")
        return self._running.pid

    async def start(self) -> None:
        self._place = confined_place()
        try:
            await asyncio.to_thread(sweep, _FOLDER)
            self._folder = HeldFolder(f"{_FOLDER}{os.getpid()}-")
            shared = await asyncio.to_thread(_fill, self._folder.path)
            listeners = _listener(f"{shared}/control"), _listener(f"{shared}/sockets")
        except OSError as error:
            raise BackendError(f"no folder for a container's sockets: {error}", fix="set TMPDIR") from error
        with listeners[0] as control, listeners[1] as sockets:
            options = run_options(folder=shared, mount=_MOUNT, limits=self._limits)
            script = ["/usr/bin/python3", "-I", "-S", f"{_MOUNT}/start.py", GUEST_HOME, str(DATA_LIMIT_BYTES)]
            # To its end even when we are cancelled: a container that nobody knows would stay.
            starting = asyncio.ensure_future(asyncio.to_thread(self._engine.run, script, options))
            try:
                self._running = await asyncio.shield(starting)
            except asyncio.CancelledError:
                self._running = await starting
                raise
            called = await _accept(control)
            self._sockets = await _accept(sockets)
        if called is None or self._sockets is None:
            words = await asyncio.to_thread(self._engine.words, self._running.id)
            raise BackendError(f"the container's first process did not call: {words or 'it said nothing'}")
        await self._talk(called)
        await self.request("ping", timeout_s=START_TIMEOUT_S)

    async def close(self) -> None:
        running, self._running = self._running, None
        folder, self._folder = self._folder, None
        try:
            if running is not None:
                await asyncio.to_thread(self._engine.remove, running.id)
        finally:
            await self._hang_up()
            if folder is not None:
                await asyncio.to_thread(folder.remove)
            self._place = None


def _fill(private: Path) -> str:
    """In a private folder the one to share: that is open to the container, the way to it to nobody here."""
    shared = str(private / "farm")
    os.mkdir(shared)
    package = files("device_farm.desktop")
    for name, source in (("agent.py", package / "agent.py"), ("start.py", package / "container" / "start.py")):
        with open(os.path.join(shared, name), "wb") as file:
            file.write(source.read_bytes())
            os.fchmod(file.fileno(), 0o644)
    os.chmod(shared, 0o755)
    return shared


def _listener(path: str) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(path)
    os.chmod(path, 0o666)
    listener.listen(1)
    listener.setblocking(False)
    return listener


async def _accept(listener: socket.socket) -> socket.socket | None:
    """The first caller; None where nobody calls."""
    try:
        async with asyncio.timeout(START_TIMEOUT_S):
            connection, _ = await asyncio.get_running_loop().sock_accept(listener)
    except TimeoutError:
        return None
    connection.setblocking(False)
    return connection
