"""Ports of a leased device's guest, through gRPC: a fake phone that echoes at port 7."""

from __future__ import annotations

import asyncio

import pytest
from farm_rig import fake_farm, until

from device_farm.adb.stream import read_exactly
from device_farm.backends.fake import FakeBackend, FakeFaults
from device_farm.client import HeldLease, LeaseRequest
from device_farm.client.channel import call
from device_farm.errors import ConfigError, FarmError, GuestError, LeaseExpiredError, TransportError
from device_farm.pb import device_pb2 as pb
from device_farm.pb import device_pb2_grpc
from device_farm.server.limits import CHUNK_BYTES
from device_farm.server.security import LEASE_KEY, TOKEN_KEY

_ANY = LeaseRequest(owner="me")
_ECHO = 7


async def _closed(backend: FakeBackend) -> bool:
    return all(stream.closed for stream in backend.devices["fake-0"].streams)


@pytest.mark.parametrize("size", [1, CHUNK_BYTES, 3 * CHUNK_BYTES + 5])
def test_bytes_of_a_port_come_back_as_they_went(size: int) -> None:
    async def play() -> None:
        data = bytes(range(256)) * (size // 256) + bytes(size % 256)
        async with fake_farm() as (client, backend), client.lease(_ANY) as held:
            stream = await held.device.dial(_ECHO)
            sending = asyncio.ensure_future(stream.write(data))
            assert await read_exactly(stream, size) == data
            await sending
            assert not await _closed(backend)
            stream.close()
            assert await stream.read() == b""
            with pytest.raises(TransportError, match="closed"):
                await stream.write(b"more")
            await until(lambda: _closed(backend))

    asyncio.run(play())


def test_small_reads_leave_the_rest() -> None:
    async def play() -> None:
        async with fake_farm() as (client, _), client.lease(_ANY) as held:
            stream = await held.device.dial(_ECHO)
            await stream.write(b"abcdef")
            assert [await stream.read(4), await stream.read(4)] == [b"abcd", b"ef"]
            stream.close()

    asyncio.run(play())


@pytest.mark.parametrize("port", [9, 0, 65536, -1])
def test_port_that_is_not_open_is_the_guests_refusal(port: int) -> None:
    async def play() -> None:
        async with fake_farm() as (client, _), client.lease(_ANY) as held:
            with pytest.raises(GuestError) as caught:
                await held.device.dial(port)
            assert caught.value.field == "port"
            assert (await held.device.shell("echo on")).stdout == b"on\n"

    asyncio.run(play())


def test_close_wakes_a_reader() -> None:
    async def play() -> None:
        async with fake_farm() as (client, _), client.lease(_ANY) as held:
            stream = await held.device.dial(_ECHO)
            reading = asyncio.ensure_future(stream.read())
            await asyncio.sleep(0.05)
            stream.close()
            async with asyncio.timeout(5):
                assert await reading == b""

    asyncio.run(play())


def test_end_on_the_devices_side_ends_the_stream_after_what_came_before() -> None:
    async def play() -> None:
        async with fake_farm() as (client, backend), client.lease(_ANY) as held:
            stream = await held.device.dial(_ECHO)
            await stream.write(b"last words")
            [far] = backend.devices["fake-0"].streams
            assert await stream.read() == b"last words"
            far.close()
            async with asyncio.timeout(5):
                assert await stream.read() == b""
                with pytest.raises(TransportError):
                    while True:
                        await stream.write(b"x")
                        await asyncio.sleep(0.01)

    asyncio.run(play())


def test_end_of_the_lease_ends_its_streams() -> None:
    async def play() -> None:
        async with fake_farm() as (client, backend), client.lease(_ANY) as held:
            stream = await held.device.dial(_ECHO)
            reading = asyncio.ensure_future(stream.read())
            await client.release(held.handle)
            async with asyncio.timeout(5):
                with pytest.raises(LeaseExpiredError):
                    await reading
                with pytest.raises(FarmError):
                    await stream.write(b"x")
            await until(lambda: _closed(backend))

    asyncio.run(play())


def test_reader_that_does_not_read_holds_the_writer_up() -> None:
    async def play() -> int:
        async with fake_farm() as (client, backend), client.lease(_ANY) as held:
            stream = await held.device.dial(_ECHO)
            written = 0
            try:
                async with asyncio.timeout(2.0):
                    while written < 256 * CHUNK_BYTES:
                        await stream.write(bytes(CHUNK_BYTES))
                        written += CHUNK_BYTES
            except TimeoutError:
                pass
            # Meanwhile the farm answers.
            assert (await held.device.shell("echo on")).stdout == b"on\n"
            stream.close()
            await until(lambda: _closed(backend))
            return written

    assert asyncio.run(play()) < 64 * CHUNK_BYTES


def test_call_that_does_not_begin_with_a_port_is_refused() -> None:
    async def play(held: HeldLease, stub: device_pb2_grpc.DeviceStub, *requests: pb.DialRequest) -> None:
        async def first(_request: None, *, timeout: float, metadata: object) -> object:
            return await stub.Dial(iter(requests), timeout=timeout, metadata=metadata).read()

        metadata = ((LEASE_KEY, held.id), (TOKEN_KEY, held.handle.token))
        with pytest.raises(ConfigError, match="header"):
            await call(first, None, timeout_s=5.0, metadata=metadata, peer="")

    async def scene() -> None:
        async with fake_farm() as (client, _), client.lease(_ANY) as held:
            stub = device_pb2_grpc.DeviceStub(client._channel)  # type: ignore[no-untyped-call]
            await play(held, stub, pb.DialRequest(chunk=b"x"))
            await play(held, stub)

    asyncio.run(scene())


def test_device_that_is_gone_is_no_refusal_of_the_guest() -> None:
    async def play() -> None:
        async with fake_farm(faults=FakeFaults(drop_after_calls=0)) as (client, _), client.lease(_ANY) as held:
            with pytest.raises(TransportError):
                await held.device.dial(_ECHO)

    asyncio.run(play())
