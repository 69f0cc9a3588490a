"""Leases, devices, events and hosts on the wire."""

from __future__ import annotations

from typing import cast

from device_farm.converter.enums import EnumTable, platforms
from device_farm.converter.observation import info_from_pb, info_to_pb
from device_farm.farm.model import (
    DeviceState,
    DeviceStatus,
    EventKind,
    FarmEvent,
    HostStatus,
    Lease,
    LeaseEnd,
    LeaseRequest,
    OfferedDevice,
    QueueEntry,
    QueuePosition,
)
from device_farm.pb import farm_pb2 as pb
from device_farm.pb import host_pb2, types_pb2
from device_farm.types.task import Platform

device_states: EnumTable[DeviceState, pb.DeviceState] = EnumTable(
    "state",
    {
        "starting": pb.DEVICE_STATE_STARTING,
        "ready": pb.DEVICE_STATE_READY,
        "leased": pb.DEVICE_STATE_LEASED,
        "resetting": pb.DEVICE_STATE_RESETTING,
        "replacing": pb.DEVICE_STATE_REPLACING,
        "quarantined": pb.DEVICE_STATE_QUARANTINED,
        "unavailable": pb.DEVICE_STATE_UNAVAILABLE,
        "closed": pb.DEVICE_STATE_CLOSED,
    },
)
lease_ends: EnumTable[LeaseEnd, host_pb2.LeaseEnd] = EnumTable(
    "end",
    {
        "released": host_pb2.LEASE_END_RELEASED,
        "expired": host_pb2.LEASE_END_EXPIRED,
        "preempted": host_pb2.LEASE_END_PREEMPTED,
        "device_failed": host_pb2.LEASE_END_DEVICE_FAILED,
        "host_lost": host_pb2.LEASE_END_HOST_LOST,
        "restarted": host_pb2.LEASE_END_RESTARTED,
    },
)


def _platform_to_pb(platform: Platform | None) -> types_pb2.Platform:
    return platforms.to_wire(platform) if platform else types_pb2.PLATFORM_UNSPECIFIED


def _platform_from_pb(number: int) -> Platform | None:
    return platforms.from_wire(number) if number != types_pb2.PLATFORM_UNSPECIFIED else None


def request_to_pb(request: LeaseRequest, *, key: str) -> pb.AcquireRequest:
    return pb.AcquireRequest(
        template=request.template,
        platform=_platform_to_pb(request.platform),
        owner=request.owner,
        priority=request.priority,
        ttl_s=request.ttl_s,
        idempotency_key=key,
        device_id=request.device_id,
    )


def request_from_pb(message: pb.AcquireRequest) -> LeaseRequest:
    """Raises ConfigError for a field out of range."""
    return LeaseRequest(
        template=message.template,
        platform=_platform_from_pb(message.platform),
        owner=message.owner,
        priority=message.priority,
        ttl_s=message.ttl_s,
        device_id=message.device_id,
    )


def lease_to_pb(lease: Lease) -> pb.Lease:
    return pb.Lease(
        id=lease.id,
        owner=lease.owner,
        priority=lease.priority,
        template=lease.template,
        host=lease.host,
        device=info_to_pb(lease.device),
        address=lease.address,
        granted_s=lease.granted_s,
        deadline_s=lease.deadline_s,
        ttl_s=lease.ttl_s,
        preempted_at_s=lease.preempted_at_s or 0.0,
    )


def lease_from_pb(message: pb.Lease) -> Lease:
    return Lease(
        id=message.id,
        owner=message.owner,
        priority=message.priority,
        template=message.template,
        host=message.host,
        device=info_from_pb(message.device),
        address=message.address,
        granted_s=message.granted_s,
        deadline_s=message.deadline_s,
        ttl_s=message.ttl_s,
        preempted_at_s=message.preempted_at_s or None,
    )


def position_to_pb(position: QueuePosition) -> pb.QueuePosition:
    return pb.QueuePosition(position=position.position, length=position.length)


def position_from_pb(message: pb.QueuePosition) -> QueuePosition:
    return QueuePosition(position=message.position, length=message.length)


def device_to_pb(device: DeviceStatus) -> pb.DeviceStatus:
    return pb.DeviceStatus(
        info=info_to_pb(device.info),
        template=device.template,
        host=device.host,
        state=device_states.to_wire(device.state),
        reason=device.reason,
        since_s=device.since_s,
        lease_id=device.lease_id,
        owner=device.owner,
        failures=device.failures,
    )


def device_from_pb(message: pb.DeviceStatus) -> DeviceStatus:
    return DeviceStatus(
        info=info_from_pb(message.info),
        template=message.template,
        host=message.host,
        state=device_states.from_wire(message.state),
        reason=message.reason,
        since_s=message.since_s,
        lease_id=message.lease_id,
        owner=message.owner,
        failures=message.failures,
    )


def event_to_pb(event: FarmEvent) -> pb.FarmEvent:
    return pb.FarmEvent(
        sequence=event.sequence,
        time_s=event.time_s,
        kind=event.kind,
        subject=event.subject,
        state=event.state,
        reason=event.reason,
    )


def event_from_pb(message: pb.FarmEvent) -> FarmEvent:
    return FarmEvent(
        sequence=message.sequence,
        time_s=message.time_s,
        kind=cast(EventKind, message.kind),
        subject=message.subject,
        state=message.state,
        reason=message.reason,
    )


def host_to_pb(host: HostStatus) -> pb.HostStatus:
    return pb.HostStatus(
        name=host.name,
        address=host.address,
        connected=host.connected,
        since_s=host.since_s,
        devices=host.devices,
        version=host.version,
    )


def host_from_pb(message: pb.HostStatus) -> HostStatus:
    return HostStatus(
        name=message.name,
        address=message.address,
        connected=message.connected,
        since_s=message.since_s,
        devices=message.devices,
        version=message.version,
    )


def entry_to_pb(entry: QueueEntry) -> pb.QueueEntry:
    return pb.QueueEntry(
        position=entry.position,
        owner=entry.owner,
        priority=entry.priority,
        template=entry.template,
        platform=_platform_to_pb(entry.platform),
        since_s=entry.since_s,
    )


def entry_from_pb(message: pb.QueueEntry) -> QueueEntry:
    return QueueEntry(
        position=message.position,
        owner=message.owner,
        priority=message.priority,
        template=message.template,
        platform=_platform_from_pb(message.platform),
        since_s=message.since_s,
    )


def offered_to_pb(device: OfferedDevice) -> host_pb2.OfferedDevice:
    return host_pb2.OfferedDevice(
        info=info_to_pb(device.info),
        template=device.template,
        state=device_states.to_wire(device.state),
        reason=device.reason,
        lease_id=device.lease_id,
        failures=device.failures,
    )


def offered_from_pb(message: host_pb2.OfferedDevice) -> OfferedDevice:
    return OfferedDevice(
        info=info_from_pb(message.info),
        template=message.template,
        state=device_states.from_wire(message.state),
        reason=message.reason,
        lease_id=message.lease_id,
        failures=message.failures,
    )
