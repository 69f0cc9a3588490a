"""Leases, hosts and their devices as rows, and back after a restart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from device_farm.device import DeviceInfo
from device_farm.farm.model import LeaseEnd, LeaseRecord, OfferedDevice
from device_farm.farm.store import Store
from device_farm.farm.tables import devices, hosts, leases
from device_farm.types.geometry import Size

KEPT_ENDED = 4096
_LEASE_COLUMNS = (
    "id",
    "owner",
    "priority",
    "device_id",
    "ttl_s",
    "granted_s",
    "deadline_s",
    "preempted_at_s",
    "token_hash",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownHost:
    name: str
    address: str
    version: str
    devices: tuple[OfferedDevice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedLease:
    """Enough of an ended lease to answer a late call."""

    id: str
    token_hash: bytes
    how: LeaseEnd
    reason: str


def insert_lease(lease: LeaseRecord) -> sa.Executable:
    return leases.insert().values({name: getattr(lease, name) for name in _LEASE_COLUMNS} | {"reason": ""})


def update_lease(lease: LeaseRecord) -> sa.Executable:
    """The fields of a lease that change while it is open."""
    changed = {"deadline_s": lease.deadline_s, "preempted_at_s": lease.preempted_at_s}
    return leases.update().where(leases.c.id == lease.id).values(changed)


def end_lease(lease: LeaseRecord, how: LeaseEnd, reason: str, now_s: float) -> sa.Executable:
    return leases.update().where(leases.c.id == lease.id).values(how=how, reason=reason, ended_s=now_s)


def put_host(name: str, address: str, version: str, offered: Sequence[OfferedDevice]) -> list[sa.Executable]:
    """The host with exactly these devices, in place of what was known of it."""
    statements: list[sa.Executable] = [
        hosts.delete().where(hosts.c.name == name),
        devices.delete().where(devices.c.host == name),
        hosts.insert().values(name=name, address=address, version=version),
    ]
    statements += [
        devices.insert().values(
            id=device.info.id,
            host=name,
            template=device.template,
            backend=device.info.backend,
            platform=device.info.platform,
            width=device.info.screen.width,
            height=device.info.screen.height,
            image=device.info.image,
        )
        for device in offered
    ]
    return statements


def drop_host(name: str) -> list[sa.Executable]:
    return [hosts.delete().where(hosts.c.name == name), devices.delete().where(devices.c.host == name)]


def drop_device(device_id: str) -> sa.Executable:
    return devices.delete().where(devices.c.id == device_id)


async def load_hosts(store: Store) -> list[KnownHost]:
    """Hosts that had joined, with their devices as unavailable."""
    rows = await store.read(sa.select(devices))
    offered: dict[str, list[OfferedDevice]] = {}
    for row in rows:
        info = DeviceInfo(
            id=row["id"],
            backend=row["backend"],
            platform=row["platform"],
            screen=Size(row["width"], row["height"]),
            image=row["image"],
        )
        reason = "its host has not come back since the farm restarted"
        device = OfferedDevice(info=info, template=row["template"], state="unavailable", reason=reason)
        offered.setdefault(row["host"], []).append(device)
    return [
        KnownHost(
            name=row["name"],
            address=row["address"],
            version=row["version"],
            devices=tuple(offered.get(row["name"], ())),
        )
        for row in await store.read(sa.select(hosts))
    ]


async def load_leases(store: Store) -> list[LeaseRecord]:
    """Leases that were open."""
    rows = await store.read(sa.select(*(leases.c[name] for name in _LEASE_COLUMNS)).where(leases.c.how.is_(None)))
    return [LeaseRecord(**row) for row in rows]


async def load_ended(store: Store) -> list[EndedLease]:
    """The leases that ended last, oldest first."""
    query = (
        sa.select(leases.c.id, leases.c.token_hash, leases.c.how, leases.c.reason)
        .where(leases.c.how.is_not(None))
        .order_by(leases.c.ended_s.desc())
        .limit(KEPT_ENDED)
    )
    return [EndedLease(**row) for row in reversed(await store.read(query))]
