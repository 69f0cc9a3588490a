"""`farm top`: a farm at a glance, live on a terminal, plain lines elsewhere."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from device_farm.cli.command import Command, Exit
from device_farm.cli.connection import add_farm_options, connected

if TYPE_CHECKING:
    from rich.console import Group

    from device_farm.client import FarmClient
    from device_farm.farm.model import DeviceStatus, HostStatus, Lease, QueueEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class _View:
    hosts: list[HostStatus]
    devices: list[DeviceStatus]
    leases: list[Lease]
    queue: list[QueueEntry]


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--interval", type=float, default=1.0, metavar="SECONDS", help="between looks (default 1)")
    parser.add_argument("--once", action="store_true", help="one look, then end")
    parser.add_argument("--json", action="store_true", help="one JSON object a look")
    add_farm_options(parser)


async def run(arguments: argparse.Namespace) -> int:
    """Looks until interrupted."""
    from device_farm.errors import ConfigError

    if not 0.1 <= arguments.interval <= 3600:
        raise ConfigError(f"{arguments.interval:g} s", field="--interval", fix="0.1 to 3600 seconds")
    async with connected(arguments) as client:
        if arguments.json or arguments.once or not sys.stdout.isatty():
            await _plain(client, arguments)
        else:
            await _live(client, arguments.interval)
    return Exit.DONE


async def _look(client: FarmClient) -> _View:
    hosts, devices, leases, queue = await asyncio.gather(
        client.hosts(), client.devices(), client.leases(), client.queue()
    )
    return _View(hosts=hosts, devices=devices, leases=leases, queue=queue)


async def _plain(client: FarmClient, arguments: argparse.Namespace) -> None:
    while True:
        view = await _look(client)
        sys.stdout.write(_json(view) if arguments.json else _text(view))
        sys.stdout.flush()
        if arguments.once:
            return
        await asyncio.sleep(arguments.interval)


def _json(view: _View) -> str:
    from device_farm.cli.listing import device_json, lease_json

    line = {
        "hosts": [asdict(host) for host in view.hosts],
        "devices": [device_json(device) for device in view.devices],
        "leases": [lease_json(lease) for lease in view.leases],
        "queue": [asdict(entry) for entry in view.queue],
    }
    return json.dumps(line) + "\n"


def _text(view: _View) -> str:
    from device_farm.cli import listing

    parts = [
        listing.aligned(listing.HOST_COLUMNS, [listing.host_row(host) for host in view.hosts]),
        listing.aligned(listing.DEVICE_COLUMNS, [listing.device_row(device) for device in view.devices]),
        listing.aligned(listing.LEASE_COLUMNS, [listing.lease_row(lease) for lease in view.leases]),
        listing.aligned(listing.QUEUE_COLUMNS, [listing.queue_row(entry) for entry in view.queue]),
    ]
    return "\n".join(parts) + "\n"


async def _live(client: FarmClient, interval_s: float) -> None:
    from rich.live import Live

    with Live(_tables(await _look(client)), screen=True, auto_refresh=False) as live:
        while True:
            await asyncio.sleep(interval_s)
            live.update(_tables(await _look(client)), refresh=True)


_COLOURS = {"ready": "green", "leased": "cyan", "quarantined": "red", "unavailable": "red", "replacing": "yellow"}


def _tables(view: _View) -> Group:
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    from device_farm.cli import listing

    def table(title: str, columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> Table:
        made = Table(*columns, title=title, title_justify="left", expand=True)
        for row in rows:
            made.add_row(*(Text(cell, style=_COLOURS.get(cell, "")) for cell in row))
        return made

    leased = sum(device.state == "leased" for device in view.devices)
    return Group(
        table("Hosts", listing.HOST_COLUMNS, [listing.host_row(host) for host in view.hosts]),
        table(
            f"Devices, {leased} of {len(view.devices)} leased",
            listing.DEVICE_COLUMNS,
            [listing.device_row(device) for device in view.devices],
        ),
        table("Leases", listing.LEASE_COLUMNS, [listing.lease_row(lease) for lease in view.leases]),
        table("Queue", listing.QUEUE_COLUMNS, [listing.queue_row(entry) for entry in view.queue]),
    )


COMMAND = Command(name="top", help="watch devices, leases and the queue", configure=configure, run=run)
