"""The log buffers: a bounded ring of lines, and those who follow it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum

from device_farm.simulator.clock import Clock

# Roughly the 256 KiB that an emulator keeps a buffer.
LINES_MAX = 2000


class Priority(Enum):
    """`value` is the letter that logcat prints."""

    VERBOSE = "V"
    DEBUG = "D"
    INFO = "I"
    WARN = "W"
    ERROR = "E"
    FATAL = "F"

    @property
    def rank(self) -> int:
        return _RANKS[self]


_RANKS = {priority: rank for rank, priority in enumerate(Priority)}


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """`time_s` is Unix seconds of the phone; `buffer` is main, system, events, crash or radio."""

    sequence: int
    time_s: float
    buffer: str
    pid: int
    tid: int
    priority: Priority
    tag: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogState:
    lines: tuple[LogLine, ...]
    next_sequence: int


class Logcat:
    def __init__(self, clock: Clock, *, lines_max: int = LINES_MAX) -> None:
        self._clock = clock
        self._lines_max = lines_max
        self._lines: list[LogLine] = []
        self._next_sequence = 0
        self._followers: set[asyncio.Queue[LogLine]] = set()

    def log(
        self,
        tag: str,
        message: str,
        *,
        priority: Priority = Priority.INFO,
        buffer: str = "main",
        pid: int = 1000,
        tid: int | None = None,
    ) -> None:
        """Adds a line a line of `message`; the oldest give way."""
        for text in message.split("\n"):
            line = LogLine(
                sequence=self._next_sequence,
                time_s=self._clock.now_s(),
                buffer=buffer,
                pid=pid,
                tid=pid if tid is None else tid,
                priority=priority,
                tag=tag,
                message=text,
            )
            self._next_sequence += 1
            self._lines.append(line)
            for queue in self._followers:
                if queue.full():
                    queue.get_nowait()
                queue.put_nowait(line)
        # Trimmed in bulk, so that a busy log does not copy the ring for every line.
        if len(self._lines) > 2 * self._lines_max:
            del self._lines[: -self._lines_max]

    def lines(self) -> tuple[LogLine, ...]:
        """What the ring holds, oldest first."""
        return tuple(self._lines[-self._lines_max :])

    def clear(self) -> None:
        self._lines.clear()

    @contextmanager
    def follow(self) -> Iterator[asyncio.Queue[LogLine]]:
        """A queue that gets every line logged inside the `with`. A reader that falls far behind loses the oldest."""
        queue: asyncio.Queue[LogLine] = asyncio.Queue(self._lines_max)
        self._followers.add(queue)
        try:
            yield queue
        finally:
            self._followers.discard(queue)

    def snapshot(self) -> LogState:
        return LogState(lines=self.lines(), next_sequence=self._next_sequence)

    def restore(self, state: LogState) -> None:
        self._lines = list(state.lines)
        self._next_sequence = state.next_sequence
