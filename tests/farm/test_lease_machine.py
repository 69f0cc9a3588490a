"""Random sequences of everything that can happen to leases, against real devices, pool, controller and database."""

from __future__ import annotations

import asyncio
from collections import Counter
from itertools import pairwise

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from device_farm.backends.config import FakeConfig
from device_farm.backends.fake import FakeBackend, FakeDevice
from device_farm.errors import LeaseExpiredError
from device_farm.farm.clock import ManualClock
from device_farm.farm.controller import Controller, ControllerSettings
from device_farm.farm.host_agent import HostAgent
from device_farm.farm.link import LocalLink
from device_farm.farm.model import Grant, LeaseRequest
from device_farm.farm.pool import Template
from device_farm.farm.slot import PoolSettings
from device_farm.farm.store import Store

_DEVICES = 3
_POOL = PoolSettings(backoff_s=0.0001, max_backoff_s=0.001, health_interval_s=3600.0)


class LeaseMachine(RuleBasedStateMachine):
    """Owners ask, leave, renew, release, let leases run out, break devices. Each owner marks the device it gets."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.clock = ManualClock()
        self.waiting: dict[int, tuple[str, asyncio.Task[Grant]]] = {}
        self.held: dict[int, Grant] = {}
        self.number = 0

    @initialize()
    def begin(self) -> None:
        self.runner.run(self._begin())

    async def _begin(self) -> None:
        self.backend = FakeBackend(FakeConfig(devices=_DEVICES))
        self.store = await Store().__aenter__()
        self.controller = Controller(self.store, clock=self.clock, settings=ControllerSettings(preemption_grace_s=5.0))
        await self.controller.__aenter__()
        template = Template(name="fake", backend=self.backend, devices=_DEVICES)
        self.agent = HostAgent([template], clock=self.clock, settings=_POOL)
        self.controller.roster.attach("local", LocalLink(self.agent), self.agent.inventory(), durable=False)
        self.agent.report = lambda report: self.controller.roster.report("local", report)
        await self.agent.__aenter__()
        await self._settle()

    async def _settle(self) -> None:
        """Lets everything happen that the last step has set off."""
        for _ in range(12):
            self.agent.expire()
            self.controller.step()
            await self.store.settled()
            for _ in range(8):
                await asyncio.sleep(0)
        await asyncio.sleep(0.002)
        for number, (_, task) in list(self.waiting.items()):
            if task.done():
                del self.waiting[number]
                grant = task.result()
                self.held[number] = grant
                await self._mark(number, grant)

    async def _mark(self, number: int, grant: Grant) -> None:
        lease = self.agent.leases.check(grant.lease.id, grant.token)
        with lease.calling() as device:
            # A reset came before: nothing of the last owner is left.
            assert (await device.shell("ls /owner")).exit_code != 0
            await device.push(f"/owner/{number}", b"")

    async def _acquire(self, request: LeaseRequest) -> Grant:
        grant: Grant | None = None
        async for news in self.controller.acquire(request):
            if isinstance(news, Grant):
                grant = news
        assert grant is not None
        return grant

    @rule(owner=st.sampled_from("abc"), priority=st.integers(0, 2), ttl_s=st.sampled_from([10.0, 100.0]))
    def ask(self, owner: str, priority: int, ttl_s: float) -> None:
        self.number += 1
        request = LeaseRequest(owner=owner, priority=priority, ttl_s=ttl_s)
        number = self.number

        async def start() -> None:
            self.waiting[number] = (owner, asyncio.create_task(self._acquire(request)))
            await self._settle()

        self.runner.run(start())

    @precondition(lambda self: self.waiting)
    @rule(data=st.data())
    def leave_the_queue(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(sorted(self.waiting)))
        _, task = self.waiting.pop(number)

        async def leave() -> None:
            task.cancel()
            await asyncio.wait({task})
            await self._settle()

        self.runner.run(leave())

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        grant = self.held.pop(data.draw(st.sampled_from(sorted(self.held))))

        async def give_back() -> None:
            await self.controller.release(grant.lease.id, grant.token)
            await self._settle()

        self.runner.run(give_back())

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def renew(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(sorted(self.held)))
        grant = self.held[number]

        async def renew() -> None:
            try:
                await self.controller.renew(grant.lease.id, grant.token)
            except LeaseExpiredError:
                del self.held[number]
            await self._settle()

        self.runner.run(renew())

    @rule(seconds=st.sampled_from([1.0, 6.0, 20.0, 200.0]))
    def time_passes(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.runner.run(self._settle())

    @rule(index=st.integers(0, _DEVICES - 1))
    def a_reset_will_fail(self, index: int) -> None:
        self.backend.devices[f"fake-{index}"].faults.reset_failures = 1

    @invariant()
    def no_device_has_two_owners(self) -> None:
        if not hasattr(self, "controller"):
            return
        devices = Counter(lease.device.id for lease in self.controller.leases())
        assert all(count == 1 for count in devices.values())
        for device in self.backend.devices.values():
            assert isinstance(device, FakeDevice)
            state = device._state
            marks = [path for path in state.files if path.startswith("/owner/")] if state else []
            assert len(marks) <= 1

    @invariant()
    def nobody_waits_while_a_device_is_ready(self) -> None:
        if not hasattr(self, "controller") or not self.waiting:
            return
        assert all(device.state != "ready" for device in self.controller.devices())

    @invariant()
    def an_owner_with_more_devices_never_goes_before_one_with_fewer(self) -> None:
        if not hasattr(self, "controller"):
            return
        held = Counter(lease.owner for lease in self.controller.leases())
        queue = self.controller.queue()
        for first, second in pairwise(queue):
            assert first.priority >= second.priority
            if first.priority == second.priority and first is queue[0]:
                assert held[first.owner] <= held[second.owner]

    def teardown(self) -> None:
        async def end() -> None:
            for _, task in self.waiting.values():
                task.cancel()
            await self.agent.__aexit__()
            await self.controller.__aexit__()
            await self.store.__aexit__()

        if hasattr(self, "controller"):
            self.runner.run(end())
        self.runner.close()


LeaseMachine.TestCase.settings = settings(
    max_examples=15,
    stateful_step_count=15,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
test_leases_hold_under_any_sequence = LeaseMachine.TestCase
