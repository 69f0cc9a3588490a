"""Frames of a device, kept on the server until they are asked for."""

from __future__ import annotations

import asyncio
from collections import deque

from device_farm.errors import FarmError
from device_farm.farm.host_lease import HostLease
from device_farm.types.observation import Observation

_MAX_BYTES = 128 * 1024 * 1024


class Recording:
    """Every changed screen from now on, at most one per `interval_s`; beyond 128 MiB the oldest are dropped."""

    def __init__(self, lease: HostLease, interval_s: float) -> None:
        self.dropped = 0
        self._frames: deque[Observation] = deque()
        self._bytes = 0
        self._error: FarmError | None = None
        self._task = asyncio.create_task(self._record(lease, interval_s))

    async def _record(self, lease: HostLease, interval_s: float) -> None:
        try:
            with lease.calling() as device:
                async for seen in device.stream(interval_s=interval_s):
                    self._keep(seen)
        except FarmError as error:
            self._error = error

    def _keep(self, seen: Observation) -> None:
        self._frames.append(seen)
        self._bytes += _size(seen)
        while self._bytes > _MAX_BYTES and len(self._frames) > 1:
            self._bytes -= _size(self._frames.popleft())
            self.dropped += 1

    async def stop(self) -> list[Observation]:
        """The frames, oldest first. Raises what ended the recording, where it ended by itself before any frame."""
        self._task.cancel()
        await asyncio.wait({self._task})
        if self._error is not None and not self._frames:
            raise self._error
        return list(self._frames)


def _size(seen: Observation) -> int:
    return len(seen.screenshot.data or b"") if seen.screenshot else 0
