"""The interactive shell: `adb shell` without a command. A line discipline in front of one command after another."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeAlias

from device_farm.simulator.adbd.shell import FramedInput, Input, Output, OutputBuffer, finish, output_encoder
from device_farm.simulator.adbd.stream import Stream

_INTERRUPT, _END, _ERASE = b"\x03", b"\x04", (b"\x7f", b"\x08")
_EXIT = re.compile(r"\s*exit(?:\s+(\d+))?\s*;?\s*")
_INTERRUPTED = 130  # 128 + SIGINT


class Terminal(Protocol):
    """A shell process that keeps its folder and variables from line to line."""

    @property
    def cwd(self) -> str: ...

    def run(self, line: str) -> Awaitable[int]: ...


OpenTerminal: TypeAlias = Callable[[Input, Output], Terminal]


async def serve_terminal(stream: Stream, open_terminal: OpenTerminal, *, framed: bool, echo: bool) -> None:
    """Reads lines and runs each until `exit` or the end of input; with `echo` it behaves as a terminal."""
    output = OutputBuffer(stream, output_encoder(framed=framed, terminal=echo))
    source: Input = FramedInput(stream) if framed else stream
    lines = LineEditor(source, output.write if echo else None)
    shell = open_terminal(lines, output.write)
    exit_code = 0
    while True:
        if echo:
            await output.write(1, f"phone:{shell.cwd} # ".encode())
        line = await lines.next_line()
        if line is None:
            break
        if (leaves := _EXIT.fullmatch(line)) is not None:
            exit_code = int(leaves[1]) if leaves[1] else exit_code
            break
        if lines.interrupted:
            exit_code = _INTERRUPTED
        elif line.strip():
            exit_code = await shell.run(line)
    await finish(output, exit_code, framed=framed)


class LineEditor:
    """Lines out of key strokes: erase, interrupt and end of file as on a terminal; also the commands' own input."""

    def __init__(self, source: Input, echo: Output | None) -> None:
        self.interrupted = False
        self._source = source
        self._echo = echo
        self._waiting = bytearray()

    async def read(self) -> bytes:
        if self._waiting:
            data = bytes(self._waiting)
            self._waiting.clear()
            return data
        return await self._source.read()

    async def next_line(self) -> str | None:
        """One line without its end; None at the end of input. After Ctrl-C it is empty, and `interrupted` is set."""
        self.interrupted = False
        line = bytearray()
        while (key := await self._next_key()) and not (key == _END and not line):
            if key in (b"\r", b"\n"):
                await self._show(b"\n")
                return line.decode("utf-8", "replace")
            if key == _INTERRUPT:
                self.interrupted = True
                await self._show(b"^C\n")
                return ""
            if key not in _ERASE:
                line += key
                await self._show(key)
            elif line:
                del line[-1:]
                await self._show(b"\b \b")
        return line.decode("utf-8", "replace") if line else None

    async def _next_key(self) -> bytes:
        if not self._waiting:
            self._waiting += await self._source.read()
        key = bytes(self._waiting[:1])
        del self._waiting[:1]
        return key

    async def _show(self, data: bytes) -> None:
        if self._echo is not None:
            await self._echo(1, data)
