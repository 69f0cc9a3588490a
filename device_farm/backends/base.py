"""What a backend owes the pool: a check that it can work here, and unstarted devices."""

from __future__ import annotations

from typing import Protocol

from device_farm.device import ManagedDevice
from device_farm.types.task import Platform


class Backend(Protocol):
    """A source of devices of one kind. Constructors do no I/O."""

    @property
    def name(self) -> str: ...

    @property
    def platform(self) -> Platform: ...

    def preflight(self) -> None:
        """Raises PrerequisiteError, with the command that mends it, where this machine cannot run the backend."""
        ...

    async def create(self, device_id: str) -> ManagedDevice:
        """An unstarted device; ids are unique within the farm and may be used again after `close`."""
        ...

    async def close(self) -> None:
        """Frees what the devices shared. Idempotent; every device has been closed before."""
        ...
