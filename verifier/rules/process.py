"""Processes of the guest."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from device_farm.device import Device
from device_farm.errors import VerifierError
from device_farm.types.trajectory import Evidence
from verifier.rules.base import complaint


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessRunning:
    """A process whose name is exactly `name` runs (or, with `running` false, none does), as `pidof` sees it."""

    name: str
    running: bool = True

    async def check(self, device: Device) -> Evidence:
        result = await device.shell(f"pidof {shlex.quote(self.name)}")
        pids = result.stdout.decode("ascii", "replace").split()
        # pidof exits with 1 and prints nothing when there is no such process; anything else is trouble.
        if result.exit_code not in (0, 1) or (result.exit_code == 1 and result.stderr):
            raise VerifierError(f"pidof {self.name} failed: {complaint(result)}")
        return Evidence(
            probe=f"process {self.name}",
            observed=f"running as {' '.join(pids)}" if pids else "not running",
            expected="running" if self.running else "not running",
            holds=bool(pids) is self.running,
        )
