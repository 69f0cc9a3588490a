"""Teardown that a cancellation cannot cut short."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any


async def finish(work: Coroutine[Any, Any, None], *, timeout_s: float) -> None:
    """Runs `work` to its end even if the caller is cancelled meanwhile, then lets the cancellation through.

    Raises:
        TimeoutError: `work` ran past `timeout_s`; it has been cancelled.
    """
    task = asyncio.ensure_future(asyncio.wait_for(work, timeout_s))
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        if not task.cancelled():
            task.exception()
        raise cancelled
    task.result()
