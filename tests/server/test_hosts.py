"""Several machines: hosts that join, are lost, come back; and a controller that restarts under them."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from farm_rig import FAST, until

from device_farm.backends.config import FakeConfig
from device_farm.backends.fake import FakeBackend
from device_farm.backends.fake_state import ADD
from device_farm.client import FarmClient, HeldLease, LeaseRequest
from device_farm.client.channel import ClientSecurity
from device_farm.embedded import running_farm
from device_farm.errors import ConfigError, LeaseExpiredError, TransportError
from device_farm.farm.pool import Template
from device_farm.server.joined_host import joined_host
from device_farm.server.security import ServerSecurity
from device_farm.types.action import Click


@asynccontextmanager
async def _host(port: int, *, name: str = "h", devices: int = 1) -> AsyncIterator[FakeBackend]:
    backend = FakeBackend(FakeConfig(devices=devices))
    async with joined_host(
        [Template(name="fake", backend=backend, devices=devices)],
        name=name,
        listen=("127.0.0.1", 0),
        farm=f"127.0.0.1:{port}",
        to_farm=ClientSecurity(),
        security=ServerSecurity(),
        pool_settings=FAST,
    ):
        yield backend


async def _state(client: FarmClient, device_id: str, wanted: str) -> bool:
    return any(device.info.id == device_id and device.state == wanted for device in await client.devices())


async def _until_state(client: FarmClient, device_id: str, wanted: str) -> None:
    await until(lambda: _state(client, device_id, wanted))


def test_leases_of_a_host_survive_a_restart_of_the_controller(tmp_path: Path) -> None:
    async def play() -> None:
        state = str(tmp_path / "farm.db")
        async with running_farm([], state=state) as port:
            pass  # A free port is known now; the farm below uses it twice.
        async with _restartable(state, port) as farm, _host(port) as backend:  # noqa: SIM117
            async with FarmClient.connect(f"127.0.0.1:{port}") as client:
                await _until_state(client, "h.fake-0", "ready")
                held = await client.acquire(LeaseRequest(owner="me", ttl_s=3.0))
                async with held:
                    await held.device.act(Click(at=ADD.center))
                    await farm.stop()
                    # Nobody is needed to use the device: its host checks the lease by itself.
                    assert b"count=1" in (await held.device.shell("state")).stdout
                    await asyncio.sleep(0.5)
                    await farm.start()
                    await until(lambda: _renews(held))
                    await _until_state(client, "h.fake-0", "leased")
                    await asyncio.sleep(3.5)
                    # Far beyond the first deadline, with the same token.
                    assert b"count=1" in (await held.device.shell("state")).stdout
                    assert [lease.id for lease in await client.leases()] == [held.id]
                    assert backend.devices["h.fake-0"].resets == 0
                await _until_state(client, "h.fake-0", "ready")
                assert backend.devices["h.fake-0"].resets == 1

    asyncio.run(play())


async def _renews(held: HeldLease) -> bool:
    try:
        await held.renew()
    except TransportError:
        return False
    return True


class _Restartable:
    """A farm that can be stopped and started again on the same port and state."""

    def __init__(self, state: str, port: int) -> None:
        self._state, self._port = state, port
        self._running: Any = None

    async def start(self) -> None:
        self._running = running_farm([], state=self._state, port=self._port, heartbeat_s=0.2)
        await self._running.__aenter__()

    async def stop(self) -> None:
        if self._running is not None:
            running, self._running = self._running, None
            await running.__aexit__(None, None, None)


@asynccontextmanager
async def _restartable(state: str, port: int) -> AsyncIterator[_Restartable]:
    farm = _Restartable(state, port)
    await farm.start()
    try:
        yield farm
    finally:
        await farm.stop()


def test_caller_in_the_queue_outlives_a_restart_of_the_controller(tmp_path: Path) -> None:
    async def play() -> None:
        async with running_farm([], state=str(tmp_path / "farm.db")) as port:
            pass
        async with _restartable(str(tmp_path / "farm.db"), port) as farm, _host(port):  # noqa: SIM117
            async with FarmClient.connect(f"127.0.0.1:{port}") as client:
                await _until_state(client, "h.fake-0", "ready")
                held = await client.acquire(LeaseRequest(ttl_s=600))
                waiting = asyncio.create_task(client.acquire(LeaseRequest(owner="next")))
                await until(lambda: _waits(client))
                await farm.stop()
                await farm.start()
                await until(lambda: _waits(client))
                await until(lambda: _renews(held))
                await held.release()
                assert (await asyncio.wait_for(waiting, 20)).lease.owner == "next"

    asyncio.run(play())


async def _waits(client: FarmClient) -> bool:
    try:
        return len(await client.queue()) == 1
    except TransportError:
        return False


def test_lease_of_the_farm_itself_ends_with_a_reason_when_the_farm_restarts(tmp_path: Path) -> None:
    async def play() -> None:
        state = str(tmp_path / "farm.db")
        template = Template(name="fake", backend=FakeBackend(), devices=1)
        async with running_farm([template], state=state) as port, FarmClient.connect(f"127.0.0.1:{port}") as client:
            held = await client.acquire(LeaseRequest(ttl_s=600))
        async with running_farm([template], state=state, port=port):  # noqa: SIM117
            async with FarmClient.connect(f"127.0.0.1:{port}") as client:
                with pytest.raises(LeaseExpiredError, match=r"closed|restarted"):
                    await client.renew(held.handle)
                with pytest.raises(LeaseExpiredError, match=r"closed|restarted"):
                    await client.attach(held.handle).observe()
                async with client.lease(LeaseRequest()):
                    pass

    asyncio.run(play())


def test_host_that_leaves_takes_its_devices_along() -> None:
    async def play() -> None:
        async with (
            running_farm([], heartbeat_s=0.2) as port,
            FarmClient.connect(f"127.0.0.1:{port}") as client,
        ):
            async with _host(port, devices=2):
                await _until_state(client, "h.fake-1", "ready")
                held = await client.acquire(LeaseRequest(ttl_s=600))
            await until(lambda: _gone(client))
            assert await client.devices() == []
            with pytest.raises(LeaseExpiredError):
                await client.renew(held.handle)

    asyncio.run(play())


async def _gone(client: FarmClient) -> bool:
    return await client.hosts() == []


def test_two_hosts_of_one_name_do_not_mix() -> None:
    async def play() -> None:
        async with running_farm([], heartbeat_s=0.2) as port:  # noqa: SIM117
            async with FarmClient.connect(f"127.0.0.1:{port}") as client, _host(port):
                await _until_state(client, "h.fake-0", "ready")
                with pytest.raises(ConfigError, match="connected already") as caught:
                    async with joined_host(
                        [Template(name="fake", backend=FakeBackend(), devices=1)],
                        name="h",
                        listen=("127.0.0.1", 0),
                        farm=f"127.0.0.1:{port}",
                        to_farm=ClientSecurity(),
                        security=ServerSecurity(),
                    ) as (_, joining):
                        await joining
                assert caught.value.field == "--name"

    asyncio.run(play())


@asynccontextmanager
async def _farm_process(*arguments: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, dict[str, Any]]]:
    """`farm ...` as a process, and the JSON line that it prints when it is ready."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "device_farm.cli.main", *arguments, "--json", stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(30):
            line = await process.stdout.readline()
        yield process, json.loads(line)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


def test_serve_and_host_as_two_processes(tmp_path: Path) -> None:
    async def play() -> None:
        state = str(tmp_path / "farm.db")
        overrides = ("--set", "leases.host_grace_s=1")
        serve = ("serve", "--listen", "127.0.0.1:0", "--state", state, "--backend", "fake=1", *overrides)
        async with _farm_process(*serve) as (_, farm):
            address = farm["address"]
            join = ("host", "--join", address, "--name", "other", "--backend", "fake=1")
            async with _farm_process(*join) as (host, identity), FarmClient.connect(address) as client:
                await _until_state(client, "other.fake-0", "ready")
                quick = LeaseRequest(ttl_s=3.0)
                async with client.lease(quick) as first, client.lease(quick) as second:
                    by_host = {held.lease.host: held for held in (first, second)}
                    assert set(by_host) == {"local", "other"}
                    remote = by_host["other"]
                    assert remote.lease.address == identity["address"] != address
                    assert (await remote.device.act_and_observe(Click(at=ADD.center))).screenshot is not None
                    # The machine dies: its device is out of reach at once, its lease after the grace.
                    os.kill(host.pid, signal.SIGKILL)
                    await _until_state(client, "other.fake-0", "unavailable")
                    with pytest.raises(TransportError):
                        await remote.device.observe()
                    await asyncio.wait_for(remote.lost.wait(), 30)
                    with pytest.raises(LeaseExpiredError):
                        await remote.renew()
                    await by_host["local"].device.observe()

    asyncio.run(play())
