"""Carries bytes between two streams, as a forwarded socket does."""

from __future__ import annotations

import asyncio

from device_farm.simulator.adbd.stream import Stream, StreamClosedError


async def relay(near: Stream, far: Stream) -> None:
    """Copies both ways until either side ends; then both are closed."""
    try:
        await far.wait_open()
        async with asyncio.TaskGroup() as group:
            copies = [group.create_task(_copy(near, far)), group.create_task(_copy(far, near))]
            await asyncio.wait(copies, return_when=asyncio.FIRST_COMPLETED)
            near.close()
            far.close()
    except StreamClosedError:
        near.close()
    finally:
        far.close()


async def _copy(source: Stream, target: Stream) -> None:
    try:
        while data := await source.read():
            await target.write(data)
    except StreamClosedError:
        return
