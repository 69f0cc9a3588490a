"""Idempotency keys: the same key is carried out once, however often it is asked for."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from device_farm.errors import ConfigError, DeadlineError
from device_farm.server.limits import MAX_KEY

ResultT = TypeVar("ResultT")
_KEPT_S = 600.0
_MAX_ENTRIES = 4096


@dataclass(slots=True, kw_only=True)
class _Entry:
    """One key. `task` is None once it is done; then `error`, or `result` unless it was not worth keeping."""

    fingerprint: bytes
    at_s: float
    task: asyncio.Task[Any] | None = None
    error: Exception | None = None
    result: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome(Generic[ResultT]):
    """`repeated`: it was done before, and `result` is None unless it was kept."""

    result: ResultT | None
    repeated: bool


def fingerprint(*parts: bytes) -> bytes:
    """What a request asks for, apart from its key."""
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        digest.update(len(part).to_bytes(8, "little"))
        digest.update(part)
    return digest.digest()


class Once:
    """The keys of one lease. They are forgotten after ten minutes, or with the lease."""

    def __init__(self) -> None:
        self._entries: OrderedDict[str, _Entry] = OrderedDict()

    async def do(
        self,
        key: str,
        asked: bytes,
        work: Callable[[], Coroutine[Any, Any, ResultT]],
        *,
        limit_s: float,
        keep: bool = True,
    ) -> Outcome[ResultT]:
        """The result of `work`, run in its own task: a caller that goes away does not undo half of it.

        Without a key it simply runs. `limit_s` ends work whose caller is gone. `keep=False` forgets the result, but
        not that it was done.

        Raises:
            ConfigError: the key is too long, or was used for something else.
            Exception: whatever `work` raised, the first time and every time after.
        """
        if not key:
            return Outcome(result=await work(), repeated=False)
        if len(key) > MAX_KEY:
            raise ConfigError(f"longer than {MAX_KEY} characters", field="idempotency_key", fix="use a UUID")
        entry = self._entries.get(key)
        if entry is None:
            entry = self._begin(key, asked, work, limit_s, keep)
            return Outcome(result=await _joined(entry), repeated=False)
        if entry.fingerprint != asked:
            fix = "use a new key for every new request"
            raise ConfigError("the key was used for another request", field="idempotency_key", fix=fix)
        if entry.task is not None:
            return Outcome(result=await _joined(entry), repeated=False)
        if entry.error is not None:
            raise entry.error
        return Outcome(result=entry.result, repeated=True)

    def _begin(self, key: str, asked: bytes, work: Callable[[], Awaitable[Any]], limit_s: float, keep: bool) -> _Entry:
        now_s = time.monotonic()
        while self._entries:
            oldest = next(iter(self._entries.values()))
            if oldest.task is not None or (len(self._entries) < _MAX_ENTRIES and now_s - oldest.at_s < _KEPT_S):
                break
            self._entries.popitem(last=False)
        entry = _Entry(fingerprint=asked, at_s=now_s)
        entry.task = asyncio.create_task(_bounded(work, limit_s))
        entry.task.add_done_callback(lambda task: _settle(entry, task, keep))
        self._entries[key] = entry
        return entry


async def _bounded(work: Callable[[], Awaitable[Any]], limit_s: float) -> Any:
    try:
        async with asyncio.timeout(limit_s):
            return await work()
    except TimeoutError as error:
        raise DeadlineError(f"not done within {limit_s:g} s") from error


def _settle(entry: _Entry, task: asyncio.Task[Any], keep: bool) -> None:
    entry.task = None
    if task.cancelled():
        entry.error = DeadlineError("the call was cancelled before it was done")
        return
    error = task.exception()
    if isinstance(error, Exception):
        entry.error = error
    elif keep:
        entry.result = task.result()


async def _joined(entry: _Entry) -> Any:
    """Waits for the task without taking it along when the waiter is cancelled."""
    assert entry.task is not None
    return await asyncio.shield(entry.task)
