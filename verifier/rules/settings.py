"""Android settings tables and system properties."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import Literal

from device_farm.device import Device
from device_farm.types.trajectory import Evidence
from verifier.rules.base import guest_output, shown


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingEquals:
    """`settings get NAMESPACE KEY` prints one of the `expected` values. An unset key prints `null`."""

    namespace: Literal["system", "secure", "global"]
    key: str
    expected: str | tuple[str, ...]

    async def check(self, device: Device) -> Evidence:
        observed = await guest_output(device, f"settings get {self.namespace} {shlex.quote(self.key)}")
        accepted = (self.expected,) if isinstance(self.expected, str) else self.expected
        return Evidence(
            probe=f"setting {self.namespace}/{self.key}",
            observed=shown(observed),
            expected=" or ".join(accepted),
            holds=observed in accepted,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingInRange:
    """The setting is a number within `low` and `high`, both included; for sliders. Not a number: does not hold."""

    namespace: Literal["system", "secure", "global"]
    key: str
    low: float
    high: float

    async def check(self, device: Device) -> Evidence:
        observed = await guest_output(device, f"settings get {self.namespace} {shlex.quote(self.key)}")
        try:
            holds = self.low <= float(observed) <= self.high
        except ValueError:
            holds = False
        return Evidence(
            probe=f"setting {self.namespace}/{self.key}",
            observed=shown(observed),
            expected=f"from {self.low:g} to {self.high:g}",
            holds=holds,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PropertyEquals:
    """`getprop NAME` prints `expected`."""

    name: str
    expected: str

    async def check(self, device: Device) -> Evidence:
        observed = await guest_output(device, f"getprop {shlex.quote(self.name)}")
        return Evidence(
            probe=f"property {self.name}",
            observed=shown(observed),
            expected=self.expected,
            holds=observed == self.expected,
        )
