"""The nouns of the farm: requests, leases, device states, events."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

from device_farm.device import DeviceInfo
from device_farm.errors import ConfigError
from device_farm.types.task import Platform

DeviceState: TypeAlias = Literal[
    "starting", "ready", "leased", "resetting", "replacing", "quarantined", "unavailable", "closed"
]
LeaseEnd: TypeAlias = Literal["released", "expired", "preempted", "device_failed", "host_lost", "restarted"]
EventKind: TypeAlias = Literal["device", "lease", "host", "farm"]

MIN_TTL_S = 1.0
MAX_TTL_S = 24 * 3600.0
MAX_PRIORITY = 1000
MAX_NAME = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseRequest:
    """What a caller wants. `template` is the name of a pool, `device_id` one device, both empty for any; `ttl_s` is how
    long it holds without a renewal.

    Raises:
        ConfigError: a field is out of range.
    """

    template: str = ""
    platform: Platform | None = None
    owner: str = "anonymous"
    priority: int = 0
    ttl_s: float = 60.0
    device_id: str = ""

    def __post_init__(self) -> None:
        check_ttl(self.ttl_s)
        if not self.owner.strip() or len(self.owner) > MAX_NAME:
            raise ConfigError(f"{self.owner[:40]!r} is no name", field="owner", fix=f"1 to {MAX_NAME} characters")
        if len(self.template) > MAX_NAME:
            raise ConfigError(f"{self.template[:40]!r}... is too long", field="template", fix="see `farm devices`")
        if len(self.device_id) > 2 * MAX_NAME:
            raise ConfigError(f"{self.device_id[:40]!r}... is too long", field="device_id", fix="see `farm devices`")
        if abs(self.priority) > MAX_PRIORITY:
            fix = f"use -{MAX_PRIORITY} to {MAX_PRIORITY}"
            raise ConfigError(f"{self.priority} is out of range", field="priority", fix=fix)

    def fits(self, template: str, platform: Platform) -> bool:
        """Whether a device of this pool will do."""
        return self.template in ("", template) and self.platform in (None, platform)


def check_ttl(ttl_s: float) -> None:
    """Raises ConfigError unless MIN_TTL_S <= ttl_s <= MAX_TTL_S."""
    if not math.isfinite(ttl_s) or not MIN_TTL_S <= ttl_s <= MAX_TTL_S:
        fix = f"use {MIN_TTL_S:g} to {MAX_TTL_S:g} seconds"
        raise ConfigError(f"{ttl_s:g} s is out of range", field="ttl_s", fix=fix)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseRecord:
    """A lease as the farm keeps it. Times are Unix seconds; only the token's hash is known.

    `preempted_at_s` is set while a higher priority waits for the device: the lease ends then at the latest.
    """

    id: str
    owner: str
    priority: int
    device_id: str
    ttl_s: float
    granted_s: float
    deadline_s: float
    token_hash: bytes
    preempted_at_s: float | None = None

    @property
    def ends_s(self) -> float:
        """When it ends if nobody does anything."""
        return self.deadline_s if self.preempted_at_s is None else min(self.deadline_s, self.preempted_at_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """A lease as its holder and listings see it. `address` is empty where the farm itself serves the device."""

    id: str
    owner: str
    priority: int
    template: str
    host: str
    device: DeviceInfo
    address: str
    granted_s: float
    deadline_s: float
    ttl_s: float
    preempted_at_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedDevice:
    """A device as its host reports it."""

    info: DeviceInfo
    template: str
    state: DeviceState
    reason: str = ""
    lease_id: str = ""
    failures: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceStatus:
    """A device as the farm lists it. `since_s` is when it entered its state."""

    info: DeviceInfo
    template: str
    host: str
    state: DeviceState
    reason: str
    since_s: float
    lease_id: str = ""
    owner: str = ""
    failures: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FarmEvent:
    """One change and why. `subject` is the id of the device, lease or host."""

    sequence: int
    time_s: float
    kind: EventKind
    subject: str
    state: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HostStatus:
    name: str
    address: str
    connected: bool
    since_s: float
    devices: int
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueEntry:
    """A waiting request; position 1 is next."""

    position: int
    owner: str
    priority: int
    template: str
    platform: Platform | None
    since_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePosition:
    position: int
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A granted lease with its token, which exists nowhere else."""

    lease: Lease
    token: str

    def __repr__(self) -> str:
        return f"Grant(lease={self.lease!r}, token=...)"
