"""The client against a simulated phone, directly and through a real adb server."""

from __future__ import annotations

import asyncio
import os
import random
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from device_farm.adb.client import AdbClient
from device_farm.adb.direct import DirectConnection
from device_farm.adb.private_server import PrivateAdbServer
from device_farm.adb.smart_socket import ServerConnection
from device_farm.errors import DeadlineError, GuestError, TransportError
from device_farm.simulator.faults import Faults
from device_farm.simulator.server import RunningPhone, SimulatorServer

Scenario = Callable[[AdbClient], Awaitable[None]]


def demand_adb() -> None:
    if shutil.which("adb") is None:
        if "adb" in os.environ.get("FARM_REQUIRE", "").split(","):
            pytest.fail("adb is required and not installed")
        pytest.skip("adb is not installed: apt-get install adb")


@asynccontextmanager
async def connected(way: str) -> AsyncIterator[tuple[AdbClient, RunningPhone]]:
    async with SimulatorServer(devices=1, seed=5) as simulator:
        phone = simulator.phones[0]
        if way == "direct":
            client = AdbClient(DirectConnection("127.0.0.1", phone.ports.adb))
            try:
                yield client, phone
            finally:
                await client.close()
            return
        async with PrivateAdbServer() as server:
            await server.add_emulator(phone.ports.adb)
            await server.wait_for(phone.serial)
            yield AdbClient(ServerConnection(server, phone.serial)), phone


@pytest.fixture(params=["direct", "server"])
def way(request: pytest.FixtureRequest) -> str:
    if request.param == "server":
        demand_adb()
    return str(request.param)


def run(way: str, scenario: Scenario) -> None:
    async def opened() -> None:
        async with connected(way) as (client, _):
            await scenario(client)

    asyncio.run(opened())


def test_shell_and_exec(way: str) -> None:
    async def scenario(client: AdbClient) -> None:
        result = await client.shell("echo out; echo err >&2; exit 7")
        assert (result.exit_code, result.stdout, result.stderr) == (7, b"out\n", b"err\n")
        assert await client.exec_out("printf 'a\\r\\nb'") == b"a\r\nb"
        assert (await client.shell("cat", stdin=b"in" * 50_000)).stdout == b"in" * 50_000
        assert (await client.run("echo yes")) == "yes\n"
        with pytest.raises(GuestError, match="exited with 1"):
            await client.run("false")

    run(way, scenario)


def test_an_endless_command_meets_its_deadline_and_the_next_one_works(way: str) -> None:
    async def scenario(client: AdbClient) -> None:
        with pytest.raises(DeadlineError):
            await client.shell("logcat", timeout_s=0.3)
        assert (await client.shell("echo on")).stdout == b"on\n"

    run(way, scenario)


def test_files_of_every_size_come_back(way: str) -> None:
    async def scenario(client: AdbClient) -> None:
        noise = random.Random(1)
        for size in (0, 1, 65535, 65536, 65537, 1_048_577, 3_145_728):
            data = noise.randbytes(size)
            await client.push("/sdcard/Download/Zoë 東京.bin", data)
            assert await client.pull("/sdcard/Download/Zoë 東京.bin") == data
        found = await client.stat("/sdcard/Download/Zoë 東京.bin")
        assert found is not None and (found.size, found.is_dir) == (3_145_728, False)
        assert "Zoë 東京.bin" in [entry.name for entry in await client.list_dir("/sdcard/Download")]

    run(way, scenario)


def test_what_is_missing_is_told_apart(way: str) -> None:
    async def scenario(client: AdbClient) -> None:
        with pytest.raises(GuestError, match="/sdcard/nothing"):
            await client.pull("/sdcard/nothing")
        assert await client.stat("/sdcard/nothing") is None
        assert await client.list_dir("/sdcard/nothing") == []
        with pytest.raises(GuestError, match="refused"):
            await client.open_port(9999)
        with pytest.raises(GuestError, match="pm install"):
            await client.install("/sdcard/nothing.apk")

    run(way, scenario)


@pytest.mark.parametrize("command", ["echo a\0b", "echo \ud800"])
def test_a_line_that_cannot_be_sent_is_refused(way: str, command: str) -> None:
    async def scenario(client: AdbClient) -> None:
        with pytest.raises(GuestError, match="a command line cannot hold"):
            await client.shell(command)
        assert (await client.shell("echo ab")).stdout == b"ab\n"

    run(way, scenario)


def test_reverse_is_listed_and_removed() -> None:
    async def scenario(client: AdbClient) -> None:
        await client.reverse("tcp:7001", "tcp:7002")
        assert [pair[0] for pair in await client.reverse_list()] == ["tcp:7001"]
        await client.kill_reverse("tcp:7001")
        assert await client.reverse_list() == []

    run("direct", scenario)


def test_many_calls_at_once(way: str) -> None:
    async def scenario(client: AdbClient) -> None:
        results = await asyncio.gather(*(client.shell(f"echo {number}") for number in range(40)))
        assert [result.stdout for result in results] == [b"%d\n" % number for number in range(40)]

    run(way, scenario)


def test_a_dropped_connection_is_a_transport_error_and_heals() -> None:
    async def scenario() -> None:
        async with connected("direct") as (client, phone):
            await client.shell("echo 1")
            phone.handset.faults.set(Faults(adb_drop_after=0))
            with pytest.raises(TransportError):
                await client.shell("echo 2")
            assert (await client.shell("echo 3")).stdout == b"3\n"

    asyncio.run(scenario())


def test_the_server_lists_connects_and_forwards() -> None:
    demand_adb()

    async def scenario() -> None:
        async with SimulatorServer(devices=1) as simulator, PrivateAdbServer() as server:
            phone = simulator.phones[0]
            address = f"127.0.0.1:{phone.ports.adb}"
            assert await server.version() > 30
            assert await server.devices() == ()
            await server.connect(address)
            await server.wait_for(address)
            assert "shell_v2" in await server.features(address)
            await server.forward(address, "tcp:0", "tcp:9008")
            await server.disconnect(address)
            assert await server.devices() == ()
            with pytest.raises(TransportError, match="not found"):
                await AdbClient(ServerConnection(server, address)).shell("echo 1")

    asyncio.run(scenario())
