"""The direct connection against a scripted adbd."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from device_farm.adb import packet
from device_farm.adb.client import AdbClient
from device_farm.adb.direct import DirectConnection
from device_farm.adb.packet import Packet
from device_farm.adb.shell_protocol import encode_frame
from device_farm.adb.stream import read_all
from device_farm.errors import DeadlineError, GuestError, TransportError
from tests.adb.peers import DaemonPeer, daemon


def run(coroutine: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(coroutine)


def echo(peer: DaemonPeer, opened: Packet) -> None:
    """Answers every shell with its own command line and the exit code 3."""
    command = opened.payload.rstrip(b"\0").partition(b":")[2]
    peer.accept(opened, encode_frame(1, command), encode_frame(2, b"err") + encode_frame(3, b"\3"))


def silent(peer: DaemonPeer, opened: Packet) -> None:
    """Takes the service and says nothing more."""
    peer.send(packet.OKAY, 5, opened.arg0)


def refuse(peer: DaemonPeer, opened: Packet) -> None:
    peer.send(packet.CLSE, 0, opened.arg0)


def test_shell_reports_both_outputs_and_the_exit_code() -> None:
    async def scenario() -> None:
        async with daemon(echo) as (port, _):
            client = AdbClient(DirectConnection("127.0.0.1", port))
            result = await client.shell("echo é")
            assert (result.exit_code, result.stdout, result.stderr) == (3, "echo é".encode(), b"err")
            with pytest.raises(GuestError, match="exited with 3: err"):
                await client.run("false")
            await client.close()

    run(scenario())


def test_many_shells_share_one_connection() -> None:
    async def scenario() -> None:
        async with daemon(echo) as (port, peers):
            client = AdbClient(DirectConnection("127.0.0.1", port))
            results = await asyncio.gather(*(client.shell(f"n{i}") for i in range(50)))
            assert [result.stdout for result in results] == [b"n%d" % i for i in range(50)]
            assert len(peers) == 1
            await client.close()

    run(scenario())


def test_a_device_without_shell_v2_gets_its_exit_code_from_the_output() -> None:
    def old(peer: DaemonPeer, opened: Packet) -> None:
        assert opened.payload.startswith(b"shell:")
        peer.accept(opened, b"text\n", b"FARM_EXIT:", b"9\n")

    async def scenario() -> None:
        async with daemon(old, banner=b"device::") as (port, _):
            client = AdbClient(DirectConnection("127.0.0.1", port))
            result = await client.shell("anything")
            assert (result.exit_code, result.stdout) == (9, b"text\n")
            await client.close()

    run(scenario())


def test_a_command_past_its_deadline_is_ended_on_the_device() -> None:
    async def scenario() -> None:
        async with daemon(silent) as (port, peers):
            client = AdbClient(DirectConnection("127.0.0.1", port))
            with pytest.raises(DeadlineError, match=r"longer than 0\.05 s"):
                await client.shell("sleep 100", timeout_s=0.05)
            await asyncio.sleep(0.05)
            assert [one.command for one in peers[0].seen][-1] == packet.CLSE
            await client.close()

    run(scenario())


def test_a_cancelled_command_is_ended_on_the_device_and_the_next_one_works() -> None:
    def first_silent(peer: DaemonPeer, opened: Packet) -> None:
        (silent if b"wait" in opened.payload else echo)(peer, opened)

    async def scenario() -> None:
        async with daemon(first_silent) as (port, peers):
            client = AdbClient(DirectConnection("127.0.0.1", port))
            task = asyncio.create_task(client.shell("wait"))
            await asyncio.sleep(0.05)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert (await client.shell("next")).stdout == b"next"
            assert packet.CLSE in [one.command for one in peers[0].seen]
            await client.close()

    run(scenario())


def test_a_refused_service_is_a_guest_error_and_the_connection_stays() -> None:
    async def scenario() -> None:
        async with daemon(refuse) as (port, peers):
            client = AdbClient(DirectConnection("127.0.0.1", port))
            for _ in range(2):
                with pytest.raises(GuestError, match="refused the service 'tcp:9'"):
                    await client.open_port(9)
            assert len(peers) == 1
            await client.close()

    run(scenario())


def test_a_connection_lost_between_calls_is_made_anew() -> None:
    async def scenario() -> None:
        async with daemon(echo) as (port, peers):
            client = AdbClient(DirectConnection("127.0.0.1", port))
            await client.shell("one")
            peers[0].writer.transport.abort()
            await asyncio.sleep(0.05)
            assert (await client.shell("two")).stdout == b"two"
            assert len(peers) == 2
            await client.close()

    run(scenario())


def test_a_connection_lost_within_a_call_is_a_transport_error() -> None:
    def drop(peer: DaemonPeer, opened: Packet) -> None:
        peer.send(packet.OKAY, 5, opened.arg0)
        peer.writer.close()

    async def scenario() -> None:
        async with daemon(drop) as (port, _):
            client = AdbClient(DirectConnection("127.0.0.1", port))
            with pytest.raises(TransportError, match="closed the connection"):
                await client.shell("anything")
            await client.close()

    run(scenario())


def test_nothing_listening_is_a_transport_error_with_the_address() -> None:
    async def scenario() -> None:
        async with daemon(echo) as (port, _):
            pass
        with pytest.raises(TransportError, match=f"no adbd at 127.0.0.1:{port}"):
            await AdbClient(DirectConnection("127.0.0.1", port)).shell("anything")

    run(scenario())


def test_a_handshake_that_never_comes_meets_the_deadline() -> None:
    async def scenario() -> None:
        async with daemon(echo, on_connect=lambda peer, received: False) as (port, _):
            connection = DirectConnection("127.0.0.1", port, connect_timeout_s=0.1)
            with pytest.raises(DeadlineError, match="connecting to adbd"):
                await AdbClient(connection).shell("anything")
            await connection.close()

    run(scenario())


def test_a_device_that_wants_a_key_is_a_clear_error() -> None:
    def challenge(peer: DaemonPeer, received: Packet) -> bool:
        peer.send(packet.AUTH, 1, 0, b"t" * 20)
        return False

    async def scenario() -> None:
        async with daemon(echo, on_connect=challenge) as (port, _):
            with pytest.raises(TransportError, match="go through an adb server"):
                await AdbClient(DirectConnection("127.0.0.1", port)).shell("anything")

    run(scenario())


def test_a_device_that_wants_tls_is_a_clear_error() -> None:
    def encrypt(peer: DaemonPeer, received: Packet) -> bool:
        peer.send(packet.STLS, 0x01000000, 0)
        return False

    async def scenario() -> None:
        async with daemon(echo, on_connect=encrypt) as (port, _):
            with pytest.raises(TransportError, match="TLS"):
                await AdbClient(DirectConnection("127.0.0.1", port)).shell("anything")

    run(scenario())


def test_no_adbd_on_the_port_is_a_transport_error() -> None:
    async def scenario() -> None:
        async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n")
            await reader.read()

        server = await asyncio.start_server(babble, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(TransportError, match="not an adb packet"):
            await AdbClient(DirectConnection("127.0.0.1", port)).shell("anything")
        server.close()

    run(scenario())


def test_writes_are_cut_to_the_devices_payload_and_wait_for_each_okay() -> None:
    async def scenario() -> None:
        def take(peer: DaemonPeer, opened: Packet) -> None:
            peer.send(packet.OKAY, 5, opened.arg0)

        original = DaemonPeer.handle

        def acknowledge(peer: DaemonPeer, received: Packet) -> None:
            original(peer, received)
            if received.command == packet.WRTE:
                peer.send(packet.OKAY, 5, received.arg0)

        async with daemon(take, max_payload=4096) as (port, peers):
            connection = DirectConnection("127.0.0.1", port)
            stream = await connection.open("tcp:1")
            peers[0].handle = acknowledge.__get__(peers[0])  # type: ignore[method-assign]
            await stream.write(b"x" * 10000)
            sizes = [len(one.payload) for one in peers[0].seen if one.command == packet.WRTE]
            assert sizes == [4096, 4096, 1808]
            await connection.close()

    run(scenario())


def test_a_slow_reader_holds_the_device_back() -> None:
    """What waits unread stays bounded: the device gets its OKAYs only as the reader takes the bytes."""
    size = 1024 * 1024

    def flood(peer: DaemonPeer, opened: Packet) -> None:
        peer.send(packet.OKAY, 5, opened.arg0)
        for _ in range(8):
            peer.send(packet.WRTE, 5, opened.arg0, bytes(size))

    async def scenario() -> None:
        async with daemon(flood) as (port, peers):
            connection = DirectConnection("127.0.0.1", port)
            stream = await connection.open("exec:cat")

            def okays() -> int:
                return sum(1 for one in peers[0].seen if one.command == packet.OKAY)

            await asyncio.sleep(0.3)
            assert okays() == 4
            for _ in range(8):
                await stream.read()
            await asyncio.sleep(0.1)
            assert okays() == 8
            await connection.close()

    run(scenario())


def test_exec_returns_raw_bytes_and_stops_at_its_limit() -> None:
    def raw(peer: DaemonPeer, opened: Packet) -> None:
        peer.accept(opened, b"\0\r\n\xff", b"more")

    async def scenario() -> None:
        async with daemon(raw) as (port, _):
            client = AdbClient(DirectConnection("127.0.0.1", port))
            assert await client.exec_out("anything") == b"\0\r\n\xffmore"
            stream = await client.connection.open("exec:anything")
            with pytest.raises(TransportError, match="more than 5 bytes"):
                await read_all(stream, at_most=5)
            await client.close()

    run(scenario())
