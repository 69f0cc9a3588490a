"""Leases through the client: queue, renewal, preemption, and a holder that is killed."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import grpc.aio
import pytest
from farm_rig import fake_farm, until
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from device_farm.backends.config import FakeConfig
from device_farm.backends.fake import FakeFaults
from device_farm.backends.fake_state import ADD
from device_farm.client import LeaseHandle, LeaseRequest
from device_farm.embedded import embedded_farm, open_farm
from device_farm.errors import CapacityError, ConfigError, DeadlineError, LeaseExpiredError, TransportError
from device_farm.farm.controller import ControllerSettings
from device_farm.farm.model import QueuePosition
from device_farm.types.action import Click


def test_queue_positions_are_streamed_until_the_grant() -> None:
    async def play() -> None:
        async with fake_farm() as (client, _):
            seen: list[QueuePosition] = []

            async def wait() -> None:
                async with client.lease(LeaseRequest(owner="second"), on_queue=seen.append):
                    pass

            first = await client.acquire(LeaseRequest(owner="first"))
            ahead = asyncio.create_task(client.acquire(LeaseRequest(owner="vip", priority=0)))
            await until(lambda: _length(client, 1))
            waiting = asyncio.create_task(wait())
            await until(lambda: _length(client, 2))
            assert [entry.owner for entry in await client.queue()] == ["vip", "second"]
            await first.release()
            granted = await ahead
            await until(lambda: _last(seen, 1))
            await granted.release()
            await waiting
            assert [position.position for position in seen] == [2, 1]

    asyncio.run(play())


async def _last(seen: list[QueuePosition], wanted: int) -> bool:
    return bool(seen) and seen[-1].position == wanted


async def _length(client: object, wanted: int) -> bool:
    return len(await client.queue()) == wanted  # type: ignore[attr-defined]


def test_lease_renews_itself_far_beyond_its_ttl() -> None:
    async def play() -> None:
        async with fake_farm() as (client, _), client.lease(LeaseRequest(ttl_s=1.0)) as held:
            for _ in range(5):
                await asyncio.sleep(0.5)
                await held.device.observe()
            assert not held.lost.is_set()

    asyncio.run(play())


def test_lease_without_renewal_ends_and_the_next_owner_gets_a_clean_device() -> None:
    async def play() -> None:
        async with fake_farm() as (client, _):
            held = await client.acquire(LeaseRequest(ttl_s=1.0))
            await held.device.act(Click(at=ADD.center))
            async with asyncio.timeout(10), client.lease(LeaseRequest(owner="next")) as again:
                assert b"count=0" in (await again.device.shell("state")).stdout
            with pytest.raises(LeaseExpiredError, match=r"expired|deadline|renewed"):
                await held.device.observe()
            with pytest.raises(LeaseExpiredError):
                await held.renew()

    asyncio.run(play())


def test_wait_in_the_queue_is_bounded_and_leaves_nothing_behind() -> None:
    async def play() -> None:
        async with fake_farm() as (client, _), client.lease(LeaseRequest()):
            with pytest.raises(DeadlineError):
                await client.acquire(LeaseRequest(owner="late"), wait_s=0.2)
            await until(lambda: _length(client, 0))

    asyncio.run(play())


def test_cancelled_wait_leaves_the_queue() -> None:
    async def play() -> None:
        async with fake_farm() as (client, _), client.lease(LeaseRequest()):
            waiting = asyncio.create_task(client.acquire(LeaseRequest(owner="late")))
            await until(lambda: _length(client, 1))
            waiting.cancel()
            await asyncio.wait({waiting})
            await until(lambda: _length(client, 0))

    asyncio.run(play())


class _HeldBack:
    """The farm's stub. What the first `Acquire` grants arrives whole and never reaches its caller."""

    def __init__(self, stub: Any) -> None:
        self._stub = stub
        self.arrived = asyncio.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stub, name)

    def Acquire(self, *asked: Any, **how: Any) -> Any:
        call = self._stub.Acquire(*asked, **how)
        return call if self.arrived.is_set() else _Unread(call, self.arrived)


class _Unread:
    def __init__(self, call: Any, arrived: asyncio.Event) -> None:
        self._call = call
        self._arrived = arrived

    async def __aiter__(self) -> AsyncIterator[Any]:
        kept = [news async for news in self._call]
        self._arrived.set()
        await asyncio.Event().wait()
        for news in kept:
            yield news

    def cancel(self) -> None:
        self._call.cancel()


def test_grant_that_its_cancelled_caller_never_read_is_given_back() -> None:
    async def play() -> None:
        async with fake_farm() as (client, _):
            held_back = _HeldBack(client._stub)
            client._stub = held_back
            asking = asyncio.create_task(client.acquire(LeaseRequest(owner="gone", ttl_s=3600.0)))
            await asyncio.wait_for(held_back.arrived.wait(), 10)
            assert [lease.owner for lease in await client.leases()] == ["gone"]
            asking.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asking
            assert await client.leases() == []
            granted = [event for event in await client.events() if event.state == "granted"]
            assert len(granted) == 1
            async with asyncio.timeout(10), client.lease(LeaseRequest(owner="next")):
                pass

    asyncio.run(play())


def test_preempted_holder_is_told_and_loses_the_device_after_the_grace() -> None:
    async def play() -> None:
        settings = ControllerSettings(preemption_grace_s=1.0)
        async with fake_farm(settings=settings) as (client, _):
            async with client.lease(LeaseRequest(owner="low", ttl_s=1.5)) as low:
                vip = asyncio.create_task(client.acquire(LeaseRequest(owner="vip", priority=5)))
                await until(lambda: _told(low))
                # Within the grace it still works.
                await low.device.act(Click(at=ADD.center))
                held = await vip
                assert b"count=0" in (await held.device.shell("state")).stdout
                with pytest.raises(LeaseExpiredError, match="preempted"):
                    await low.device.observe()
                await asyncio.wait_for(low.lost.wait(), 5)
                with pytest.raises(LeaseExpiredError):
                    low.check()
            await held.release()
            reasons = [event.state for event in await client.events() if event.kind == "lease"]
            assert reasons.index("preempting") < reasons.index("preempted")

    asyncio.run(play())


async def _told(held: object) -> bool:
    await held.renew()  # type: ignore[attr-defined]
    return held.preempted_at_s is not None  # type: ignore[attr-defined]


def test_call_in_flight_ends_with_the_lease() -> None:
    async def play() -> None:
        async with fake_farm(faults=FakeFaults(call_s=0.0)) as (client, backend):
            held = await client.acquire(LeaseRequest(ttl_s=60))
            backend.devices["fake-0"].faults.call_s = 60.0
            call = asyncio.create_task(held.device.observe())
            await asyncio.sleep(0.1)
            backend.devices["fake-0"].faults.call_s = 0.0
            await held.release()
            with pytest.raises(LeaseExpiredError, match="given back"):
                await asyncio.wait_for(call, 5)

    asyncio.run(play())


_HOLDER = """
import asyncio, sys
from device_farm.client import FarmClient, LeaseRequest
from device_farm.backends.fake_state import ADD
from device_farm.types.action import Click

async def main():
    async with FarmClient.connect(sys.argv[1]) as client, client.lease(LeaseRequest(owner="killed", ttl_s=1.0)) as held:
        await held.device.act(Click(at=ADD.center))
        print(held.handle.to_json(), flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


@asynccontextmanager
async def _holder(address: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, LeaseHandle]]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _HOLDER, address, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        yield process, LeaseHandle.from_json((await process.stdout.readline()).decode())
    finally:
        if process.returncode is None:
            os.kill(process.pid, signal.SIGKILL)
        await process.wait()


def test_holder_killed_with_sigkill_loses_the_lease_at_its_deadline() -> None:
    async def play() -> None:
        async with fake_farm() as (client, _), _holder(client.address) as (process, handle):
            # It renews itself: long after the ttl it still has the device.
            await asyncio.sleep(1.5)
            assert [lease.id for lease in await client.leases()] == [handle.id]
            os.kill(process.pid, signal.SIGKILL)
            await process.wait()
            async with asyncio.timeout(10), client.lease(LeaseRequest(owner="next")) as held:
                assert b"count=0" in (await held.device.shell("state")).stdout
            with pytest.raises(LeaseExpiredError):
                await client.attach(handle).observe()

    asyncio.run(play())


def test_lease_can_be_used_and_released_from_another_client_by_its_handle() -> None:
    async def play() -> None:
        async with fake_farm() as (client, _):
            held = await client.acquire(LeaseRequest(ttl_s=30))
            handle = LeaseHandle.from_json(held.handle.to_json())
            assert handle.token not in repr(handle)
            async with open_farm(client.address) as other:
                await other.attach(handle).act(Click(at=ADD.center))
                assert (await other.renew(handle, ttl_s=100)).deadline_s > handle.deadline_s + 50
                await other.release(handle)
                await other.release(handle)

    asyncio.run(play())


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"id": 1}', "\udcff"])
def test_malformed_handle_is_a_config_error(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        LeaseHandle.from_json(text)
    assert caught.value.field == "--lease"


def test_request_that_can_never_be_met_is_refused_at_once() -> None:
    async def play() -> None:
        async with fake_farm() as (client, _):
            with pytest.raises(CapacityError, match="tablet") as caught:
                await client.acquire(LeaseRequest(template="tablet"))
            assert "fake (android)" in caught.value.fix
            with pytest.raises(CapacityError, match="desktop"):
                await client.acquire(LeaseRequest(platform="desktop"))

    asyncio.run(play())


def test_watch_shows_every_device_then_every_change_with_its_reason() -> None:
    async def play() -> None:
        async with fake_farm(devices=2) as (client, _):
            first: list[str] = []
            changes: list[tuple[str, str]] = []
            held = None
            async with asyncio.timeout(10):
                async for device, event in client.watch():
                    if event is None:
                        assert device is not None
                        first.append(device.info.id)
                    else:
                        changes.append((event.state, event.reason))
                    if len(first) == 2 and held is None:
                        held = await client.acquire(LeaseRequest(owner="me"))
                        await held.release()
                    if any(reason.startswith("reset, released") for _, reason in changes):
                        break
            states = [state for state, _ in changes]
            assert [state for state in states if state not in ("starting",)][-5:] == [
                "leased",
                "granted",
                "released",
                "resetting",
                "ready",
            ]

    asyncio.run(play())


def test_health_and_reflection_answer() -> None:
    async def play() -> None:
        async with fake_farm() as (client, _), grpc.aio.insecure_channel(client.address) as channel:
            health: Any = health_pb2_grpc.HealthStub(channel)
            for name in ("", "device_farm.pb.Farm", "device_farm.pb.Device", "device_farm.pb.Host"):
                answer = await health.Check(health_pb2.HealthCheckRequest(service=name), timeout=5)
                assert answer.status == health_pb2.HealthCheckResponse.SERVING
            untyped: Any = channel
            stub: Any = reflection_pb2_grpc.ServerReflectionStub(untyped)
            asked = iter([reflection_pb2.ServerReflectionRequest(list_services="")])
            listed = [answer async for answer in stub.ServerReflectionInfo(asked, timeout=5)]
            names = {service.name for service in listed[0].list_services_response.service}
            assert {"device_farm.pb.Farm", "device_farm.pb.Device", "device_farm.pb.Host"} <= names

    asyncio.run(play())


def test_embedded_farm_names_several_pools_of_one_type() -> None:
    async def play() -> None:
        configs = [FakeConfig(devices=1), FakeConfig(devices=2, seed=9)]
        async with embedded_farm(configs) as client:
            assert [device.template for device in await client.devices()] == ["fake", "fake-2", "fake-2"]
            async with client.lease(LeaseRequest(template="fake-2")) as held:
                assert held.device.info.image == "fake-1/seed-9"

    asyncio.run(play())


def test_nobody_at_the_address_is_a_transport_error_that_says_what_to_do() -> None:
    async def play() -> None:
        with pytest.raises(TransportError, match=r"127\.0\.0\.1:1") as caught:
            async with open_farm("127.0.0.1:1"):
                pass
        assert "farm serve" in caught.value.fix

    asyncio.run(play())


@pytest.mark.parametrize("address", ["", "nonsense", "host", "host:", ":1", "host:99999", "a b:1", "::1:70", "h:1x"])
def test_malformed_address_is_a_config_error(address: str) -> None:
    async def play() -> None:
        with pytest.raises(ConfigError) as caught:
            async with open_farm(address):
                pass
        assert caught.value.field == "address" and "HOST:PORT" in caught.value.fix

    asyncio.run(play())


def test_screen_stream_ends_with_the_lease() -> None:
    async def play() -> None:
        async with fake_farm() as (client, _):
            held = await client.acquire(LeaseRequest())
            stream = held.device.stream(interval_s=0.01)
            await anext(aiter(stream))
            await held.release()
            with pytest.raises(LeaseExpiredError, match="given back"):
                async with asyncio.timeout(5):
                    async for _ in stream:
                        pass

    asyncio.run(play())
