"""The phone's clocks. Nothing below `SimulatedPhone` asks the host for the time."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable
from typing import Protocol

# Sunday 2023-10-15 15:34:00 UTC, the instant that AndroidWorld sets before every task.
DEFAULT_NOW_S = 1_697_384_040.0


class Clock(Protocol):
    """Wall clock and uptime of one phone, both in seconds."""

    def now_s(self) -> float:
        """Unix time as the phone sees it."""
        ...

    def uptime_s(self) -> float:
        """Seconds since boot. Setting the wall clock does not move it."""
        ...

    def set(self, now_s: float) -> None:
        """Sets the wall clock."""
        ...

    def advance(self, seconds: float) -> None:
        """Moves both clocks forward."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Returns once `seconds` of the phone's time have passed."""
        ...

    async def pace(self, seconds: float) -> None:
        """Returns after `seconds` of a gesture on a clock that runs by itself, at once on one that does not."""
        ...

    def snapshot(self) -> tuple[float, float]:
        """(now_s, uptime_s), for `restore`."""
        ...

    def restore(self, state: tuple[float, float]) -> None: ...


class VirtualClock:
    """Moves only when told, so that the same actions give the same times. `sleep` advances it and returns at once."""

    def __init__(self, now_s: float = DEFAULT_NOW_S, *, uptime_s: float = 30.0) -> None:
        self._now_s = now_s
        self._uptime_s = uptime_s

    def now_s(self) -> float:
        return self._now_s

    def uptime_s(self) -> float:
        return self._uptime_s

    def set(self, now_s: float) -> None:
        self._now_s = _finite(now_s)

    def advance(self, seconds: float) -> None:
        if _finite(seconds) < 0:
            raise ValueError(f"a clock does not run backwards: advance({seconds})")
        self._now_s += seconds
        self._uptime_s += seconds

    async def sleep(self, seconds: float) -> None:
        self.advance(max(0.0, seconds))
        await asyncio.sleep(0)

    async def pace(self, seconds: float) -> None:
        # Every input event already moves this clock by a fixed step.
        return

    def snapshot(self) -> tuple[float, float]:
        return (self._now_s, self._uptime_s)

    def restore(self, state: tuple[float, float]) -> None:
        self._now_s, self._uptime_s = state


class RealClock:
    """Runs with the host's monotonic clock; the phone's wall clock is an offset from it."""

    def __init__(self, now_s: float | None = None, *, monotonic_s: Callable[[], float] = time.monotonic) -> None:
        self._monotonic_s = monotonic_s
        self._booted_s = monotonic_s()
        self._skipped_s = 0.0
        self._base_s = time.time() if now_s is None else now_s

    def now_s(self) -> float:
        return self._base_s + self.uptime_s()

    def uptime_s(self) -> float:
        return self._monotonic_s() - self._booted_s + self._skipped_s

    def set(self, now_s: float) -> None:
        self._base_s = _finite(now_s) - self.uptime_s()

    def advance(self, seconds: float) -> None:
        if _finite(seconds) < 0:
            raise ValueError(f"a clock does not run backwards: advance({seconds})")
        self._skipped_s += seconds

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds))

    async def pace(self, seconds: float) -> None:
        await self.sleep(seconds)

    def snapshot(self) -> tuple[float, float]:
        return (self.now_s(), self.uptime_s())

    def restore(self, state: tuple[float, float]) -> None:
        """Sets both clocks back to `state`, as restoring a virtual machine does."""
        now_s, uptime_s = state
        self._skipped_s += uptime_s - self.uptime_s()
        self.set(now_s)


def _finite(seconds: float) -> float:
    if not math.isfinite(seconds):
        raise ValueError(f"not a time: {seconds}")
    return seconds
