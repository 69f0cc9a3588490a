"""What the controller knows of hosts and their devices."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from device_farm.errors import ConfigError
from device_farm.farm.link import HostLink
from device_farm.farm.model import DeviceStatus, HostStatus, OfferedDevice


@dataclass(slots=True, kw_only=True)
class Member:
    """A host. `link` is None while it is not connected; `lost_s` is since when."""

    name: str
    address: str
    version: str
    link: HostLink | None
    since_s: float
    lost_s: float | None = None
    durable: bool = True
    device_ids: set[str] = field(default_factory=set)

    def status(self) -> HostStatus:
        return HostStatus(
            name=self.name,
            address=self.address,
            connected=self.link is not None,
            since_s=self.since_s,
            devices=len(self.device_ids),
            version=self.version,
        )


class Fleet:
    """Hosts by name, devices by id."""

    def __init__(self) -> None:
        self.members: dict[str, Member] = {}
        self.devices: dict[str, DeviceStatus] = {}

    def host_of(self, device_id: str) -> Member | None:
        device = self.devices.get(device_id)
        return self.members.get(device.host) if device else None

    def check_join(self, name: str, address: str, offered: Iterable[OfferedDevice]) -> None:
        """Raises ConfigError when another host has this name, or one of these devices."""
        member = self.members.get(name)
        if member is not None and member.link is not None and member.address != address:
            fix = "give each host its own --name"
            raise ConfigError(f"{name!r} is connected already, from {member.address}", field="--name", fix=fix)
        for device in offered:
            known = self.devices.get(device.info.id)
            if known is not None and known.host != name:
                raise ConfigError(f"device {device.info.id} is on host {known.host!r} already", field="--name")

    def put(self, host: str, device: OfferedDevice, now_s: float) -> DeviceStatus:
        """Takes over what the host says of a device; returns what is known then."""
        old = self.devices.get(device.info.id)
        unchanged = old is not None and old.state == device.state
        status = DeviceStatus(
            info=device.info,
            template=device.template,
            host=host,
            state=device.state,
            reason=device.reason,
            since_s=old.since_s if old is not None and unchanged else now_s,
            lease_id=device.lease_id,
            failures=device.failures,
        )
        self.devices[device.info.id] = status
        self.members[host].device_ids.add(device.info.id)
        return status

    def drop(self, device_id: str) -> None:
        device = self.devices.pop(device_id, None)
        if device is not None:
            self.members[device.host].device_ids.discard(device_id)
