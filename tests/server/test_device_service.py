"""What a lease holder does with a device, through gRPC."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import grpc.aio
import pytest
from farm_rig import fake_farm

from device_farm.backends.fake import FakeFaults
from device_farm.backends.fake_state import ADD, FIELD
from device_farm.client import FarmClient, HeldLease, LeaseRequest
from device_farm.client.channel import call
from device_farm.converter.action import action_to_pb
from device_farm.errors import (
    ActionError,
    CapacityError,
    ConfigError,
    DeadlineError,
    GuestError,
    LeaseExpiredError,
    LeaseTokenError,
    TransportError,
)
from device_farm.pb import device_pb2 as pb
from device_farm.pb import device_pb2_grpc
from device_farm.server.limits import CHUNK_BYTES, MAX_MESSAGE_BYTES
from device_farm.server.security import LEASE_KEY, TOKEN_KEY
from device_farm.types.action import Click, TypeText
from device_farm.types.geometry import Point
from device_farm.types.observation import ObserveRequest

_ANY = LeaseRequest(owner="me")


def _raw(client: FarmClient, held: HeldLease) -> tuple[Any, tuple[tuple[str, str], ...]]:
    """The bare stub and the lease's metadata, to see what is on the wire."""
    stub = device_pb2_grpc.DeviceStub(client._channel)  # type: ignore[no-untyped-call]
    return stub, ((LEASE_KEY, held.id), (TOKEN_KEY, held.handle.token))


def test_device_does_everything_that_the_port_promises() -> None:
    async def play() -> None:
        async with fake_farm() as (client, _), client.lease(_ANY) as held:
            device = held.device
            assert device.info.id == "fake-0" and (await device.describe()) == device.info
            await device.act(Click(at=FIELD.center))
            seen = await device.act_and_observe(TypeText(text="häß\U0001f600"))
            assert seen.ui_tree is not None
            assert any(node.text == "häß\U0001f600" for node in seen.ui_tree.walk())
            result = await device.shell("cat /missing")
            assert (result.exit_code, result.stdout) == (1, b"") and b"No such file" in result.stderr
            await device.push("/sdcard/pkg", b"Game", mode=0o600)
            await device.install("/sdcard/pkg")
            saved = await device.snapshot_save("s")
            assert await device.snapshot_list() == [saved]
            await device.shell("rm /sdcard/pkg")
            await device.snapshot_load("s")
            assert await device.pull("/sdcard/pkg") == b"Game"
            await device.snapshot_delete("s")
            assert await device.snapshot_list() == []

    asyncio.run(play())


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES])
def test_files_of_any_size_come_back_as_they_went(size: int) -> None:
    async def play() -> None:
        data = bytes(range(256)) * (size // 256) + bytes(size % 256)
        async with fake_farm() as (client, _), client.lease(_ANY) as held:
            await held.device.push("/f", data)
            assert await held.device.pull("/f") == data

    asyncio.run(play())


def test_unchanged_screen_sends_no_pixels_yet_the_caller_sees_them() -> None:
    async def play() -> None:
        async with fake_farm() as (client, _), client.lease(_ANY) as held:
            first = (await held.device.observe()).screenshot
            again = (await held.device.observe()).screenshot
            assert first is not None and again is not None
            assert first.data is not None and again.data is first.data
            stub, metadata = _raw(client, held)
            options = pb.ObserveRequest()
            options.options.screenshot = True
            options.options.known_digest = first.digest
            wire = await stub.Observe(options, metadata=metadata, timeout=5)
            assert not wire.observation.screenshot.HasField("data")
            assert wire.observation.screenshot.digest == first.digest
            changed = (await held.device.act_and_observe(Click(at=ADD.center))).screenshot
            assert changed is not None and changed.data and changed.digest != first.digest

    asyncio.run(play())


def test_caller_that_names_a_digest_itself_gets_no_pixels() -> None:
    async def play() -> None:
        async with fake_farm() as (client, _), client.lease(_ANY) as held:
            first = (await held.device.observe()).screenshot
            assert first is not None
            again = (await held.device.observe(ObserveRequest(known_digest=first.digest))).screenshot
            assert again is not None and again.data is None

    asyncio.run(play())


def test_errors_of_the_device_come_back_as_themselves() -> None:
    async def play() -> None:
        async with fake_farm() as (client, _), client.lease(_ANY) as held:
            with pytest.raises(ActionError, match="off the screen") as caught:
                await held.device.act(Click(at=Point(1000, 1)))
            assert caught.value.field == "at" and "top left" in caught.value.fix
            with pytest.raises(GuestError, match="no such file"):
                await held.device.pull("/missing")
            with pytest.raises(DeadlineError):
                await held.device.shell("sleep 60", timeout_s=0.05)
            with pytest.raises(ConfigError) as bad:
                await held.device.shell("true", timeout_s=-1)
            assert bad.value.field == "timeout_s"

    asyncio.run(play())


def test_calls_without_the_right_lease_are_refused() -> None:
    async def play() -> None:
        async with fake_farm(devices=2) as (client, _), client.lease(_ANY) as held, client.lease(_ANY) as other:
            wrong = [
                replace(held.handle, token="guess"),
                replace(held.handle, token=other.handle.token),
                replace(held.handle, id="nonsense"),
                replace(held.handle, id="", token=""),
            ]
            for handle in wrong:
                with pytest.raises(LeaseTokenError):
                    await client.attach(handle).observe()
                with pytest.raises(LeaseTokenError):
                    await client.attach(handle).push("/f", b"x")
            stub, _ = _raw(client, held)
            with pytest.raises(LeaseTokenError, match="shows no lease"):
                await call(stub.Observe, pb.ObserveRequest(), timeout_s=5)

    asyncio.run(play())


def test_released_lease_is_refused_and_says_why() -> None:
    async def play() -> None:
        async with fake_farm() as (client, backend):
            async with client.lease(_ANY) as held:
                await held.device.act(Click(at=ADD.center))
            with pytest.raises(LeaseExpiredError, match="given back"):
                await held.device.observe()
            async with client.lease(_ANY) as next_held:
                assert (await next_held.device.shell("state")).stdout.startswith(b"app=home count=0")
            assert backend.devices["fake-0"].resets >= 1

    asyncio.run(play())


def test_retried_act_is_carried_out_once() -> None:
    async def play() -> None:
        async with fake_farm() as (client, _backend), client.lease(_ANY) as held:
            stub, metadata = _raw(client, held)
            action = action_to_pb(Click(at=ADD.center))
            for _ in range(3):
                await stub.Act(pb.ActRequest(action=action, idempotency_key="k1"), metadata=metadata, timeout=5)
            asked = pb.ActAndObserveRequest(action=action, idempotency_key="k2")
            asked.options.ui_tree = True
            for _ in range(2):
                seen = await stub.ActAndObserve(asked, metadata=metadata, timeout=5)
                assert seen.observation.ui_tree.nodes[-1].text == "2"
            await stub.Act(pb.ActRequest(action=action), metadata=metadata, timeout=5)
            assert b"count=3" in (await held.device.shell("state")).stdout

    asyncio.run(play())


def test_act_whose_caller_went_away_is_finished_once_and_joined_by_the_retry() -> None:
    async def play() -> None:
        async with fake_farm(faults=FakeFaults(call_s=0.2)) as (client, _backend), client.lease(_ANY) as held:
            stub, metadata = _raw(client, held)
            request = pb.ActRequest(action=action_to_pb(Click(at=ADD.center)), idempotency_key="k")
            lost = stub.Act(request, metadata=metadata, timeout=5)
            await asyncio.sleep(0.05)
            lost.cancel()
            await stub.Act(request, metadata=metadata, timeout=5)
            assert b"count=1" in (await held.device.shell("state")).stdout

    asyncio.run(play())


def test_retried_failure_fails_the_same_way_and_a_reused_key_is_refused() -> None:
    async def play() -> None:
        async with fake_farm() as (client, _), client.lease(_ANY) as held:
            stub, metadata = _raw(client, held)
            bad = pb.ActRequest(action=action_to_pb(Click(at=Point(999, 9))), idempotency_key="k")
            for _ in range(2):
                with pytest.raises(ActionError):
                    await call(stub.Act, bad, timeout_s=5, metadata=metadata)
            other = pb.ActRequest(action=action_to_pb(Click(at=ADD.center)), idempotency_key="k")
            with pytest.raises(ConfigError) as caught:
                await call(stub.Act, other, timeout_s=5, metadata=metadata)
            assert caught.value.field == "idempotency_key"
            with pytest.raises(ConfigError):
                other.idempotency_key = "x" * 1000
                await call(stub.Act, other, timeout_s=5, metadata=metadata)

    asyncio.run(play())


def test_message_over_the_limit_is_a_capacity_error_that_names_it() -> None:
    async def play() -> None:
        async with fake_farm() as (client, _), client.lease(_ANY) as held:
            with pytest.raises(CapacityError, match=str(MAX_MESSAGE_BYTES)) as caught:
                await held.device.act(TypeText(text="x" * (MAX_MESSAGE_BYTES + 1)))
            assert caught.value.fix
            with pytest.raises(CapacityError) as too_long:
                await held.device.shell("echo " + "x" * 2_000_000)
            assert too_long.value.field == "command"
            await held.device.push("/big", bytes(MAX_MESSAGE_BYTES))
            with pytest.raises(CapacityError, match="bytes of output") as output:
                await held.device.shell("cat /big")
            assert "pull" in output.value.fix
            # The connection is as good as before.
            assert len(await held.device.pull("/big")) == MAX_MESSAGE_BYTES

    asyncio.run(play())


def test_server_refuses_a_message_over_the_limit_by_itself() -> None:
    async def play() -> None:
        async with fake_farm() as (client, _), client.lease(_ANY) as held:
            unbounded = [("grpc.max_send_message_length", -1)]
            async with grpc.aio.insecure_channel(client.address, options=unbounded) as channel:
                stub = device_pb2_grpc.DeviceStub(channel)  # type: ignore[no-untyped-call]
                action = action_to_pb(TypeText(text="x" * (MAX_MESSAGE_BYTES + 1)))
                _, metadata = _raw(client, held)
                with pytest.raises(CapacityError, match=str(MAX_MESSAGE_BYTES)):
                    await call(stub.Act, pb.ActRequest(action=action), timeout_s=20, metadata=metadata)

    asyncio.run(play())


def test_push_that_breaks_off_writes_nothing() -> None:
    async def play() -> None:
        async with fake_farm() as (client, _), client.lease(_ANY) as held:
            stub, metadata = _raw(client, held)
            header = pb.PushRequest(header=pb.PushHeader(path="/f", size_bytes=10))
            for parts in ([], [pb.PushRequest(chunk=b"x")], [header, pb.PushRequest(chunk=b"12345")]):
                with pytest.raises(ConfigError):
                    await call(stub.Push, iter(parts), timeout_s=5, metadata=metadata)
            with pytest.raises(ConfigError, match="more than the announced"):
                await call(stub.Push, iter([header, pb.PushRequest(chunk=bytes(11))]), timeout_s=5, metadata=metadata)
            huge = pb.PushRequest(header=pb.PushHeader(path="/f", size_bytes=2**60))
            with pytest.raises(CapacityError):
                await call(stub.Push, iter([huge]), timeout_s=5, metadata=metadata)
            with pytest.raises(GuestError):
                await held.device.pull("/f")

    asyncio.run(play())


def test_stream_sends_a_screen_whenever_it_changed() -> None:
    async def play() -> None:
        async with fake_farm() as (client, _), client.lease(_ANY) as held:
            digests = []
            async with asyncio.timeout(10):
                async for seen in held.device.stream(interval_s=0.01):
                    assert seen.screenshot is not None and seen.screenshot.data and seen.ui_tree is None
                    digests.append(seen.screenshot.digest)
                    if len(digests) == 3:
                        break
                    await held.device.act(Click(at=ADD.center))
            assert len(set(digests)) == 3

    asyncio.run(play())


def test_recording_keeps_every_changed_screen() -> None:
    async def play() -> None:
        async with fake_farm() as (client, _), client.lease(_ANY) as held:
            await held.device.start_recording(interval_s=0.01)
            with pytest.raises(ConfigError, match="already"):
                await held.device.start_recording()
            for _ in range(3):
                await held.device.act(Click(at=ADD.center))
                await asyncio.sleep(0.1)
            frames = await held.device.stop_recording()
            assert len({frame.screenshot.digest for frame in frames if frame.screenshot}) == len(frames) == 4
            with pytest.raises(ConfigError, match="not being recorded"):
                await held.device.stop_recording()

    asyncio.run(play())


def test_device_that_drops_ends_the_lease_and_is_replaced() -> None:
    async def play() -> None:
        async with fake_farm(faults=FakeFaults(drop_after_calls=2)) as (client, backend):
            async with client.lease(_ANY) as held:
                first = backend.devices["fake-0"]
                await held.device.observe()
                await held.device.observe()
                with pytest.raises((TransportError, LeaseExpiredError)):
                    await held.device.observe()
                with pytest.raises(LeaseExpiredError, match="failed"):
                    async with asyncio.timeout(10):
                        while True:
                            with pytest.raises((TransportError, LeaseExpiredError)) as caught:
                                await held.device.observe()
                            if isinstance(caught.value, LeaseExpiredError):
                                raise caught.value
                            await asyncio.sleep(0.01)
            async with client.lease(_ANY) as again:
                await again.device.observe()
            assert backend.devices["fake-0"] is not first

    asyncio.run(play())
