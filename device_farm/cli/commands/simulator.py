"""`farm simulator`: simulated phones alone, for adb, uiautomator2 and whatever else drives a phone."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from typing import TYPE_CHECKING

from device_farm.cli.command import Command, Exit
from device_farm.errors import ConfigError

if TYPE_CHECKING:
    from device_farm.simulator.server import RunningPhone, SimulatorServer

_MAX_DEVICES = 1000


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--devices", type=int, default=1, metavar="N", help="number of phones (default 1)")
    parser.add_argument(
        "--base-port",
        type=int,
        default=5554,
        metavar="PORT",
        help="console port of the first phone, even; the next phone's is 2 higher; 0: free ports (default 5554)",
    )
    parser.add_argument(
        "--seed", type=int, default=0, help="seed of every phone: the same seed and actions give the same screens"
    )
    parser.add_argument(
        "--clock", choices=("virtual", "real"), default="virtual", help="virtual: phone time moves only with events"
    )
    parser.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="NAME[=ARG]",
        help="a fault that every phone starts with: boot-hang, adb-drop=N, stale-frame, accessibility-lost, "
        "slow-shell=SECONDS, full-disk; may be repeated",
    )
    parser.add_argument(
        "--app",
        action="append",
        default=[],
        metavar="MODULE:CLASS",
        help="an app of your own on every phone (see docs/bring-your-own-app.md); may be repeated",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object per phone, when it is ready")


async def run(arguments: argparse.Namespace) -> int:
    """Serves until interrupted, or until every phone was ended by its console."""
    from device_farm.simulator.faults import parse_faults
    from device_farm.simulator.ports import check_range

    if not 1 <= arguments.devices <= _MAX_DEVICES:
        raise ConfigError(f"must be 1 to {_MAX_DEVICES}, got {arguments.devices}", field="--devices")
    if not 0 <= arguments.base_port <= 65534:
        raise ConfigError(f"must be 0 to 65534, got {arguments.base_port}", field="--base-port")
    check_range(arguments.base_port, arguments.devices)
    faults = parse_faults(arguments.fault)

    # The drawing library loads here, after everything that a person may have mistyped.
    from device_farm.simulator.own_apps import load_apps
    from device_farm.simulator.server import SimulatorServer

    server = SimulatorServer(
        devices=arguments.devices,
        seed=arguments.seed,
        base_port=arguments.base_port,
        clock=arguments.clock,
        faults=faults,
        apps=load_apps(tuple(arguments.app), field="--app"),
    )
    async with server:
        for phone in server.phones:
            sys.stdout.write(f"{_json_line(phone) if arguments.json else _text_line(phone)}\n")
            sys.stdout.flush()
        await _until_all_killed(server)
    return Exit.DONE


async def _until_all_killed(server: SimulatorServer) -> None:
    async def one(phone: RunningPhone) -> None:
        await phone.killed.wait()
        await server.remove(phone)

    async with asyncio.TaskGroup() as group:
        for phone in server.phones:
            group.create_task(one(phone))


def _json_line(phone: RunningPhone) -> str:
    ports = phone.ports
    return json.dumps(
        {
            "serial": phone.serial,
            "console_port": ports.console,
            "adb_port": ports.adb,
            "grpc_port": ports.grpc,
        }
    )


def _text_line(phone: RunningPhone) -> str:
    ports = phone.ports
    return f"{phone.serial}  console {ports.console}  adb 127.0.0.1:{ports.adb}  grpc {ports.grpc}"


COMMAND = Command(name="simulator", help="run simulated phones on ports of their own", configure=configure, run=run)
