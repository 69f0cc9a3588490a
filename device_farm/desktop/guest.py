"""The host's end of the agent: starts a desktop's processes behind the walls, asks, and ends them all."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import signal
import socket
import struct
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from device_farm.desktop import sandbox
from device_farm.desktop.packages import SYSTEM_PATH
from device_farm.desktop.sandbox import Confinement, Place
from device_farm.errors import BackendError, DeadlineError, GuestError, TransportError

_HEADER = struct.Struct(">II")
_AGENT_PATH = "/run/farm/agent.py"
# A file, the output of a command, or a packed home; larger ones are refused by the agent.
DATA_LIMIT_BYTES = 256 << 20
_JSON_LIMIT_BYTES = 4 << 20
# On top of what the guest itself may take, before the guest counts as hung.
GRACE_S = 5.0
START_TIMEOUT_S = 20.0


class Guest:
    """One started agent. Use `start`, then `request`; `close` ends every process of the desktop."""

    def __init__(self, confinement: Confinement) -> None:
        self._confinement = confinement
        self._place: Place | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._init_pidfd = -1
        self._status_fd = -1
        self._sockets: socket.socket | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._reading: asyncio.Task[None] | None = None
        self._ids = itertools.count(1)
        self._pending: dict[int, asyncio.Future[tuple[dict[str, Any], bytes]]] = {}
        self._connecting = asyncio.Lock()

    @property
    def place(self) -> Place:
        if self._place is None:
            raise TransportError("the desktop is not running", fix="start or reset it")
        return self._place

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
        reader, self._writer = await asyncio.open_connection(sock=control)
        self._reading = asyncio.create_task(self._read(reader))
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
            prefix = sandbox.bubblewrap_argv(shown, status_write)
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
        """The host's process id of the desktop's outermost process."""
        if self._process is None:
            raise TransportError("the desktop is not running")
        return self._process.pid

    # --- requests ----------------------------------------------------------------------------------------------
    async def _read(self, reader: asyncio.StreamReader) -> None:
        reason = "the desktop has ended"
        try:
            while True:
                json_length, data_length = _HEADER.unpack(await reader.readexactly(_HEADER.size))
                if json_length > _JSON_LIMIT_BYTES or data_length > 3 * DATA_LIMIT_BYTES:
                    raise ValueError("frame too large")
                reply = json.loads(await reader.readexactly(json_length))
                data = await reader.readexactly(data_length)
                waiting = self._pending.get(reply["id"])
                if waiting is not None and not waiting.done():
                    waiting.set_result((reply, data))
        except (OSError, asyncio.IncompleteReadError):
            pass
        except (ValueError, KeyError, TypeError) as error:
            # The guest's programs can get at the agent; what they make of it must not get at us.
            reason = f"the desktop's agent sent nonsense: {error}"
        finally:
            for waiting in self._pending.values():
                if not waiting.done():
                    waiting.set_exception(TransportError(reason, fix="reset the device"))
            if self._writer is not None:
                self._writer.close()

    async def request(
        self, operation: str, *, data: bytes = b"", timeout_s: float = 30.0, **fields: Any
    ) -> tuple[dict[str, Any], bytes]:
        """Asks the agent and waits for its answer.

        Raises:
            GuestError: it refused; the text is its own.
            DeadlineError: no answer within `timeout_s`.
            TransportError: the desktop is gone.
        """
        if self._reading is None or self._reading.done() or self._writer is None:
            raise TransportError("the desktop is not running", fix="reset the device")
        number = next(self._ids)
        waiting = self._pending[number] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(timeout_s):
                await self._send({"id": number, "op": operation, **fields}, data)
                reply, payload = await waiting
        except TimeoutError:
            await self._cancel(number)
            raise DeadlineError(f"{operation} did not finish within {timeout_s:g} s") from None
        except asyncio.CancelledError:
            await self._cancel(number)
            raise
        finally:
            del self._pending[number]
        if "error" in reply:
            raise GuestError(str(reply["error"]))
        return reply, payload

    async def _send(self, request: Mapping[str, Any], data: bytes) -> None:
        if self._writer is None:
            return
        text = json.dumps(request).encode()
        try:
            self._writer.write(_HEADER.pack(len(text), len(data)) + text + data)
            await self._writer.drain()
        except OSError as error:
            raise TransportError(f"the desktop has ended: {error}", fix="reset the device") from error

    async def _cancel(self, number: int) -> None:
        # Not awaited to its end: the caller is being cancelled, and the frame is small.
        if self._writer is not None and not self._writer.is_closing():
            text = json.dumps({"id": 0, "op": "cancel", "target": number}).encode()
            self._writer.write(_HEADER.pack(len(text), 0) + text)

    async def connect(self, path: str, *, timeout_s: float = 10.0) -> socket.socket:
        """A connection to the Unix socket `path` of the guest, made there as its user."""
        if self._sockets is None:
            raise TransportError("the desktop is not running")
        async with self._connecting:
            await self.request("connect", path=path, limit_s=timeout_s, timeout_s=timeout_s + GRACE_S)
            _, descriptors, _, _ = socket.recv_fds(self._sockets, 1, 1)
        return socket.socket(fileno=descriptors[0])

    # --- end ---------------------------------------------------------------------------------------------------
    async def close(self) -> None:
        """Ends every process and frees what they had. Idempotent; returns when they are gone."""
        if self._writer is not None:
            self._writer.close()
        if self._init_pidfd >= 0:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._init_pidfd, signal.SIGKILL)
        await self._reap()
        if self._reading is not None:
            self._reading.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._reading
        if self._sockets is not None:
            self._sockets.close()
        for descriptor in (self._init_pidfd, self._status_fd):
            if descriptor >= 0:
                os.close(descriptor)
        self._writer = self._reading = self._sockets = self._process = None
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
