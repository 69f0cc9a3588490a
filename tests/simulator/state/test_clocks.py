from __future__ import annotations

import asyncio

import pytest

from device_farm.simulator.clock import RealClock, VirtualClock


def test_virtual_clock_moves_only_when_told() -> None:
    clock = VirtualClock(1000.0, uptime_s=5.0)
    assert (clock.now_s(), clock.uptime_s()) == (1000.0, 5.0)
    clock.advance(2.5)
    assert (clock.now_s(), clock.uptime_s()) == (1002.5, 7.5)


def test_virtual_clock_set_leaves_uptime_alone() -> None:
    clock = VirtualClock(1000.0, uptime_s=5.0)
    clock.set(50.0)
    assert (clock.now_s(), clock.uptime_s()) == (50.0, 5.0)


def test_virtual_clock_sleep_advances_at_once() -> None:
    clock = VirtualClock(0.0, uptime_s=0.0)
    asyncio.run(clock.sleep(3600))
    assert clock.now_s() == 3600


@pytest.mark.parametrize("seconds", [-1.0, float("nan"), float("inf")])
def test_clocks_refuse_times_that_make_no_sense(seconds: float) -> None:
    for clock in (VirtualClock(), RealClock()):
        with pytest.raises(ValueError):
            clock.advance(seconds)


def test_clock_restore_brings_both_times_back() -> None:
    clock = VirtualClock(10.0, uptime_s=1.0)
    state = clock.snapshot()
    clock.advance(100)
    clock.restore(state)
    assert clock.snapshot() == (10.0, 1.0)


def test_real_clock_follows_the_hosts_clock_from_its_own_start() -> None:
    host_s = 500.0
    clock = RealClock(1000.0, monotonic_s=lambda: host_s)
    host_s = 507.0
    assert (clock.now_s(), clock.uptime_s()) == (1007.0, 7.0)
    clock.set(20.0)
    host_s = 508.0
    assert (clock.now_s(), clock.uptime_s()) == (21.0, 8.0)
    clock.restore((1.0, 2.0))
    assert (clock.now_s(), clock.uptime_s()) == (1.0, 2.0)
