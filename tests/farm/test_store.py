"""The database: what a restarted controller knows, and what is refused."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
import sqlalchemy as sa

from device_farm.device import DeviceInfo
from device_farm.errors import ConfigError, DataError, LeaseExpiredError
from device_farm.farm.clock import ManualClock
from device_farm.farm.controller import Controller, ControllerSettings
from device_farm.farm.events import EventLog
from device_farm.farm.model import Grant, LeaseEnd, LeaseRequest, OfferedDevice
from device_farm.farm.serve_config import defaults_agree
from device_farm.farm.store import Store
from device_farm.types.geometry import Size


class RecordingLink:
    """A host that does as it is told and remembers it."""

    def __init__(self) -> None:
        self.open: dict[str, str] = {}
        self.closed: list[str] = []

    async def open_lease(self, lease_id: str, device_id: str, token_hash: bytes, deadline_s: float) -> None:
        self.open[lease_id] = device_id

    def renew_lease(self, lease_id: str, deadline_s: float) -> None: ...

    def close_lease(self, lease_id: str, how: LeaseEnd, reason: str) -> None:
        self.closed.append(lease_id)
        self.open.pop(lease_id, None)


def _device(lease_id: str = "") -> OfferedDevice:
    info = DeviceInfo(id="h.d0", backend="fake", platform="android", screen=Size(64, 128), image="i")
    return OfferedDevice(info=info, template="fake", state="leased" if lease_id else "ready", lease_id=lease_id)


async def _lease(controller: Controller, ttl_s: float = 60.0) -> Grant:
    async for news in controller.acquire(LeaseRequest(owner="me", ttl_s=ttl_s)):
        if isinstance(news, Grant):
            return news
    raise AssertionError("no grant")


async def _granted(state: str, clock: ManualClock, *, durable: bool = True) -> Grant:
    async with Store(state) as store, Controller(store, clock=clock) as controller:
        controller.roster.attach("h", RecordingLink(), [_device()], address="127.0.0.1:9", durable=durable)
        acquired = [news async for news in controller.acquire(LeaseRequest(owner="me")) if isinstance(news, Grant)]
        return acquired[0]


def test_restarted_controller_keeps_the_lease_of_a_host_that_comes_back(tmp_path: Path) -> None:
    async def play() -> None:
        state, clock = str(tmp_path / "farm.db"), ManualClock()
        grant = await _granted(state, clock)
        async with Store(state) as store, Controller(store, clock=clock) as controller:
            assert [lease.id for lease in controller.leases()] == [grant.lease.id]
            assert controller.devices()[0].state == "unavailable"
            clock.advance(30)
            # Renewed before the host is back.
            assert (await controller.renew(grant.lease.id, grant.token)).deadline_s == clock.now_s() + 60
            link = RecordingLink()
            controller.roster.attach("h", link, [_device(grant.lease.id)], address="127.0.0.1:9")
            assert link.closed == []
            assert controller.devices()[0].owner == "me"
            await controller.release(grant.lease.id, grant.token)
            assert link.closed == [grant.lease.id]

    asyncio.run(play())


def test_restarted_controller_ends_leases_of_its_own_process_with_a_reason(tmp_path: Path) -> None:
    async def play() -> None:
        state, clock = str(tmp_path / "farm.db"), ManualClock()
        grant = await _granted(state, clock, durable=False)
        async with Store(state) as store, Controller(store, clock=clock) as controller:
            assert controller.leases() == []
            with pytest.raises(LeaseExpiredError, match="restarted"):
                await controller.renew(grant.lease.id, grant.token)
            assert [event.state for event in await controller.history()][-1] == "restarted"

    asyncio.run(play())


def test_restarted_controller_ends_a_lease_that_its_host_lost(tmp_path: Path) -> None:
    async def play() -> None:
        state, clock = str(tmp_path / "farm.db"), ManualClock()
        grant = await _granted(state, clock)
        async with Store(state) as store, Controller(store, clock=clock) as controller:
            controller.roster.attach("h", RecordingLink(), [_device()], address="127.0.0.1:9")
            with pytest.raises(LeaseExpiredError, match="made anew"):
                await controller.renew(grant.lease.id, grant.token)
            again = await _lease(controller)
            assert again.lease.device.id == "h.d0"

    asyncio.run(play())


def test_restarted_controller_ends_what_expired_meanwhile(tmp_path: Path) -> None:
    async def play() -> None:
        state, clock = str(tmp_path / "farm.db"), ManualClock()
        grant = await _granted(state, clock)
        clock.advance(61)
        async with Store(state) as store, Controller(store, clock=clock) as controller:
            controller.step()
            with pytest.raises(LeaseExpiredError, match="not renewed"):
                await controller.renew(grant.lease.id, grant.token)
            link = RecordingLink()
            controller.roster.attach("h", link, [_device(grant.lease.id)], address="127.0.0.1:9")
            assert link.closed == [grant.lease.id]

    asyncio.run(play())


def test_lost_host_keeps_its_leases_for_the_grace_only() -> None:
    async def play() -> None:
        clock = ManualClock()
        settings = ControllerSettings(host_grace_s=20.0)
        async with Store() as store, Controller(store, clock=clock, settings=settings) as controller:
            link = RecordingLink()
            controller.roster.attach("h", link, [_device()], address="127.0.0.1:9")
            grant = await _lease(controller, ttl_s=600.0)
            controller.roster.detach("h", link, "its connection ended")
            clock.advance(19)
            controller.step()
            assert len(controller.leases()) == 1
            clock.advance(1)
            controller.step()
            with pytest.raises(LeaseExpiredError, match="did not come back"):
                await controller.renew(grant.lease.id, grant.token)

    asyncio.run(play())


def test_token_is_not_in_the_database(tmp_path: Path) -> None:
    path = tmp_path / "farm.db"
    grant = asyncio.run(_granted(str(path), ManualClock()))
    stored = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert grant.lease.id.encode() in stored
    assert grant.token.encode() not in stored


def test_acquire_with_the_same_key_gets_the_same_lease() -> None:
    async def play() -> None:
        async with Store() as store, Controller(store, clock=ManualClock()) as controller:
            controller.roster.attach("h", RecordingLink(), [_device()], address="127.0.0.1:9")
            grants = []
            for _ in range(2):
                async for news in controller.acquire(LeaseRequest(), key="k"):
                    grants += [news] if isinstance(news, Grant) else []
            assert grants[0].lease.id == grants[1].lease.id and grants[0].token == grants[1].token

    asyncio.run(play())


def test_caller_that_leaves_before_the_grant_keeps_nothing() -> None:
    async def play() -> None:
        async with Store() as store, Controller(store, clock=ManualClock()) as controller:
            link = RecordingLink()
            controller.roster.attach("h", link, [_device()], address="127.0.0.1:9")
            await _lease(controller)
            waiting = controller.acquire(LeaseRequest(owner="other"))
            assert not isinstance(await anext(waiting), Grant)
            await waiting.aclose()
            assert controller.queue() == []

    asyncio.run(play())


def test_second_controller_on_the_same_state_is_refused(tmp_path: Path) -> None:
    async def play() -> None:
        state = str(tmp_path / "farm.db")
        async with Store(state):
            with pytest.raises(ConfigError, match="in use") as caught:
                await Store(state).__aenter__()
            assert caught.value.field == "--state"
        async with Store(state):
            pass

    asyncio.run(play())


@pytest.mark.parametrize("target", ["/no/such/folder/farm.db", "nonsense://x", "postgresql+nodriver://x/y"])
def test_bad_state_is_a_config_error(target: str) -> None:
    async def play() -> None:
        with pytest.raises(ConfigError) as caught:
            await Store(target).__aenter__()
        assert caught.value.field == "--state"

    asyncio.run(play())


def test_state_of_another_version_is_refused(tmp_path: Path) -> None:
    async def play() -> None:
        state = str(tmp_path / "farm.db")
        async with Store(state) as store:
            await store.write(sa.text("UPDATE meta SET value = '999'"))
        with pytest.raises(ConfigError, match="version 999"):
            await Store(state).__aenter__()

    asyncio.run(play())


def test_file_that_is_no_database_is_a_data_error(tmp_path: Path) -> None:
    async def play() -> None:
        path = tmp_path / "farm.db"
        path.write_bytes(b"not a database, but long enough to be looked at" * 50)
        with pytest.raises(DataError, match="not a database") as caught:
            await Store(str(path)).__aenter__()
        assert caught.value.field == "--state"

    asyncio.run(play())


def test_full_disk_refuses_the_lease_and_frees_the_device(tmp_path: Path) -> None:
    async def play() -> None:
        store = Store(str(tmp_path / "farm.db"))
        async with store, Controller(store, clock=ManualClock()) as controller:
            link = RecordingLink()
            controller.roster.attach("h", link, [_device()], address="127.0.0.1:9")
            await store.settled()
            await store.write(sa.text("PRAGMA max_page_count = 1"))
            # SQLite still uses what is free in its pages: fill those first.
            filler = (
                "INSERT INTO leases VALUES (hex(randomblob(8)), 'x', 0, 'x', 1, 1, 1, NULL, x'00', 'released', '', 1)"
            )
            with pytest.raises(DataError, match="full"):
                while True:
                    await store.write(sa.text(filler))
            with pytest.raises(DataError, match="full") as caught:
                await _lease(controller)
            assert "free space" in caught.value.fix
            assert link.open == {}
            await store.write(sa.text("DELETE FROM leases"))
            assert (await _lease(controller)).lease.device.id == "h.d0"

    asyncio.run(play())


def test_events_are_numbered_over_restarts(tmp_path: Path) -> None:
    async def play() -> None:
        state, clock = str(tmp_path / "farm.db"), ManualClock()
        for _ in range(2):
            async with Store(state) as store:
                events = EventLog(store, clock)
                await events.load()
                events.emit("farm", "f", "up", "test")
                history = await events.history()
        assert [event.sequence for event in history] == [1, 2]

    asyncio.run(play())


def test_config_sections_and_settings_have_the_same_defaults() -> None:
    assert defaults_agree()
