"""Concurrent calls gathered into batches for an engine that computes one batch at a time."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from device_farm.errors import PolicyError

Item = TypeVar("Item")
Result = TypeVar("Result")


class Batcher(Generic[Item, Result]):
    """Gives `work` up to `limit` items at a time, in a thread, of those that come within `window_s` of the first.

    `work` returns one result an item, in order. What it raises is given to every caller of that batch; the next batch
    is not touched by it. A caller that was cancelled while it waited takes no place in a batch.
    """

    def __init__(self, work: Callable[[Sequence[Item]], Sequence[Result]], *, limit: int, window_s: float) -> None:
        self._work = work
        self._limit = limit
        self._window_s = window_s
        self._waiting: asyncio.Queue[tuple[Item, asyncio.Future[Result]]] = asyncio.Queue()
        self._gathered: list[tuple[Item, asyncio.Future[Result]]] = []
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Waits for a batch in progress; callers that still wait get a PolicyError."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None
        while not self._waiting.empty():
            self._gathered.append(self._waiting.get_nowait())
        for _, future in self._gathered:
            if not future.done():
                future.set_exception(PolicyError("the model was closed"))

    async def submit(self, item: Item) -> Result:
        """Raises PolicyError when the batcher is not started, or closed meanwhile; and what `work` raises."""
        if self._task is None:
            raise PolicyError("the model was not entered; use it as `async with`")
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.put_nowait((item, future))
        return await future

    async def _run(self) -> None:
        while True:
            batch = await self._gather()
            if not batch:
                continue
            items = [item for item, _ in batch]
            computing = asyncio.get_running_loop().run_in_executor(None, self._work, items)
            try:
                # A thread cannot be cancelled; leaving it behind would compute on a model that is being taken away.
                await asyncio.shield(computing)
            except asyncio.CancelledError:
                await asyncio.wait([computing])
                _deliver(batch, computing)
                raise
            except Exception:  # noqa: BLE001 - delivered to the callers just below
                pass
            _deliver(batch, computing)

    async def _gather(self) -> list[tuple[Item, asyncio.Future[Result]]]:
        # Kept where `close` finds it: it may come while a batch is being gathered.
        self._gathered = []
        batch = self._gathered
        batch.append(await self._waiting.get())
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._window_s):
                while len(batch) < self._limit:
                    batch.append(await self._waiting.get())
        return [(item, future) for item, future in batch if not future.done()]


def _deliver(batch: Sequence[tuple[Item, asyncio.Future[Result]]], computed: asyncio.Future[Sequence[Result]]) -> None:
    error = computed.exception()
    if error is None and len(computed.result()) != len(batch):
        error = PolicyError(f"{len(computed.result())} results for {len(batch)} calls")
    for index, (_, future) in enumerate(batch):
        if future.done():
            continue
        if error is None:
            future.set_result(computed.result()[index])
        else:
            future.set_exception(error)
