"""One run of QEMU: its process, its control socket, and the one port by which its guest is reached."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import socket
import time
from collections.abc import Mapping
from typing import Any

from device_farm.adb.private_server import tied_to_this_process
from device_farm.desktop.vm.command import PORT, Launch
from device_farm.desktop.vm.qmp import Qmp
from device_farm.errors import BackendError, GuestError, TransportError

# QEMU opens its sockets before it loads a snapshot and answers after it.
_CONTROL_TIMEOUT_S = 60.0
_ANSWER_TIMEOUT_S = 10.0
_POLL_S = 0.01
_LINE_LIMIT = 4096
_FORWARD = re.compile(r"HOST_FORWARD\]\s+\d+\s+127\.0\.0\.1\s+(\d+)\s")


class Vm:
    """A machine that runs. `start` first; `close` ends it, whatever state it is in."""

    def __init__(self, launch: Launch, *, word: str) -> None:
        """`word` lets the host in; it lies in the guest's code."""
        self.launch = launch
        self._word = word
        self._process: asyncio.subprocess.Process | None = None
        self._qmp: Qmp | None = None
        self._port = 0

    @property
    def pid(self) -> int:
        if self._process is None:
            raise TransportError("the machine is not running", fix="reset the device")
        return self._process.pid

    @property
    def qmp(self) -> Qmp:
        if self._qmp is None:
            raise TransportError("the machine is not running", fix="reset the device")
        return self._qmp

    async def start(self) -> None:
        """Starts QEMU and opens the way to its guest, which need not have booted.

        Raises:
            BackendError: it ended, or does not answer; with its own words.
        """
        log = self.launch.folder / "qemu.log"
        try:
            with log.open("wb") as output:
                self._process = await asyncio.create_subprocess_exec(
                    *tied_to_this_process(), *self.launch.argv(), stdin=asyncio.subprocess.DEVNULL,
                    stdout=output, stderr=output, cwd="/", env={"PATH": "/usr/bin:/bin"}, start_new_session=True,
                )  # fmt: skip
        except OSError as error:
            raise BackendError(f"{self.launch.program} cannot be started: {error}", field="program") from error
        try:
            await self._open_control()
            await self.qmp.monitor(f"hostfwd_add host tcp:127.0.0.1:0-:{PORT}")
            forwards = await self.qmp.monitor("info usernet")
        except TransportError as error:
            said = log.read_text("utf-8", "replace")[-1000:].strip()
            raise BackendError(f"QEMU did not start: {said or error}", field="backend") from error
        found = _FORWARD.search(forwards)
        if found is None:
            raise BackendError(f"QEMU opened no port: {forwards.strip()!r}", field="backend")
        self._port = int(found[1])

    async def _open_control(self) -> None:
        deadline = time.monotonic() + _CONTROL_TIMEOUT_S
        while self._process is not None and self._process.returncode is None:
            if self.launch.control.exists():
                with contextlib.suppress(TransportError):
                    self._qmp = await Qmp.open(str(self.launch.control))
                    return
            if time.monotonic() > deadline:
                raise TransportError(f"no answer within {_CONTROL_TIMEOUT_S:g} s")
            await asyncio.sleep(_POLL_S)
        raise TransportError("QEMU ended at once")

    # --- the guest ---------------------------------------------------------------------------------------------
    async def connect(self, target: str | int, *, limit_s: float) -> socket.socket:
        """A connection to the agent (`agent`), to a Unix socket of the guest, or to a port of its loopback.

        Raises:
            GuestError: nobody answers there.
            TransportError: the guest's broker does not answer (yet).
        """
        connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            async with asyncio.timeout(limit_s + _ANSWER_TIMEOUT_S):
                answer = await self._ask(connection, target, limit_s)
        except (OSError, ValueError) as error:
            # TimeoutError is an OSError. The port itself always answers: QEMU does, for a guest that may not listen.
            connection.close()
            raise TransportError(f"the machine's broker does not answer: {type(error).__name__} {error}") from error
        except BaseException:
            connection.close()
            raise
        if "error" in answer:
            connection.close()
            raise GuestError(str(answer["error"]))
        return connection

    async def _ask(self, connection: socket.socket, target: str | int, limit_s: float) -> Mapping[str, Any]:
        loop = asyncio.get_running_loop()
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await loop.sock_connect(connection, ("127.0.0.1", self._port))
        asked = {"word": self._word, "time_s": time.time(), "open": target, "limit_s": limit_s}
        await loop.sock_sendall(connection, json.dumps(asked).encode() + b"\n")
        line = bytearray()
        # Byte by byte: what follows the line is not ours.
        while not line.endswith(b"\n"):
            byte = await loop.sock_recv(connection, 1)
            if not byte or len(line) > _LINE_LIMIT:
                raise ValueError("it hung up")
            line += byte
        answer = json.loads(line)
        if not isinstance(answer, dict):
            raise ValueError("it sent nonsense")
        return answer

    async def await_guest(self, timeout_s: float) -> None:
        """Waits until a booting guest lets us in. Raises BackendError with the end of its console."""
        deadline = time.monotonic() + timeout_s
        while True:
            try:
                (await self.connect("agent", limit_s=0.0)).close()
                return
            except TransportError as error:
                ended = self._process is None or self._process.returncode is not None
                if ended or time.monotonic() > deadline:
                    why = "it ended" if ended else f"not within {timeout_s:g} s"
                    raise BackendError(f"the machine did not boot: {why}; {self._console() or error}") from error
            await asyncio.sleep(0.2)

    def _console(self) -> str:
        with contextlib.suppress(OSError):
            return self.launch.console.read_text("utf-8", "replace")[-500:].strip()
        return ""

    # --- snapshots ---------------------------------------------------------------------------------------------
    async def save(self, name: str) -> None:
        """Memory, devices and disk as they are now, under `name`. Nobody may be connected to the guest."""
        await self._snapshot("savevm", name)

    async def load(self, name: str) -> None:
        await self._snapshot("loadvm", name)
        # A machine that QEMU had stopped, for a full disk say, would stay so.
        await self.qmp.execute("cont")

    async def delete(self, name: str) -> None:
        await self._snapshot("delvm", name)

    async def _snapshot(self, command: str, name: str) -> None:
        said = await self.qmp.monitor(f"{command} {name}", timeout_s=120.0)
        if said.strip():
            raise BackendError(f"QEMU: {command} {name}: {said.strip()}")

    # --- end ---------------------------------------------------------------------------------------------------
    async def quit(self) -> None:
        """Ends it in order, so that its disk is whole. Raises BackendError where it does not end."""
        with contextlib.suppress(TransportError):
            await self.qmp.execute("quit")
        if self._process is not None:
            try:
                async with asyncio.timeout(30.0):
                    await self._process.wait()
            except TimeoutError as error:
                raise BackendError("QEMU does not end") from error
        await self.close()

    async def close(self) -> None:
        """Ends it at once; its disk is thrown away with it. Idempotent."""
        qmp, self._qmp = self._qmp, None
        if qmp is not None:
            await qmp.close()
        process, self._process = self._process, None
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
