"""Where the runner gets its devices from."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from device_farm.device import Device
from device_farm.types.task import Platform


class DeviceSource(Protocol):
    """Leases devices. A leased device is clean: it was reset after its last use.

    Entering the context waits for a device. It raises CapacityError where none can ever come, and BackendError,
    LeaseError or TransportError where this one did not.
    """

    def lease(self, platform: Platform) -> AbstractAsyncContextManager[Device]: ...
