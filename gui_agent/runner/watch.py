"""Watches the devices of a farm inside this process, so that a run does not wait in silence for phones that fail."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any, TypeVar

from device_farm.client import FarmClient
from device_farm.errors import BackendError, TransportError
from gui_agent.runner.events import DeviceTrouble, Listener
from gui_agent.runner.failures import first_error

ResultT = TypeVar("ResultT")

_TROUBLE = ("replacing", "quarantined", "unavailable")
_GIVEN_UP = ("quarantined", "unavailable")


async def watch_devices(client: FarmClient, listeners: Sequence[Listener]) -> None:
    """Tells the listeners of every device in trouble, until it is cancelled.

    Raises:
        BackendError: every device has failed for good before any was ready; nothing would ever come.
    """
    states: dict[str, str] = {}
    ever_ready = False
    try:
        async for device, event in client.watch():
            if device is None:
                continue
            states[device.info.id] = device.state
            ever_ready = ever_ready or device.state in ("ready", "leased", "resetting")
            if event is not None and device.state in _TROUBLE:
                text = f"{device.info.id} is {device.state}: {device.reason}"
                for listener in listeners:
                    listener.on_event(DeviceTrouble(worker=-1, error=text))
            if not ever_ready and all(state in _GIVEN_UP for state in states.values()):
                raise BackendError(f"no device could be started; {device.info.id}: {device.reason}", field="backends")
    except TransportError:
        # The leases notice by themselves when the farm is gone.
        return


async def watched(
    client: FarmClient, work: Coroutine[Any, Any, ResultT], listeners: Sequence[Listener], *, local: bool
) -> ResultT:
    """Awaits `work`; on a `local` farm with its devices watched. Raises what either raises."""
    if not local:
        return await work
    try:
        async with asyncio.TaskGroup() as group:
            watcher = group.create_task(watch_devices(client, listeners))
            result = await work
            watcher.cancel()
    except BaseExceptionGroup as errors:
        raise first_error(errors) from errors
    return result
