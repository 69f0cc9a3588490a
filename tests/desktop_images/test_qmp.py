"""QEMU's machine protocol, against a server of its own kind."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from device_farm.desktop.vm.qmp import Qmp
from device_farm.errors import BackendError, DeadlineError, TransportError

GREETING = {"QMP": {"version": {"qemu": {"major": 7, "minor": 2, "micro": 22}}, "capabilities": ["oob"]}}
Script = Callable[["Machine", dict[str, Any]], Awaitable[None]]


class Machine:
    """Answers commands as a running machine would; `script` may answer otherwise. Keeps what it was asked."""

    def __init__(self, path: Path, script: Script | None, greeting: object) -> None:
        self.path = path
        self.script = script
        self.greeting = greeting
        self.asked: list[dict[str, Any]] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writer = writer
        await self.send(self.greeting)
        while line := await reader.readline():
            message = json.loads(line)
            self.asked.append(message)
            if message["execute"] == "qmp_capabilities" or self.script is None:
                await self.send({"return": {}, "id": message["id"]})
            else:
                await self.script(self, message)
        writer.close()

    async def send(self, message: object) -> None:
        self.writer.write(json.dumps(message).encode() + b"\r\n")
        await self.writer.drain()


@asynccontextmanager
async def machine(folder: Path, script: Script | None = None, greeting: object = GREETING) -> AsyncIterator[Machine]:
    served = Machine(folder / "qmp", script, greeting)
    server = await asyncio.start_unix_server(served.serve, str(served.path))
    try:
        yield served
    finally:
        server.close()


def test_commands_carry_their_arguments_and_negotiation_comes_first(tmp_path: Path) -> None:
    async def scenario() -> list[dict[str, Any]]:
        async with machine(tmp_path) as served:
            qmp = await Qmp.open(str(served.path))
            await qmp.execute("screendump", filename="/x.png", format="png")
            await qmp.execute("query-status")
            await qmp.close()
            await qmp.close()
            return served.asked

    assert asyncio.run(scenario()) == [
        {"execute": "qmp_capabilities", "id": 1},
        {"execute": "screendump", "id": 2, "arguments": {"filename": "/x.png", "format": "png"}},
        {"execute": "query-status", "id": 3},
    ]


def test_answers_find_their_question_among_events_and_out_of_order(tmp_path: Path) -> None:
    held: list[dict[str, Any]] = []

    async def backwards(served: Machine, message: dict[str, Any]) -> None:
        held.append(message)
        await served.send({"event": "STOP", "timestamp": {"seconds": 1, "microseconds": 2}})
        if len(held) == 2:
            for one in reversed(held):
                await served.send({"return": one["execute"], "id": one["id"]})

    async def scenario() -> list[Any]:
        async with machine(tmp_path, backwards) as served:
            qmp = await Qmp.open(str(served.path))
            try:
                return await asyncio.gather(qmp.execute("first"), qmp.execute("second"))
            finally:
                await qmp.close()

    assert asyncio.run(scenario()) == ["first", "second"]


def test_monitor_lines_come_back_as_text(tmp_path: Path) -> None:
    async def monitor(served: Machine, message: dict[str, Any]) -> None:
        line = message["arguments"]["command-line"]
        await served.send({"return": "" if line == "savevm a" else f"no {line}\r\n", "id": message["id"]})

    async def scenario() -> tuple[str, str]:
        async with machine(tmp_path, monitor) as served:
            qmp = await Qmp.open(str(served.path))
            try:
                return await qmp.monitor("savevm a"), await qmp.monitor("loadvm b")
            finally:
                await qmp.close()

    assert asyncio.run(scenario()) == ("", "no loadvm b\r\n")


async def refuse(served: Machine, message: dict[str, Any]) -> None:
    await served.send({"error": {"class": "GenericError", "desc": "no such disk"}, "id": message["id"]})


async def hang_up(served: Machine, message: dict[str, Any]) -> None:
    served.writer.close()


async def say_nothing(served: Machine, message: dict[str, Any]) -> None:
    return


async def babble(served: Machine, message: dict[str, Any]) -> None:
    served.writer.write(b"{not json\n")


@pytest.mark.parametrize(
    ("script", "error", "words"),
    [
        (refuse, BackendError, "no such disk"),
        (hang_up, TransportError, "QEMU has ended"),
        (say_nothing, DeadlineError, "within 0.2 s"),
        (babble, TransportError, "control socket"),
    ],
)
def test_what_goes_wrong_is_named(script: Script, error: type[Exception], words: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with machine(tmp_path, script) as served:
            qmp = await Qmp.open(str(served.path))
            try:
                await qmp.execute("query-block", timeout_s=0.2)
            finally:
                await qmp.close()

    with pytest.raises(error, match=words):
        asyncio.run(scenario())


@pytest.mark.parametrize("greeting", [{"hello": 1}, [1], None])
def test_another_program_is_no_qemu(greeting: object, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with machine(tmp_path, greeting=greeting) as served:
            await Qmp.open(str(served.path))

    with pytest.raises(TransportError, match="no QEMU"):
        asyncio.run(scenario())


def test_nobody_at_the_socket_is_a_transport_error(tmp_path: Path) -> None:
    with pytest.raises(TransportError, match="control socket"):
        asyncio.run(Qmp.open(str(tmp_path / "none")))


def test_a_command_after_the_end_says_so(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with machine(tmp_path, hang_up) as served:
            qmp = await Qmp.open(str(served.path))
            with pytest.raises(TransportError):
                await qmp.execute("query-status")
            with pytest.raises(TransportError, match="reset the device"):
                await qmp.execute("query-status")
            await qmp.close()

    asyncio.run(scenario())
