"""The interactive shell: `adb shell` without a command. A line discipline in front of one command after another."""

from __future__ import annotations

from device_farm.simulator.adbd.shell import (
    FramedInput,
    Input,
    Output,
    OutputBuffer,
    RunCommand,
    framed_output,
    plain_output,
)
from device_farm.simulator.adbd.shell_frames import FrameKind, encode_frame
from device_farm.simulator.adbd.stream import Stream

PROMPT = b"phone:/ # "
_INTERRUPT, _END, _ERASE = b"\x03", b"\x04", (b"\x7f", b"\x08")


async def serve_terminal(stream: Stream, run: RunCommand, *, framed: bool, echo: bool) -> None:
    """Reads lines and runs each until `exit` or the end of input; with `echo` it behaves as a terminal."""
    output = OutputBuffer(stream, framed_output if framed else plain_output)
    source: Input = FramedInput(stream) if framed else stream
    write = _with_returns(output.write) if echo else output.write
    lines = LineEditor(source, output.write if echo else None)
    exit_code = 0
    while True:
        if echo:
            await output.write(1, PROMPT)
        line = await lines.next_line()
        if line is None or line.strip() == "exit":
            break
        if line.strip():
            exit_code = await run(line, lines, write)
    if framed:
        output.append(encode_frame(FrameKind.EXIT, bytes([exit_code & 0xFF])))
    await output.flush()


def _with_returns(write: Output) -> Output:
    async def translated(descriptor: int, data: bytes) -> None:
        await write(descriptor, data.replace(b"\n", b"\r\n"))

    return translated


class LineEditor:
    """Lines out of key strokes: erase, interrupt and end of file as on a terminal; also the commands' own input."""

    def __init__(self, source: Input, echo: Output | None) -> None:
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
        """One line without its end; None at the end of input."""
        line = bytearray()
        while True:
            if not self._waiting:
                data = await self._source.read()
                if not data:
                    return line.decode("utf-8", "replace") if line else None
                self._waiting += data
            key = bytes(self._waiting[:1])
            del self._waiting[:1]
            if key in (b"\r", b"\n"):
                await self._show(b"\r\n")
                return line.decode("utf-8", "replace")
            if key == _END and not line:
                return None
            if key == _INTERRUPT:
                await self._show(b"^C\r\n")
                return ""
            if key in _ERASE:
                if line:
                    del line[-1:]
                    await self._show(b"\b \b")
                continue
            line += key
            await self._show(key)

    async def _show(self, data: bytes) -> None:
        if self._echo is not None:
            await self._echo(1, data)
