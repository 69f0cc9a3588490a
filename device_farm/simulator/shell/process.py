"""What a command sees: its arguments, streams, working directory and the phone."""

from __future__ import annotations

import posixpath
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, TypeAlias

from device_farm.simulator.filesystem import FileSystem
from device_farm.simulator.shell.errors import CommandError, LimitError
from device_farm.simulator.shell.streams import Reader, Sink, decode, encode

if TYPE_CHECKING:
    from device_farm.simulator.phone import SimulatedPhone
    from device_farm.simulator.shell.interpreter import Interpreter

# What one command may gather before it has to hand it on.
BUFFER_MAX: Final = 64 * 1024 * 1024


@dataclass(slots=True, kw_only=True)
class Process:
    """One running command. What it writes is passed on in order when it ends, or with `flush`."""

    name: str
    args: list[str]
    phone: SimulatedPhone
    stdin: Reader
    stdout: Sink
    stderr: Sink
    shell: Interpreter
    environment: Mapping[str, str]
    _chunks: list[tuple[Sink, bytes]] = field(default_factory=list)
    _size: int = 0

    @property
    def files(self) -> FileSystem:
        return self.phone.files

    @property
    def cwd(self) -> str:
        return self.shell.cwd

    def path(self, name: str) -> str:
        """`name` as an absolute path."""
        return name if name.startswith("/") else posixpath.join(self.shell.cwd, name)

    def print(self, text: str = "", end: str = "\n") -> None:
        self.write(encode(text + end))

    def write(self, data: bytes) -> None:
        """Adds to stdout."""
        self._add(self.stdout, data)

    def error(self, message: str) -> None:
        """`NAME: message` on stderr."""
        self.complain(f"{self.name}: {message}")

    def complain(self, line: str) -> None:
        """A line on stderr as it is."""
        self._add(self.stderr, encode(line + "\n"))

    def _add(self, sink: Sink, data: bytes) -> None:
        self._size += len(data)
        if self._size > BUFFER_MAX:
            raise LimitError("too much output")
        self._chunks.append((sink, data))

    async def flush(self) -> None:
        """Hands on what is gathered. Raises BrokenPipe, FileSystemError."""
        chunks, self._chunks, self._size = self._chunks, [], 0
        start = 0
        for index, (sink, _) in enumerate(chunks):
            # One write for neighbours that go to the same place.
            if index + 1 == len(chunks) or chunks[index + 1][0] is not sink:
                await sink.write(b"".join(data for _, data in chunks[start : index + 1]))
                start = index + 1

    async def run(self, args: Sequence[str], *, stdin: Reader | None = None, stdout: Sink | None = None) -> int:
        """Runs another command with this one's streams; its exit code."""
        await self.flush()
        streams = replace(
            self.shell.streams, stdin=stdin or self.stdin, stdout=stdout or self.stdout, stderr=self.stderr
        )
        return await self.shell.run_words(list(args), streams)

    async def input_bytes(self, name: str) -> bytes:
        """The content of a file, or of stdin for "-"."""
        return await self.stdin.read_all() if name == "-" else self.files.read(self.path(name))

    async def input_text(self, name: str) -> str:
        return decode(await self.input_bytes(name))

    def usage(self, message: str) -> CommandError:
        """To be raised for bad arguments, as toybox does."""
        return CommandError(f'{message} (see "{self.name} --help")')


Command: TypeAlias = Callable[[Process], Awaitable[int]]
"""Runs to its exit code. CommandError, FileSystemError and cancellation may leave it; nothing else does."""
