"""A desktop of this machine: the agent starts behind bubblewrap's walls, or unconfined where there are none."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
from importlib.resources import files

from device_farm.desktop import sandbox
from device_farm.desktop.guest import DATA_LIMIT_BYTES, START_TIMEOUT_S, Guest
from device_farm.desktop.packages import SYSTEM_PATH
from device_farm.desktop.sandbox import Confinement
from device_farm.errors import BackendError, TransportError

_AGENT_PATH = "/run/farm/agent.py"


class LocalGuest(Guest):
    """An agent of this machine. `root` is where its programs are from, where they are not this machine's."""

    def __init__(self, confinement: Confinement, *, root: str = "") -> None:
        super().__init__()
        self._root = root
        self._confinement = confinement
        self._process: asyncio.subprocess.Process | None = None
        self._init_pidfd = -1
        self._status_fd = -1

    async def start(self) -> None:
        """Starts the walls and the agent.

        Raises:
            BackendError: they did not come up; the text is what the program said.
        """
        confined = self._confinement is Confinement.NAMESPACES
        self._place = sandbox.confined_place() if confined else await asyncio.to_thread(sandbox.unconfined_place)
        control, far_control = socket.socketpair()
        self._sockets, far_sockets = socket.socketpair()
        self._sockets.setblocking(False)
        descriptors = [far_control.fileno(), far_sockets.fileno()]
        try:
            await self._spawn(far_control.fileno(), far_sockets.fileno(), descriptors)
        finally:
            far_control.close()
            far_sockets.close()
            for descriptor in descriptors[2:]:
                os.close(descriptor)
        await self._talk(control)
        try:
            if confined:
                await self._find_init()
            await self.request("ping", timeout_s=START_TIMEOUT_S)
        except (TransportError, TimeoutError) as error:
            raise BackendError(f"the desktop's first process did not start: {await self._complaint()}") from error

    async def _spawn(self, control: int, sockets: int, descriptors: list[int]) -> None:
        """Runs the agent. What it opens for that goes into `descriptors`, which the caller closes."""
        source = files("device_farm.desktop").joinpath("agent.py").read_bytes()
        script = sandbox.data_file(source)
        descriptors.append(script)
        prefix: list[str] = []
        environment = {"PATH": SYSTEM_PATH, "LANG": "C.UTF-8"}
        path = f"/proc/self/fd/{script}"
        if self._confinement is Confinement.NAMESPACES:
            shown = [(script, _AGENT_PATH)]
            for name, content in sandbox.system_files().items():
                descriptor = sandbox.data_file(content)
                descriptors.append(descriptor)
                shown.append((descriptor, name))
            self._status_fd, status_write = os.pipe()
            descriptors.append(status_write)
            prefix = sandbox.bubblewrap_argv(shown, status_write, root=self._root)
            path = _AGENT_PATH
        place = self.place
        self._process = await asyncio.create_subprocess_exec(
            *prefix, "/usr/bin/python3", "-I", "-S", path, str(control), str(sockets), place.home,
            str(DATA_LIMIT_BYTES), *place.roots,
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
            pass_fds=descriptors, cwd="/", env=environment, start_new_session=True,
            **sandbox.user_arguments(self._confinement),  # type: ignore[arg-type]
        )  # fmt: skip

    async def _find_init(self) -> None:
        """Learns the first process of the PID namespace: ending it ends them all, at once."""
        async with asyncio.timeout(START_TIMEOUT_S):
            line = await self._status_line()
        if not line:
            raise TransportError("bwrap ended at once")
        self._init_pidfd = os.pidfd_open(int(json.loads(line)["child-pid"]))

    async def _status_line(self) -> bytes:
        """The first line that bwrap reports; it may come in pieces. Empty where bwrap ended before."""
        loop = asyncio.get_running_loop()
        read = b""
        while b"\n" not in read:
            ready = loop.create_future()
            loop.add_reader(self._status_fd, lambda ready=ready: ready.done() or ready.set_result(None))  # type: ignore[misc]
            try:
                await ready
            finally:
                loop.remove_reader(self._status_fd)
            piece = os.read(self._status_fd, 4096)
            if not piece:
                return b""
            read += piece
        return read.partition(b"\n")[0]

    async def _complaint(self) -> str:
        process = self._process
        if process is None or process.stderr is None:
            return "it could not be started"
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        said = await process.stderr.read(2000)
        return said.decode(errors="replace").strip() or f"exit code {process.returncode}"

    @property
    def pid(self) -> int:
        if self._process is None:
            raise TransportError("the desktop is not running")
        return self._process.pid

    # --- end ---------------------------------------------------------------------------------------------------
    async def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
        if self._init_pidfd >= 0:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._init_pidfd, signal.SIGKILL)
        await self._reap()
        await self._hang_up()
        for descriptor in (self._init_pidfd, self._status_fd):
            if descriptor >= 0:
                os.close(descriptor)
        self._process = None
        self._init_pidfd = self._status_fd = -1
        if self._place is not None:
            await asyncio.to_thread(sandbox.remove_place, self._place)
            self._place = None

    async def _reap(self) -> None:
        process = self._process
        if process is None:
            return
        try:
            # An unconfined agent ends its descendants itself, when its control socket has closed.
            async with asyncio.timeout(10.0):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
