"""`farm lease`: takes a device, for other commands and processes to use."""

from __future__ import annotations

import argparse
import json
import os
import pwd
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from device_farm.cli.command import Command, Exit
from device_farm.cli.connection import add_farm_options, connected

if TYPE_CHECKING:
    from device_farm.client import FarmClient
    from device_farm.client.held_lease import HeldLease
    from device_farm.farm.model import QueuePosition


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--template", default="", help="name of a pool, as `farm devices` shows it (default: any)")
    parser.add_argument(
        "--device", default="", metavar="ID", help="this one, as `farm devices` shows it (default: any)"
    )
    parser.add_argument("--platform", choices=("android", "desktop"), help="any pool of this platform")
    parser.add_argument("--owner", help="whose share of the farm it counts for (default: your login name)")
    parser.add_argument("--priority", type=int, default=0, help="higher goes first and may preempt (default 0)")
    parser.add_argument("--ttl", type=float, default=600.0, metavar="SECONDS", help="without use (default 600)")
    parser.add_argument("--wait", type=float, default=3600.0, metavar="SECONDS", help="in the queue (default 3600)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the lease there, for --lease FILE")
    parser.add_argument("--hold", action="store_true", help="renew it until interrupted, then give it back")
    parser.add_argument("--list", action="store_true", help="list the open leases and the queue instead")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    add_farm_options(parser)


async def run(arguments: argparse.Namespace) -> int:
    """Prints the lease once it is granted."""
    async with connected(arguments) as client:
        if arguments.list:
            await _list(client, as_json=arguments.json)
            return Exit.DONE
        return await _lease(client, arguments)


async def _lease(client: FarmClient, arguments: argparse.Namespace) -> int:
    from device_farm.client import LeaseRequest
    from device_farm.errors import ConfigError

    if not arguments.wait > 0:
        raise ConfigError(f"{arguments.wait:g} s", field="--wait", fix="more than 0 seconds")
    request = LeaseRequest(
        template=arguments.template,
        platform=arguments.platform,
        owner=arguments.owner if arguments.owner is not None else pwd.getpwuid(os.getuid()).pw_name,
        priority=arguments.priority,
        ttl_s=arguments.ttl,
        device_id=arguments.device,
    )
    held = await client.acquire(request, on_queue=_tell, wait_s=arguments.wait)
    if not arguments.hold:
        _print(held, arguments)
        return Exit.DONE
    async with held:
        _print(held, arguments)
        await held.lost.wait()
        held.check()
    return Exit.DONE


def _tell(position: QueuePosition) -> None:
    sys.stderr.write(f"waiting, {position.position} of {position.length} in the queue\n")


def _print(held: HeldLease, arguments: argparse.Namespace) -> None:
    handle = held.handle
    if arguments.out is not None:
        handle.write(arguments.out)
    if arguments.json:
        sys.stdout.write(handle.to_json() + "\n")
    else:
        sys.stdout.write(f"device {handle.device.id} ({handle.device.backend}) at {handle.address}\n")
        if arguments.out is not None:
            sys.stdout.write(f"use it:  farm shot --lease {arguments.out}\n")
        else:
            sys.stdout.write(f"use it:  farm shot --farm {handle.farm} --id {handle.id} --token {handle.token}")
            sys.stdout.write(f" --address {handle.address}\n" if handle.address != handle.farm else "\n")
    sys.stdout.flush()


async def _list(client: FarmClient, *, as_json: bool) -> None:
    from device_farm.cli.listing import LEASE_COLUMNS, QUEUE_COLUMNS, aligned, lease_json, lease_row, queue_row

    leases, queue = await client.leases(), await client.queue()
    if as_json:
        sys.stdout.writelines(json.dumps({"kind": "lease", **lease_json(lease)}) + "\n" for lease in leases)
        sys.stdout.writelines(json.dumps({"kind": "waiting", **asdict(entry)}) + "\n" for entry in queue)
        return
    sys.stdout.write(aligned(LEASE_COLUMNS, [lease_row(lease) for lease in leases]))
    if queue:
        sys.stdout.write("\n" + aligned(QUEUE_COLUMNS, [queue_row(entry) for entry in queue]))


COMMAND = Command(name="lease", help="take a device of a farm", configure=configure, run=run)
