"""Which coroutine serves which destination of an OPEN."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from device_farm.simulator.adbd.connection import Connection, ServiceRefusedError
from device_farm.simulator.adbd.framebuffer import encode_framebuffer
from device_farm.simulator.adbd.relay import relay
from device_farm.simulator.adbd.shell import quote_arguments, serve_shell
from device_farm.simulator.adbd.stream import Stream
from device_farm.simulator.adbd.sync import SyncService
from device_farm.simulator.adbd.terminal import serve_terminal
from device_farm.simulator.handset import Handset

Service = Coroutine[Any, Any, None]


class Services:
    """The services of one phone. `drop_connections` is called for a reboot."""

    def __init__(self, handset: Handset, drop_connections: Callable[[], None]) -> None:
        self._handset = handset
        self._drop_connections = drop_connections

    def open(self, destination: str, stream: Stream, connection: Connection) -> Service:
        """The coroutine that serves `destination`.

        Raises:
            ServiceRefusedError: there is no such service, or nothing listens there.
        """
        head, _, rest = destination.partition(":")
        name, *flags = head.split(",")
        match name:
            case "shell":
                return self._shell(stream, rest, flags)
            case "exec":
                return serve_shell(stream, rest, self._handset.run_command, framed=False)
            case "abb_exec":
                return self._binder_command(stream, rest)
            case "sync":
                return SyncService(stream, self._handset.phone.files).serve()
            case "framebuffer":
                return self._framebuffer(stream)
            case "tcp" | "localabstract" | "localreserved" | "localfilesystem":
                return self._connect(stream, destination, connection)
            case "reverse":
                return _answer(stream, connection.reverse.request(rest))
            case "root":
                return _answer(stream, b"adbd is already running as root\n")
            case "unroot":
                return _answer(stream, b"adbd cannot run as non root in this build\n")
            case "remount":
                return _answer(stream, b"remount succeeded\n")
            case "reboot":
                return self._reboot()
            case _:
                raise ServiceRefusedError("no such service")

    def _shell(self, stream: Stream, command: str, flags: list[str]) -> Service:
        framed = "v2" in flags
        if not command.strip():
            return serve_terminal(stream, self._handset.open_terminal, framed=framed, echo="raw" not in flags)
        return serve_shell(stream, command, self._handset.run_command, framed=framed, terminal="pty" in flags)

    def _binder_command(self, stream: Stream, packed: str) -> Service:
        # NUL-separated; `cmd SERVICE ARGUMENTS` is the same call through the shell.
        command = quote_arguments(["cmd", *packed.split("\0")])
        return serve_shell(stream, command, self._handset.run_command, framed=False)

    async def _framebuffer(self, stream: Stream) -> None:
        await stream.write(encode_framebuffer(self._handset.phone.frame()))

    def _connect(self, stream: Stream, address: str, connection: Connection) -> Service:
        if address in connection.reverse:
            return relay(stream, connection.open_stream(connection.reverse.target(address)))
        port = address.removeprefix("tcp:")
        if port.isdigit() and self._handset.automation.listens(int(port)):
            return self._handset.automation.serve(int(port), stream)
        raise ServiceRefusedError("nothing listens there")

    async def _reboot(self) -> None:
        self._handset.reboot()
        asyncio.get_running_loop().call_soon(self._drop_connections)


async def _answer(stream: Stream, text: bytes) -> None:
    await stream.write(text)
