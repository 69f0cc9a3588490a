"""A lease as text: what another process needs to use it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, cast

from device_farm.device import DeviceInfo, Endpoints
from device_farm.errors import ConfigError
from device_farm.farm.model import Lease
from device_farm.types.geometry import Size
from device_farm.types.task import Platform


def _endpoints(values: dict[str, Any] | None) -> Endpoints | None:
    """What a lease file says of them; an older one says nothing."""
    if values is None:
        return None
    ports = {name: int(values[name]) for name in ("console", "adb", "grpc")}
    return Endpoints(machine=str(values["machine"]), adb_server=int(values.get("adb_server", 0)), **ports)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseHandle:
    """`farm` is where to renew, `address` where the device is served. The token is as good as the device: keep it."""

    id: str
    token: str = field(repr=False)
    farm: str
    address: str
    device: DeviceInfo
    deadline_s: float

    @staticmethod
    def of(lease: Lease, token: str, *, farm: str) -> LeaseHandle:
        """The handle of a lease that the farm at `farm` granted."""
        return LeaseHandle(
            id=lease.id,
            token=token,
            farm=farm,
            address=lease.address or farm,
            device=lease.device,
            deadline_s=lease.deadline_s,
        )

    def to_json(self) -> str:
        """One JSON object in one line."""
        return json.dumps(asdict(self))

    @staticmethod
    def from_json(text: str, *, source: str = "--lease") -> LeaseHandle:
        """Raises ConfigError when `text` is not what `to_json` writes."""
        fix = "use the file that `farm lease --out FILE` wrote"
        try:
            values = cast(dict[str, Any], json.loads(text))
            device = values["device"]
            return LeaseHandle(
                id=str(values["id"]),
                token=str(values["token"]),
                farm=str(values["farm"]),
                address=str(values["address"]),
                device=DeviceInfo(
                    id=str(device["id"]),
                    backend=str(device["backend"]),
                    platform=cast(Platform, str(device["platform"])),
                    screen=Size(int(device["screen"]["width"]), int(device["screen"]["height"])),
                    image=str(device["image"]),
                    endpoints=_endpoints(device.get("endpoints")),
                ),
                deadline_s=float(values["deadline_s"]),
            )
        except KeyError as error:
            raise ConfigError(f"the lease has no {error}", field=source, fix=fix) from error
        except (ValueError, TypeError) as error:
            raise ConfigError(f"this is no lease: {error}", field=source, fix=fix) from error

    def write(self, path: Path) -> None:
        """For the owner's eyes only. Raises ConfigError when the file cannot be written."""
        try:
            path.touch(mode=0o600, exist_ok=True)
            path.chmod(0o600)
            path.write_text(self.to_json() + "\n", "utf-8")
        except OSError as error:
            raise ConfigError(f"cannot write {path}: {error.strerror}", field="--out") from error

    def renewed(self, lease: Lease) -> LeaseHandle:
        return replace(self, deadline_s=lease.deadline_s)
