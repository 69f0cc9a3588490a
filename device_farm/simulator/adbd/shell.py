"""`shell:`, `shell,v2:` and `exec:`: one command line, its output as it comes, its exit code."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeAlias

from device_farm.simulator.adbd.shell_frames import BadFrameError, FrameKind, FrameParser, encode_frame
from device_farm.simulator.adbd.stream import Stream, StreamClosedError

FLUSH_BYTES = 256 * 1024
"""Output that a command may have waiting before it has to wait itself."""

Output: TypeAlias = Callable[[int, bytes], Awaitable[None]]
"""Takes the output of a command: file descriptor (1 or 2) and bytes."""


class Input(Protocol):
    """A command's standard input, read only when the command asks for it."""

    async def read(self) -> bytes:
        """What has come; empty at the end."""
        ...


RunCommand: TypeAlias = Callable[[str, Input, Output], Awaitable[int]]
"""Runs a command line to its exit code, 0 to 255."""


async def serve_shell(stream: Stream, command: str, run: RunCommand, *, framed: bool, terminal: bool = False) -> None:
    """Runs `command` on `stream`; `framed` is the shell protocol, version 2, `terminal` a pty in between."""
    output = OutputBuffer(stream, output_encoder(framed=framed, terminal=terminal))
    source: Input = FramedInput(stream) if framed else stream
    await finish(output, await run(command, source, output.write), framed=framed)


async def finish(output: OutputBuffer, exit_code: int, *, framed: bool) -> None:
    """Sends what is left, with the exit code where the protocol has a place for it."""
    if framed:
        output.append(encode_frame(FrameKind.EXIT, bytes([exit_code & 0xFF])))
    await output.flush()


def output_encoder(*, framed: bool, terminal: bool) -> Callable[[int, bytes], bytes]:
    """How what a command writes to a descriptor goes onto the stream. A terminal has one output, and CR LF."""

    def encode(descriptor: int, data: bytes) -> bytes:
        if terminal:
            descriptor, data = 1, data.replace(b"\n", b"\r\n")
        if not framed:
            return data
        return encode_frame(FrameKind.STDERR if descriptor == 2 else FrameKind.STDOUT, data)

    return encode


class FramedInput:
    """Standard input out of shell-protocol frames; the end is CLOSE_STDIN or the end of the stream."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._parser = FrameParser()
        self._waiting = bytearray()
        self._ended = False

    async def read(self) -> bytes:
        while not self._waiting and not self._ended:
            data = await self._stream.read()
            if not data:
                self._ended = True
            try:
                for kind, payload in self._parser.feed(data):
                    if kind is FrameKind.STDIN:
                        self._waiting += payload
                    elif kind is FrameKind.CLOSE_STDIN:
                        self._ended = True
            except BadFrameError as error:
                raise StreamClosedError from error
        data = bytes(self._waiting)
        self._waiting.clear()
        return data


class OutputBuffer:
    """Gathers what a command writes in one turn of the event loop into one packet."""

    def __init__(self, stream: Stream, encode: Callable[[int, bytes], bytes]) -> None:
        self._stream = stream
        self._encode = encode
        self._pending = bytearray()
        self._lock = asyncio.Lock()
        self._soon: asyncio.Handle | None = None
        self._flushing: asyncio.Task[None] | None = None

    async def write(self, descriptor: int, data: bytes) -> None:
        """Raises StreamClosedError once the host has closed the stream, as a broken pipe would end a command."""
        if self._stream.closed:
            raise StreamClosedError
        if not data:
            return
        self._pending += self._encode(descriptor, data)
        if len(self._pending) >= FLUSH_BYTES:
            await self.flush()
        elif self._soon is None:
            self._soon = asyncio.get_running_loop().call_soon(self._flush_in_background)

    def append(self, encoded: bytes) -> None:
        self._pending += encoded

    async def flush(self) -> None:
        """Sends what is pending."""
        if self._soon is not None:
            self._soon.cancel()
            self._soon = None
        async with self._lock:
            while self._pending:
                data, self._pending = self._pending, bytearray()
                await self._stream.write(data)

    def _flush_in_background(self) -> None:
        self._soon = None
        if self._pending and (self._flushing is None or self._flushing.done()):
            self._flushing = asyncio.get_running_loop().create_task(self._flush_quietly())

    async def _flush_quietly(self) -> None:
        with contextlib.suppress(StreamClosedError):
            await self.flush()


def quote_arguments(arguments: list[str]) -> str:
    """A command line that the phone's shell splits into `arguments` again."""
    return " ".join("'" + argument.replace("'", "'\\''") + "'" for argument in arguments)
