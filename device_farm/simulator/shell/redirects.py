"""Opens what stands behind `<` and `>`."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from device_farm.simulator.filesystem_errors import FileSystemError
from device_farm.simulator.filesystem_nodes import Special
from device_farm.simulator.shell.errors import RedirectError
from device_farm.simulator.shell.streams import BytesSource, FileSink, NullSink, Reader, Sink, encode
from device_farm.simulator.shell.syntax import Redirect

if TYPE_CHECKING:
    from device_farm.simulator.shell.interpreter import Interpreter


@dataclass(frozen=True, slots=True, kw_only=True)
class Streams:
    """Descriptors 0, 1, 2 and those that `exec 3>FILE` opened."""

    stdin: Reader
    stdout: Sink
    stderr: Sink
    others: dict[int, Sink] = field(default_factory=dict)

    def sink(self, descriptor: int) -> Sink | None:
        match descriptor:
            case 1:
                return self.stdout
            case 2:
                return self.stderr
            case _:
                return self.others.get(descriptor)

    def with_sink(self, descriptor: int, sink: Sink) -> Streams:
        match descriptor:
            case 1:
                return replace(self, stdout=sink)
            case 2:
                return replace(self, stderr=sink)
            case _:
                return replace(self, others={**self.others, descriptor: sink})


async def apply_redirects(shell: Interpreter, redirects: tuple[Redirect, ...], streams: Streams) -> Streams:
    """The streams behind the redirects, from left to right. Raises RedirectError."""
    for redirect in redirects:
        if redirect.operator in ("<<", "<<<"):
            end = "\n" if redirect.operator == "<<<" else ""
            text = await shell.expander.text(redirect.target)
            streams = replace(streams, stdin=Reader(BytesSource(encode(text + end))))
            continue
        target = await shell.expander.text(redirect.target)
        streams = _open(shell, redirect, target, streams)
    return streams


def _open(shell: Interpreter, redirect: Redirect, target: str, streams: Streams) -> Streams:
    match redirect.operator:
        case "<" | "<>":
            return replace(streams, stdin=_open_input(shell, target, streams))
        case "<&":
            return replace(streams, stdin=Reader(BytesSource(b""))) if target == "-" else streams
        case ">&" if target == "-":
            return streams.with_sink(redirect.descriptor, NullSink())
        case ">&" if target.isdigit():
            source = streams.sink(int(target[:3]))
            if source is None:
                raise RedirectError(f"{target}: bad file descriptor")
            return streams.with_sink(redirect.descriptor, source)
        case ">&" | "&>" | "&>>":
            sink = _open_output(shell, target, streams, append=redirect.operator == "&>>")
            return replace(streams, stdout=sink, stderr=sink)
        case _:
            sink = _open_output(shell, target, streams, append=redirect.operator == ">>")
            return streams.with_sink(redirect.descriptor, sink)


def _open_input(shell: Interpreter, target: str, streams: Streams) -> Reader:
    if target in ("/dev/stdin", "/proc/self/fd/0", "/dev/tty"):
        return streams.stdin
    try:
        return Reader(BytesSource(shell.phone.files.read(_absolute(shell, target))))
    except FileSystemError as error:
        raise RedirectError(f"can't open {target}: {error.reason}") from None


def _open_output(shell: Interpreter, target: str, streams: Streams, *, append: bool) -> Sink:
    match target:
        case "/dev/stdout" | "/dev/tty" | "/proc/self/fd/1":
            return streams.stdout
        case "/dev/stderr" | "/proc/self/fd/2":
            return streams.stderr
        case "/dev/null":
            return NullSink()
    files = shell.phone.files
    path = _absolute(shell, target)
    try:
        if isinstance(files.node(path), Special):
            return NullSink()
        if append:
            files.append(path, b"")
        else:
            files.write(path, b"")
    except FileSystemError as error:
        raise RedirectError(f"can't create {target}: {error.reason}") from None
    return FileSink(files, path, shell.budget)


def _absolute(shell: Interpreter, target: str) -> str:
    return target if target.startswith("/") else posixpath.join(shell.cwd, target)
