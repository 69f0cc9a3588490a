"""`nc HOST PORT` on the phone: its one way out, through ports that a host has reversed to itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from device_farm.simulator.adbd.stream import Stream, StreamClosedError
from device_farm.simulator.shell.errors import CommandError
from device_farm.simulator.shell.process import Command, Process

_LOCAL = ("localhost", "127.0.0.1", "::1")


def netcat(connect: Callable[[str], Stream | None]) -> Command:
    """The program. `connect` opens a stream to whatever listens at an address of the phone; None: nothing does."""

    async def run(process: Process) -> int:
        if len(process.args) != 2 or not process.args[1].isdecimal():
            raise process.usage("needs HOST and PORT")
        host, port = process.args
        if host not in _LOCAL:
            raise CommandError(f"connect {host}: Network is unreachable")
        stream = connect(f"tcp:{port}")
        if stream is None:
            raise CommandError("connect: Connection refused")
        try:
            await _talk(process, stream)
        except StreamClosedError as error:
            raise CommandError("connect: Connection refused") from error
        finally:
            stream.close()
        return 0

    return run


async def _talk(process: Process, stream: Stream) -> None:
    """Both directions, until the other end closes."""
    await stream.wait_open()
    sender = asyncio.get_running_loop().create_task(_send(process, stream))
    try:
        while data := await stream.read():
            process.write(data)
            await process.flush()
    finally:
        sender.cancel()


async def _send(process: Process, stream: Stream) -> None:
    try:
        while data := await process.stdin.read():
            await stream.write(data)
    except StreamClosedError:
        return
