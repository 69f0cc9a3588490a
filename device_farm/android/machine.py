"""What is under a phone, and the pieces in which one kind of phone differs from another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from device_farm.adb.client import AdbClient
from device_farm.android.capture import ScreenCapture
from device_farm.android.hierarchy import HierarchySource
from device_farm.android.settle import Settle
from device_farm.android.snapshots import Snapshots
from device_farm.device import Endpoints


@dataclass(frozen=True, slots=True, kw_only=True)
class Driver:
    """The pieces that drive a running phone. `endpoints` are an emulator's, for programs that attach to one."""

    client: AdbClient
    capture: ScreenCapture
    hierarchy: HierarchySource
    snapshots: Snapshots
    settle: Settle
    endpoints: Endpoints | None = None


class Machine(Protocol):
    """A simulated phone, an emulator process, or a phone that runs anyway."""

    async def start(self) -> Driver:
        """Brings it up and returns the way to it. `close` is called even when this raises."""
        ...

    async def mark_clean(self) -> None:
        """Takes down the state that `reset` goes back to; called once, when the phone is ready."""
        ...

    async def reset(self, seed: int | None) -> None:
        """Back to the marked state. Raises BackendError."""
        ...

    async def close(self) -> None:
        """Ends what `start` began. Idempotent; safe after a failed start."""
        ...
