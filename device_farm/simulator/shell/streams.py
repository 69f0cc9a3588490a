"""What commands read from and write to: bytes, files, pipes, the caller."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final, Protocol, TypeAlias

from device_farm.simulator.filesystem import FileSystem
from device_farm.simulator.shell.errors import BrokenPipe, CallerGoneError, LimitError

Output: TypeAlias = Callable[[int, bytes], Awaitable[None]]
"""Takes the output of a command line as it comes: descriptor (1 or 2) and bytes."""

# Linux's pipe holds 64 KiB; a writer waits until there is room.
PIPE_BYTES: Final = 65_536


class Source(Protocol):
    async def read(self) -> bytes:
        """What has come; empty at the end."""
        ...


class Sink(Protocol):
    async def write(self, data: bytes) -> None: ...


STEPS: Final = 50_000
OUTPUT_BYTES: Final = 256 * 1024 * 1024
DEPTH: Final = 60


@dataclass(slots=True)
class Budget:
    """What one command line may still use; shared by all its subshells. Text in variables counts as output."""

    steps: int = STEPS
    output_bytes: int = OUTPUT_BYTES
    depth: int = DEPTH

    def renew(self) -> None:
        """For the next command line of a session."""
        self.steps, self.output_bytes, self.depth = STEPS, OUTPUT_BYTES, DEPTH

    def spend_step(self) -> None:
        self.steps -= 1
        if self.steps < 0:
            raise LimitError("too many commands")

    def spend_output(self, size: int) -> None:
        self.output_bytes -= size
        if self.output_bytes < 0:
            raise LimitError("too much output")


class BytesSource:
    def __init__(self, data: bytes) -> None:
        self._data = data

    async def read(self) -> bytes:
        data, self._data = self._data, b""
        return data


class CallerSource:
    """Standard input that the caller sends."""

    def __init__(self, source: Source) -> None:
        self._source = source

    async def read(self) -> bytes:
        try:
            return await self._source.read()
        except Exception as error:
            raise CallerGoneError from error


class Reader:
    """A source that several commands share: what one leaves unread, the next one gets."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._data = b""
        self._position = 0
        self._ended = False

    @property
    def holds_data(self) -> bool:
        """Whether a read returns at once."""
        return self._ended or self._position < len(self._data)

    async def read(self) -> bytes:
        """What has come, empty at the end."""
        rest = self._data[self._position :] if self._position else self._data
        self._data, self._position = b"", 0
        if rest or self._ended:
            return rest
        data = await self._source.read()
        self._ended = not data
        return data

    async def read_line(self) -> bytes:
        """Up to and with the next newline; empty at the end."""
        parts: list[bytes] = []
        while True:
            end = self._data.find(b"\n", self._position) + 1
            if end:
                parts.append(self._data[self._position : end])
                self._position = end
                return b"".join(parts) if len(parts) > 1 else parts[0]
            data = await self.read()
            if not data:
                return b"".join(parts)
            if b"\n" in data:
                self._data = data
            else:
                parts.append(data)

    async def read_all(self) -> bytes:
        parts: list[bytes] = []
        while data := await self.read():
            parts.append(data)
        return b"".join(parts)


class OutputSink:
    """One of the caller's two descriptors."""

    def __init__(self, descriptor: int, output: Output, budget: Budget) -> None:
        self.descriptor = descriptor
        self._output = output
        self._budget = budget

    async def write(self, data: bytes) -> None:
        self._budget.spend_output(len(data))
        try:
            await self._output(self.descriptor, data)
        except Exception as error:
            raise CallerGoneError from error


class NullSink:
    async def write(self, data: bytes) -> None:
        return


class FileSink:
    """An open file; its errors (FileSystemError, such as ENOSPC) reach the command that writes."""

    def __init__(self, files: FileSystem, path: str, budget: Budget) -> None:
        self._files = files
        self.path = path
        self._budget = budget

    async def write(self, data: bytes) -> None:
        self._budget.spend_output(len(data))
        self._files.append(self.path, data)


@dataclass(slots=True)
class CaptureSink:
    """Gathers the output of `$(...)`."""

    budget: Budget
    chunks: list[bytes] = field(default_factory=list)

    async def write(self, data: bytes) -> None:
        self.budget.spend_output(len(data))
        self.chunks.append(data)


class Pipe:
    """Both ends of a pipe: a sink for one command, a source for the next."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._chunks: list[bytes] = []
        self._size = 0
        self._written = False
        self._read = False
        self._changed = asyncio.Event()

    async def write(self, data: bytes) -> None:
        while self._size >= PIPE_BYTES and not self._read:
            await self._wait()
        if self._read:
            raise BrokenPipe
        self._budget.spend_output(len(data))
        self._chunks.append(data)
        self._size += len(data)
        self._changed.set()

    async def read(self) -> bytes:
        while not self._chunks and not self._written:
            await self._wait()
        data = b"".join(self._chunks)
        self._chunks.clear()
        self._size = 0
        self._changed.set()
        return data

    def close_writing(self) -> None:
        self._written = True
        self._changed.set()

    def close_reading(self) -> None:
        self._read = True
        self._changed.set()

    async def _wait(self) -> None:
        self._changed.clear()
        await self._changed.wait()


def encode(text: str) -> bytes:
    """Text of the shell as bytes; what was not UTF-8 on its way in comes out as it was."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")


def decode(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")
