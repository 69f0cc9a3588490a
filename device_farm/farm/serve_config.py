"""Config files of `farm serve` and `farm host`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from pydantic import Field

from device_farm.backends.config import BackendConfig
from device_farm.config import ConfigModel
from device_farm.farm.controller import ControllerSettings
from device_farm.farm.slot import PoolSettings


class PoolSection(ConfigModel):
    """Deadlines and pauses of the devices, in seconds."""

    start_timeout_s: float = Field(default=300.0, gt=0)
    reset_timeout_s: float = Field(default=60.0, gt=0)
    health_timeout_s: float = Field(default=10.0, gt=0)
    close_timeout_s: float = Field(default=30.0, gt=0)
    health_interval_s: float = Field(default=30.0, gt=0)
    backoff_s: float = Field(default=0.5, gt=0)
    max_backoff_s: float = Field(default=30.0, gt=0)
    quarantine_after: int = Field(default=3, ge=1)
    quarantine_s: float = Field(default=300.0, gt=0)
    concurrent_starts: int = Field(default=4, ge=1)

    def settings(self) -> PoolSettings:
        return PoolSettings(**self.model_dump())


class LeaseSection(ConfigModel):
    """Leases and the queue; times in seconds."""

    preemption_grace_s: float = Field(default=30.0, ge=0)
    host_grace_s: float = Field(default=60.0, ge=0)
    open_timeout_s: float = Field(default=10.0, gt=0)
    max_queue: int = Field(default=10_000, ge=1)

    def settings(self) -> ControllerSettings:
        return ControllerSettings(**self.model_dump())


class FleetConfig(ConfigModel):
    """What `farm serve` and `farm host` share. `backends` maps the name of a template to its backend."""

    listen: str = "127.0.0.1:7070"
    tls_cert: Path | None = None
    tls_key: Path | None = None
    credential_file: Path | None = None
    backends: dict[str, BackendConfig] = Field(default_factory=dict)
    pool: PoolSection = PoolSection()


class ServeConfig(FleetConfig):
    """`state` is the path of an SQLite file, or a database URL."""

    state: str = "farm.db"
    leases: LeaseSection = LeaseSection()


class HostConfig(FleetConfig):
    """`advertise` is the address that clients dial, where it is not the one that is listened on."""

    listen: str = "127.0.0.1:0"
    join: str = ""
    name: str = ""
    advertise: str = ""
    ca: Path | None = None
    server_name: str | None = None


def defaults_agree() -> bool:
    """Whether the sections and the settings that they fill have the same defaults; a test asks."""
    pool = asdict(PoolSettings()) == PoolSection().model_dump()
    return pool and asdict(ControllerSettings()) == LeaseSection().model_dump()
