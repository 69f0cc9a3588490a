"""What one does with a phone over adb: shell, exec, files, ports, packages."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Callable

from device_farm.adb import shell_protocol, sync
from device_farm.adb.connection import AdbConnection
from device_farm.adb.deadline import Deadline
from device_farm.adb.shell_protocol import FrameDecoder, encode_frame
from device_farm.adb.stream import AdbStream, read_all, read_exactly
from device_farm.adb.sync import FileStat
from device_farm.device import ShellResult
from device_farm.errors import GuestError, TransportError

_MAX_OUTPUT = 64 * 1024 * 1024
"""Bytes of output that one command may send."""

_MAX_FILE = 2 * 1024 * 1024 * 1024
_STDIN_CHUNK = 32 * 1024
_EXIT_MARK = "FARM_EXIT:"
_EXIT_PATTERN = re.compile(rb"FARM_EXIT:(\d+)\s*\Z")


def quote(text: str) -> str:
    """`text` as one word of the device's shell."""
    return "'" + text.replace("'", "'\\''") + "'"


class AdbClient:
    """Operations on one device over an `AdbConnection`; safe to use from several tasks at once.

    Every call raises TransportError when the device cannot be reached or the wire breaks, and DeadlineError when its
    time runs out. A cancelled call closes its stream, which ends the command on the device.
    """

    def __init__(self, connection: AdbConnection, *, now_s: Callable[[], float] = time.time) -> None:
        self.connection = connection
        self._now_s = now_s
        self._features: frozenset[str] | None = None

    @property
    def address(self) -> str:
        return self.connection.address

    async def features(self) -> frozenset[str]:
        if self._features is None:
            self._features = await self.connection.features()
        return self._features

    async def shell(self, command: str, *, timeout_s: float = 30.0, stdin: bytes = b"") -> ShellResult:
        """Runs a command line. A non-zero exit is a result."""
        if "\0" in command:
            raise GuestError("a command line cannot hold a NUL character", field="command")
        if any("\ud800" <= character <= "\udfff" for character in command):
            raise GuestError("a command line cannot hold half a character", field="command")
        async with Deadline(timeout_s, f"shell {command[:80]!r}"):
            if "shell_v2" in (self._features or await self.features()):
                return await self._shell_v2(command, stdin)
            return await self._shell_v1(command)

    async def run(self, command: str, *, timeout_s: float = 30.0) -> str:
        """Standard output of a command that must succeed.

        Raises:
            GuestError: its exit code is not 0; holds what it said.
        """
        result = await self.shell(command, timeout_s=timeout_s)
        if result.exit_code != 0:
            said = (result.stderr or result.stdout).decode("utf-8", "replace").strip()
            raise GuestError(f"{command[:80]!r} exited with {result.exit_code}: {said[:500]}")
        return result.stdout.decode("utf-8", "replace")

    async def exec_out(self, command: str, *, timeout_s: float = 30.0) -> bytes:
        """Raw standard output, with neither exit code nor line-end translation."""
        async with Deadline(timeout_s, f"exec {command[:80]!r}"):
            stream = await self.connection.open(f"exec:{command}")
            try:
                return await read_all(stream, at_most=_MAX_OUTPUT)
            finally:
                stream.close()

    async def push(
        self, path: str, data: bytes, *, mode: int = 0o644, modified_s: int | None = None, timeout_s: float = 120.0
    ) -> None:
        """Writes a file, last modified at the Unix time `modified_s` (None: now, by this machine's clock).

        Raises GuestError with the device's words when it refuses.
        """
        stamp_s = int(self._now_s()) if modified_s is None else modified_s
        async with Deadline(timeout_s, f"push {path}"):
            v2 = "sendrecv_v2" in await self.features()
            stream = await self.connection.open("sync:")
            try:
                await sync.send(stream, path, data, mode=mode, modified_s=stamp_s, v2=v2)
            finally:
                stream.close()

    async def pull(self, path: str, *, timeout_s: float = 120.0) -> bytes:
        """Reads a file. Raises GuestError when it is missing."""
        async with Deadline(timeout_s, f"pull {path}"):
            v2 = "sendrecv_v2" in await self.features()
            stream = await self.connection.open("sync:")
            try:
                return await sync.receive(stream, path, at_most=_MAX_FILE, v2=v2)
            finally:
                stream.close()

    async def stat(self, path: str, *, timeout_s: float = 30.0) -> FileStat | None:
        """What lies at `path`; None when nothing does."""
        async with Deadline(timeout_s, f"stat {path}"):
            v2 = "stat_v2" in await self.features()
            stream = await self.connection.open("sync:")
            try:
                return await sync.stat(stream, path, v2=v2)
            finally:
                stream.close()

    async def list_dir(self, path: str, *, timeout_s: float = 30.0) -> list[FileStat]:
        """The entries of a directory; empty when it is missing."""
        async with Deadline(timeout_s, f"list {path}"):
            v2 = "ls_v2" in await self.features()
            stream = await self.connection.open("sync:")
            try:
                return await sync.list_dir(stream, path, v2=v2)
            finally:
                stream.close()

    async def open_port(self, port: int, *, timeout_s: float = 10.0) -> AdbStream:
        """A stream to a TCP port of the device. Raises GuestError when nothing listens there."""
        async with Deadline(timeout_s, f"opening tcp:{port} of {self.address}"):
            return await self.connection.open(f"tcp:{port}")

    async def install(self, path: str, *, timeout_s: float = 300.0) -> None:
        """Installs the package file at the guest path `path`. Raises GuestError with pm's reason."""
        result = await self.shell(f"pm install -r -t {quote(path)}", timeout_s=timeout_s)
        said = (result.stdout + result.stderr).decode("utf-8", "replace").strip()
        if result.exit_code != 0 or "Success" not in said:
            raise GuestError(f"pm install {path}: {said[:500]}", field="path")

    async def reverse(self, remote: str, local: str, *, timeout_s: float = 10.0) -> None:
        """`remote` (`tcp:PORT`) on the device to `local` on this side."""
        await self._reverse_request(f"reverse:forward:{remote};{local}", timeout_s)

    async def reverse_list(self, *, timeout_s: float = 10.0) -> list[tuple[str, str]]:
        """Pairs of what the device listens on and where it leads."""
        async with Deadline(timeout_s, "reverse list"):
            stream = await self.connection.open("reverse:list-forward")
            try:
                size = int(await read_exactly(stream, 4), 16)
                lines = (await read_exactly(stream, size)).decode("utf-8", "replace").splitlines()
            except ValueError as error:
                raise TransportError("reverse: the device's answer has no length") from error
            finally:
                stream.close()
        return [(words[1], words[2]) for words in map(str.split, lines) if len(words) == 3]

    async def kill_reverse(self, remote: str, *, timeout_s: float = 10.0) -> None:
        await self._reverse_request(f"reverse:killforward:{remote}", timeout_s)

    async def close(self) -> None:
        await self.connection.close()

    async def _reverse_request(self, service: str, timeout_s: float) -> None:
        async with Deadline(timeout_s, service):
            stream = await self.connection.open(service)
            try:
                answer = await read_all(stream, at_most=_MAX_OUTPUT)
            finally:
                stream.close()
        if not answer.startswith(b"OKAY"):
            raise GuestError(f"{service}: {answer[8:].decode('utf-8', 'replace') or 'refused'}")

    async def _shell_v2(self, command: str, stdin: bytes) -> ShellResult:
        stream = await self.connection.open(f"shell,v2,raw:{command}")
        try:
            if stdin:
                # A command may end without reading it all; what it said until then is still to be read.
                with contextlib.suppress(TransportError):
                    await _feed(stream, stdin)
            return await _collect(stream)
        finally:
            stream.close()

    async def _shell_v1(self, command: str) -> ShellResult:
        # A device before Android 7: no exit code on the wire, so the shell prints it after everything else.
        stream = await self.connection.open(f"shell:{command}\necho {_EXIT_MARK}$?")
        try:
            output = await read_all(stream, at_most=_MAX_OUTPUT)
        finally:
            stream.close()
        found = _EXIT_PATTERN.search(output)
        if found is None:
            raise TransportError(f"the shell ended before {command[:80]!r} did")
        return ShellResult(exit_code=int(found[1]), stdout=output[: found.start()])


async def _feed(stream: AdbStream, stdin: bytes) -> None:
    for start in range(0, len(stdin), _STDIN_CHUNK):
        await stream.write(encode_frame(shell_protocol.STDIN, stdin[start : start + _STDIN_CHUNK]))
    await stream.write(encode_frame(shell_protocol.CLOSE_STDIN))


async def _collect(stream: AdbStream) -> ShellResult:
    decoder = FrameDecoder()
    stdout: list[bytes] = []
    stderr: list[bytes] = []
    size = 0
    while data := await stream.read():
        size += len(data)
        if size > _MAX_OUTPUT:
            raise TransportError(f"a command sent more than {_MAX_OUTPUT} bytes", fix="write its output to a file")
        for kind, payload in decoder.feed(data):
            match kind:
                case shell_protocol.STDOUT:
                    stdout.append(payload)
                case shell_protocol.STDERR:
                    stderr.append(payload)
                case shell_protocol.EXIT:
                    code = payload[0] if payload else 255
                    return ShellResult(exit_code=code, stdout=b"".join(stdout), stderr=b"".join(stderr))
                case _:
                    pass
    raise TransportError("the shell's stream ended without an exit code")
