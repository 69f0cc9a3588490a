"""`farm devices`: what a farm has, and what happens to it."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

from device_farm.cli.command import Command, Exit
from device_farm.cli.connection import add_farm_options, connected

if TYPE_CHECKING:
    from device_farm.client import FarmClient


def configure(parser: argparse.ArgumentParser) -> None:
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--watch", action="store_true", help="then every change, with its reason, until interrupted")
    what.add_argument("--events", type=int, metavar="N", help="the last N events instead of the devices")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    add_farm_options(parser)


async def run(arguments: argparse.Namespace) -> int:
    """Lists once, or goes on with the changes."""
    from device_farm.errors import ConfigError

    if arguments.events is not None and not 0 < arguments.events <= 10_000:
        raise ConfigError(f"must be 1 to 10000, got {arguments.events}", field="--events")
    async with connected(arguments) as client:
        if arguments.watch:
            await _watch(client, as_json=arguments.json)
        elif arguments.events is not None:
            await _events(client, limit=arguments.events, as_json=arguments.json)
        else:
            await _list(client, as_json=arguments.json)
    return Exit.DONE


async def _list(client: FarmClient, *, as_json: bool) -> None:
    from device_farm.cli.listing import DEVICE_COLUMNS, aligned, device_json, device_row

    devices = await client.devices()
    if as_json:
        sys.stdout.writelines(json.dumps(device_json(device)) + "\n" for device in devices)
    else:
        sys.stdout.write(aligned(DEVICE_COLUMNS, [device_row(device) for device in devices]))


async def _events(client: FarmClient, *, limit: int, as_json: bool) -> None:
    from device_farm.cli.listing import event_line

    for event in await client.events(limit=limit):
        sys.stdout.write((json.dumps(asdict(event)) if as_json else event_line(event)) + "\n")


async def _watch(client: FarmClient, *, as_json: bool) -> None:
    from device_farm.cli.listing import device_json, event_line

    async for device, event in client.watch():
        if as_json:
            line = {"device": device_json(device) if device else None, "event": asdict(event) if event else None}
            sys.stdout.write(json.dumps(line) + "\n")
        elif event is not None:
            sys.stdout.write(event_line(event) + "\n")
        elif device is not None:
            sys.stdout.write(f"now       device  {device.info.id}  {device.state}  {device.reason}\n")
        sys.stdout.flush()


COMMAND = Command(name="devices", help="list a farm's devices, or watch them", configure=configure, run=run)
