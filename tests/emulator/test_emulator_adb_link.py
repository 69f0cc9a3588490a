"""The adb server of one emulator, beside servers of others."""

from __future__ import annotations

import asyncio

import pytest

from device_farm.adb.private_server import PrivateAdbServer, find_adb
from device_farm.adb.smart_socket import AdbServer, ServerConnection
from device_farm.emulator.adb_link import EmulatorAdb, is_lost
from device_farm.errors import TransportError
from tests.emulator.rig import need_adb


def test_a_strangers_server_on_the_port_is_left_alone() -> None:
    need_adb()

    async def scenario() -> None:
        async with PrivateAdbServer() as stranger:
            link = EmulatorAdb(find_adb(), stranger.port)
            with pytest.raises(TransportError, match="is taken"):
                await link.start()
            await link.close()
            assert await stranger.version() > 0

    asyncio.run(scenario())


@pytest.mark.parametrize(("answers", "unheard"), [(0, True), (1, False)])
def test_a_server_that_goes_away_says_whether_the_phone_has_heard_of_it(answers: int, unheard: bool) -> None:
    """The first answer is the server's, to the choice of the phone; the second is the phone's, to the service."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(answers):
            await reader.readexactly(int(await reader.readexactly(4), 16))
            writer.write(b"OKAY")
        await reader.readexactly(4)
        writer.transport.abort()

    async def scenario() -> None:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        async with server:
            connection = ServerConnection(AdbServer("127.0.0.1", server.sockets[0].getsockname()[1]), "emulator-5554")
            with pytest.raises(TransportError) as caught:
                await connection.open("shell:input tap 1 1")
            assert is_lost(caught.value) == unheard

    asyncio.run(scenario())


def test_a_program_that_does_not_run_is_named() -> None:
    link = EmulatorAdb("/dev/null", 0)

    async def scenario() -> None:
        with pytest.raises(TransportError, match=r"/dev/null cannot be started|adb ended at once"):
            await link.start()
        await link.close()

    asyncio.run(scenario())
