"""Wall-clock time as an argument: lease deadlines have to outlive a process, so they are Unix seconds."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    def now_s(self) -> float:
        """Unix seconds."""
        ...


class SystemClock:
    """The machine's clock. Hosts are told how long a lease has left, so their clocks need not agree."""

    def now_s(self) -> float:
        return time.time()


class ManualClock:
    """A clock that moves only when told."""

    def __init__(self, now_s: float = 1_700_000_000.0) -> None:
        self._now_s = now_s

    def now_s(self) -> float:
        return self._now_s

    def advance(self, seconds: float) -> None:
        self._now_s += seconds
