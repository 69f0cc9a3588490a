"""Where a verifier may look beyond what was recorded: the device as the attempt left it, and copies to change."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from device_farm.device import Device


class Scene(Protocol):
    """One attempt's device. Used by one verifier at a time, one call after the other."""

    @property
    def device(self) -> Device:
        """As the attempt left it. Whoever holds it must leave it so; probes reach it through `ReadOnlyDevice` only."""
        ...

    def fork(self) -> AbstractAsyncContextManager[Device]:
        """A copy that may be changed; what is done to it is gone afterwards, and `device` is as it was.

        Raises:
            VerifierError: this kind of device cannot be copied.
        """
        ...

    def start(self) -> AbstractAsyncContextManager[Device]:
        """A copy as the task's set-up left it, before the agent's first step. Raises as `fork` does."""
        ...
