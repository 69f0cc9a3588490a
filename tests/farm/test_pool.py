"""The pool: boots, resets, looks after, quarantines and replaces devices."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from device_farm.backends.config import FakeConfig
from device_farm.backends.fake import FakeBackend, FakeFaults
from device_farm.errors import BackendError, LeaseExpiredError, LeaseTokenError, PrerequisiteError
from device_farm.farm.clock import ManualClock
from device_farm.farm.host_agent import HostAgent, LeaseBroken, Report
from device_farm.farm.host_lease import CONNECTED_DOUBT_S
from device_farm.farm.model import OfferedDevice
from device_farm.farm.pool import Template
from device_farm.farm.slot import PoolSettings
from device_farm.farm.token import hash_token
from device_farm.server.device_service import using
from device_farm.types.observation import ObserveRequest

_FAST = PoolSettings(
    backoff_s=0.001,
    max_backoff_s=0.01,
    health_interval_s=3600.0,
    health_timeout_s=0.05,
    close_timeout_s=0.05,
    quarantine_s=0.05,
)


class Rig:
    """One machine, everything it reports, and a way to wait for something."""

    def __init__(self, faults: FakeFaults | None = None, *, devices: int = 1, settings: PoolSettings = _FAST) -> None:
        self.clock = ManualClock()
        self.reports: list[Report] = []
        self.backend = FakeBackend(FakeConfig(devices=devices), faults=faults)
        self._changed = asyncio.Event()
        template = Template(name="fake", backend=self.backend, devices=devices)
        self.agent = HostAgent([template], clock=self.clock, settings=settings, report=self._take)

    def _take(self, report: Report) -> None:
        self.reports.append(report)
        self._changed.set()

    async def until(self, done: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not done():
                self._changed.clear()
                await self._changed.wait()

    @property
    def states(self) -> list[str]:
        return [report.state for report in self.reports if isinstance(report, OfferedDevice)]

    @property
    def state(self) -> str:
        return self.agent.inventory()[0].state

    def lease(self, lease_id: str = "l1", *, ttl_s: float = 60.0) -> None:
        deadline_s = self.clock.now_s() + ttl_s
        self.agent.open_lease(lease_id, "fake-0", hash_token("secret"), deadline_s)


@asynccontextmanager
async def ready(rig: Rig) -> AsyncIterator[Rig]:
    async with rig.agent:
        await rig.until(lambda: rig.state == "ready")
        yield rig


def test_pool_boots_again_after_a_failed_start() -> None:
    async def play() -> None:
        async with ready(Rig(FakeFaults(start_failures=2))) as rig:
            assert rig.states == ["starting", "replacing", "starting", "replacing", "starting", "ready"]
            assert (
                "told to fail its start"
                in [report.reason for report in rig.reports if isinstance(report, OfferedDevice)][1]
            )

    asyncio.run(play())


def test_pool_quarantines_after_repeated_failure_and_tries_again_later() -> None:
    async def play() -> None:
        async with ready(Rig(FakeFaults(start_failures=4))) as rig:
            assert rig.states.count("quarantined") == 2
            assert rig.states.index("quarantined") > rig.states.index("replacing")

    asyncio.run(play())


def test_pool_replaces_a_device_whose_health_check_hangs() -> None:
    async def play() -> None:
        async with ready(Rig(settings=replace(_FAST, health_interval_s=0.01))) as rig:
            first = rig.backend.devices["fake-0"]
            first.faults.health_hangs = True
            await rig.until(lambda: "replacing" in rig.states)
            first.faults.health_hangs = False
            await rig.until(lambda: rig.state == "ready")
            assert rig.backend.devices["fake-0"] is not first
            assert not first.running

    asyncio.run(play())


def test_pool_resets_a_device_before_it_is_ready_again() -> None:
    async def play() -> None:
        async with ready(Rig()) as rig:
            device = rig.backend.devices["fake-0"]
            rig.lease()
            await device.push("/sdcard/mine", b"x")
            rig.agent.close_lease("l1", "released")
            assert rig.state == "resetting"
            with pytest.raises(BackendError, match="resetting"):
                rig.lease("l2")
            await rig.until(lambda: rig.state == "ready")
            assert device.resets == 1
            assert (await device.shell("ls /sdcard")).exit_code == 1

    asyncio.run(play())


def test_pool_replaces_a_device_that_cannot_be_reset() -> None:
    async def play() -> None:
        async with ready(Rig()) as rig:
            first = rig.backend.devices["fake-0"]
            first.faults.reset_failures = 1
            rig.lease()
            rig.agent.close_lease("l1", "released")
            await rig.until(lambda: rig.states[-2:] == ["starting", "ready"])
            assert rig.backend.devices["fake-0"] is not first
            assert not first.running

    asyncio.run(play())


def test_pool_goes_on_when_a_close_hangs() -> None:
    async def play() -> None:
        async with ready(Rig()) as rig:
            first = rig.backend.devices["fake-0"]
            first.faults.reset_failures, first.faults.close_hangs = 1, True
            rig.lease()
            rig.agent.close_lease("l1", "released")
            await rig.until(lambda: rig.states[-2:] == ["starting", "ready"])
            first.faults.close_hangs = False

    asyncio.run(play())


def test_lease_breaks_when_its_device_fails_and_the_device_is_replaced() -> None:
    async def play() -> None:
        async with ready(Rig(FakeFaults(drop_after_calls=1))) as rig:
            first = rig.backend.devices["fake-0"]
            rig.lease()
            lease = rig.agent.leases.check("l1", "secret")
            async with using(lease) as device:
                await device.observe()
            with pytest.raises(Exception, match="does not answer"):
                async with using(lease) as device:
                    await device.observe()
            await rig.until(lambda: rig.state == "ready")
            broken = [report for report in rig.reports if isinstance(report, LeaseBroken)]
            assert [(report.lease_id, report.expired) for report in broken] == [("l1", False)]
            with pytest.raises(LeaseExpiredError, match="failed"):
                rig.agent.leases.check("l1", "secret")
            assert rig.backend.devices["fake-0"] is not first

    asyncio.run(play())


def test_calls_of_an_ended_lease_are_cancelled_before_the_reset() -> None:
    async def play() -> None:
        async with ready(Rig(FakeFaults(call_s=30.0))) as rig:
            device = rig.backend.devices["fake-0"]
            rig.lease()
            lease = rig.agent.leases.check("l1", "secret")
            resets_at_end: list[int] = []

            async def look() -> None:
                try:
                    async with using(lease) as leased:
                        await leased.observe(ObserveRequest())
                finally:
                    resets_at_end.append(device.resets)

            call = asyncio.create_task(look())
            await asyncio.sleep(0.01)
            device.faults.call_s = 0.0
            rig.agent.close_lease("l1", "preempted: test")
            with pytest.raises(LeaseExpiredError, match="preempted"):
                await call
            await rig.until(lambda: rig.state == "ready")
            assert resets_at_end == [0]
            assert device.resets == 1

    asyncio.run(play())


def test_host_ends_a_lease_at_its_deadline_by_itself() -> None:
    async def play() -> None:
        async with ready(Rig()) as rig:
            rig.lease(ttl_s=60.0)
            rig.clock.advance(59.0)
            rig.agent.renew_lease("l1", rig.clock.now_s() + 60.0)
            rig.clock.advance(59.0)
            rig.agent.leases.check("l1", "secret")
            rig.clock.advance(1.0 + CONNECTED_DOUBT_S)
            # Refused at once, whether or not the deadline has been noticed.
            with pytest.raises(LeaseExpiredError, match="deadline"):
                rig.agent.leases.check("l1", "secret")
            rig.agent.expire()
            await rig.until(lambda: rig.state == "ready")
            broken = [report for report in rig.reports if isinstance(report, LeaseBroken)]
            assert [report.expired for report in broken] == [True]

    asyncio.run(play())


def test_host_tells_wrong_tokens_from_ended_leases() -> None:
    async def play() -> None:
        async with ready(Rig()) as rig:
            rig.lease()
            for lease_id, token in (("l1", "guess"), ("l1", ""), ("", "secret"), ("other", "secret")):
                with pytest.raises(LeaseTokenError):
                    rig.agent.leases.check(lease_id, token)
            rig.agent.close_lease("l1", "released")
            with pytest.raises(LeaseExpiredError):
                rig.agent.leases.check("l1", "secret")
            # Even an ended lease says nothing to one who does not hold its token.
            with pytest.raises(LeaseTokenError):
                rig.agent.leases.check("l1", "guess")

    asyncio.run(play())


def test_host_starts_nothing_when_a_backend_cannot_work_here() -> None:
    class Missing(FakeBackend):
        def preflight(self) -> None:
            raise PrerequisiteError("no such program", fix="apt-get install it")

    async def play() -> None:
        works, missing = FakeBackend(), Missing()
        agent = HostAgent(
            [
                Template(name="works", backend=works, devices=1),
                Template(name="missing", backend=missing, devices=1),
            ],
            clock=ManualClock(),
        )
        with pytest.raises(PrerequisiteError):
            await agent.__aenter__()
        assert works.devices == {}

    asyncio.run(play())


def test_closing_the_host_closes_every_device() -> None:
    async def play() -> None:
        rig = Rig(devices=3)
        async with rig.agent:
            await rig.until(lambda: all(device.state == "ready" for device in rig.agent.inventory()))
            rig.lease()
        assert not any(device.running for device in rig.backend.devices.values())
        assert {device.state for device in rig.agent.inventory()} == {"closed"}

    asyncio.run(play())
