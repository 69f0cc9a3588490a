"""Devices, leases and the queue as JSON objects and as plain lines."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from device_farm.farm.model import DeviceStatus, FarmEvent, HostStatus, Lease, QueueEntry


def device_json(device: DeviceStatus) -> dict[str, Any]:
    """Flat: the id first, as other programs look for it."""
    values = asdict(device)
    return {**values.pop("info"), **values}


def lease_json(lease: Lease) -> dict[str, Any]:
    return asdict(lease)


def _age(since_s: float) -> str:
    seconds = max(0, int(time.time() - since_s))
    if seconds < 120:
        return f"{seconds} s"
    return f"{seconds // 60} min" if seconds < 7200 else f"{seconds // 3600} h"


def device_row(device: DeviceStatus) -> tuple[str, ...]:
    return (
        device.info.id,
        device.template,
        device.host,
        device.state,
        _age(device.since_s),
        device.owner,
        device.reason,
    )


DEVICE_COLUMNS = ("device", "template", "host", "state", "for", "owner", "reason")


def lease_row(lease: Lease) -> tuple[str, ...]:
    left_s = max(0, int(lease.deadline_s - time.time()))
    preempted = "being preempted" if lease.preempted_at_s else ""
    return (lease.id, lease.owner, str(lease.priority), lease.device.id, f"{left_s} s", preempted)


LEASE_COLUMNS = ("lease", "owner", "priority", "device", "left", "")


def queue_row(entry: QueueEntry) -> tuple[str, ...]:
    wanted = entry.template or entry.platform or "any"
    return (str(entry.position), entry.owner, str(entry.priority), wanted, _age(entry.since_s))


QUEUE_COLUMNS = ("place", "owner", "priority", "wants", "waits")


def host_row(host: HostStatus) -> tuple[str, ...]:
    state = "connected" if host.connected else "lost"
    return (host.name, host.address or "(this farm)", state, str(host.devices), _age(host.since_s))


HOST_COLUMNS = ("host", "address", "state", "devices", "for")


def event_line(event: FarmEvent) -> str:
    at = time.strftime("%H:%M:%S", time.localtime(event.time_s))
    return f"{at}  {event.kind:<6}  {event.subject}  {event.state}  {event.reason}"


def aligned(columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """A plain table; nothing but the header when there are no rows."""
    widths = [max(len(row[index]) for row in (columns, *rows)) for index in range(len(columns))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in (columns, *rows)]
    return "".join(f"{line.rstrip()}\n" for line in lines)
