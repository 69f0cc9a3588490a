"""Looks at a device without a lease, and leases of one named device, through gRPC."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from farm_rig import fake_farm, until

from device_farm.backends.config import FakeConfig
from device_farm.backends.fake import FakeBackend
from device_farm.backends.fake_state import FIELD
from device_farm.client import FarmClient, LeaseRequest, Onlooker
from device_farm.embedded import running_farm
from device_farm.errors import AuthError, BackendError, CapacityError, DeadlineError
from device_farm.farm.pool import Template
from device_farm.server.security import ServerSecurity
from device_farm.types.action import Click, TypeText
from device_farm.types.observation import ObserveRequest


async def _ready(client: FarmClient) -> bool:
    return all(device.state == "ready" for device in await client.devices())


def _at(port: int) -> Callable[[], Awaitable[str]]:
    async def place() -> str:
        return f"127.0.0.1:{port}"

    return place


def test_onlooker_sees_what_the_holder_does_and_the_lease_stays() -> None:
    async def play() -> None:
        async with fake_farm() as (client, _), client.lease(LeaseRequest(owner="holder")) as held:
            onlooker = client.onlooker("fake-0")
            before = await onlooker.observe()
            assert before.screenshot is not None and before.screenshot.data is not None
            await held.device.act(Click(at=FIELD.center))
            await held.device.act(TypeText(text="seen"))
            after = await onlooker.observe(ObserveRequest(known_digest=before.screenshot.digest))
            assert after.screenshot is not None and after.screenshot.data is not None
            assert after.ui_tree is not None and any(node.text == "seen" for node in after.ui_tree.walk())
            again = await onlooker.observe(ObserveRequest(ui_tree=False, known_digest=after.screenshot.digest))
            assert again.screenshot is not None and again.screenshot.data is None and again.ui_tree is None
            assert [lease.owner for lease in await client.leases()] == ["holder"]

    asyncio.run(play())


def test_onlooker_of_an_unknown_device_is_told_so() -> None:
    async def play() -> None:
        async with fake_farm() as (client, _):
            with pytest.raises(BackendError, match="no device 'phone-9'"):
                await client.onlooker("phone-9").observe()

    asyncio.run(play())


def test_onlooker_does_not_see_a_device_being_reset_and_does_not_hold_it_up() -> None:
    async def play() -> None:
        async with fake_farm() as (client, backend):
            await until(lambda: _ready(client))
            faults = backend.devices["fake-0"].faults
            async with client.lease(LeaseRequest(owner="holder")):
                faults.call_s = 30.0
                look = asyncio.create_task(client.onlooker("fake-0").observe())
                await asyncio.sleep(0.2)
                faults.call_s = 0.0
                assert not look.done()
            with pytest.raises(BackendError, match="fake-0 is resetting"):
                await look
            await until(lambda: _ready(client))
            assert backend.devices["fake-0"].resets == 1

    asyncio.run(play())


def test_onlooker_needs_the_credential_of_a_farm_that_asks_for_one() -> None:
    async def play() -> None:
        template = Template(name="fake", backend=FakeBackend(FakeConfig(devices=1)), devices=1)
        secret = "a-credential-of-16+"
        async with (
            running_farm([template], security=ServerSecurity(credentials=(secret,))) as port,
            FarmClient.connect(f"127.0.0.1:{port}", credential=secret) as operator,
        ):
            await until(lambda: _ready(operator))
            assert (await operator.onlooker("fake-0").observe()).screenshot is not None
            stranger = Onlooker("fake-0", place=_at(port), channel_to=operator._channels.to, metadata=())
            with pytest.raises(AuthError):
                await stranger.observe()

    asyncio.run(play())


def test_lease_of_a_named_device_is_of_that_one() -> None:
    async def play() -> None:
        async with fake_farm(devices=3) as (client, _):
            wanted = LeaseRequest(owner="me", device_id="fake-2")
            async with client.lease(wanted) as held:
                assert held.lease.device.id == "fake-2"
                with pytest.raises(DeadlineError):
                    await client.acquire(wanted, wait_s=0.3)
            with pytest.raises(CapacityError, match="no device 'fake-7'"):
                await client.acquire(LeaseRequest(owner="me", device_id="fake-7"))

    asyncio.run(play())
