"""Several phones in one process: ports, places, concurrency."""

from __future__ import annotations

import asyncio
import socket

import pytest
from wire_clients import free_base
from wire_raw import raw_host

from device_farm.errors import ConfigError
from device_farm.simulator.ports import GRPC_OFFSET, check_range
from device_farm.simulator.server import SimulatorServer


def test_phones_added_at_once_get_different_places() -> None:
    async def scenario() -> None:
        base = free_base(4)
        async with SimulatorServer(base_port=base, seed=10) as server:
            phones = await asyncio.gather(*(server.add() for _ in range(4)))
            assert sorted(phone.ports.console for phone in phones) == [base, base + 2, base + 4, base + 6]
            assert [phone.ports.grpc - phone.ports.console for phone in phones] == [GRPC_OFFSET] * 4
            await server.remove(phones[1])
            await server.remove(phones[1])
            again = await server.add()
            assert again.ports == phones[1].ports
            assert len(server.phones) == 4

    asyncio.run(scenario())


def test_phones_of_a_server_agree_and_another_seed_differs() -> None:
    async def scenario() -> None:
        async with SimulatorServer(devices=2, seed=3) as server, SimulatorServer(devices=1, seed=4) as other:
            first, second = (phone.handset.phone for phone in server.phones)
            (different,) = (phone.handset.phone for phone in other.phones)
            assert first.files.root is not second.files.root
            assert first.screenshot_png() == second.screenshot_png()
            database = "/data/data/com.android.providers.contacts/databases/contacts2.db"
            assert first.files.read(database) == second.files.read(database)
            assert first.files.read(database) != different.files.read(database)

    asyncio.run(scenario())


def test_failed_start_frees_what_it_took() -> None:
    async def scenario() -> None:
        base = free_base(2)
        with socket.create_server(("127.0.0.1", base + 2)):
            with pytest.raises(ConfigError, match=f"port {base + 2}") as caught:
                async with SimulatorServer(devices=2, base_port=base):
                    pass
            assert caught.value.field == "base_port" and caught.value.fix
        async with SimulatorServer(devices=2, base_port=base) as server:
            assert [phone.serial for phone in server.phones] == [f"emulator-{base}", f"emulator-{base + 2}"]

    asyncio.run(scenario())


def test_control_port_in_use_is_named() -> None:
    async def scenario() -> None:
        base = free_base(1)
        with (
            socket.create_server(("127.0.0.1", base + GRPC_OFFSET)),
            pytest.raises(ConfigError, match=f"port {base + GRPC_OFFSET}"),
        ):
            async with SimulatorServer(devices=1, base_port=base):
                pass

    asyncio.run(scenario())


@pytest.mark.parametrize(("base", "count"), [(5555, 1), (65534, 2), (60001, 3)])
def test_bad_ranges_are_refused(base: int, count: int) -> None:
    with pytest.raises(ConfigError) as caught:
        check_range(base, count)
    assert caught.value.field == "base_port"


def test_closed_server_leaves_no_port_open() -> None:
    async def scenario() -> int:
        async with SimulatorServer(devices=1) as server:
            port = server.phones[0].ports.adb

            def use() -> None:
                with raw_host(port) as host:
                    host.connect()
                    assert host.shell("echo on") == b"on\n"

            await asyncio.to_thread(use)
            return port

    port = asyncio.run(scenario())
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)
