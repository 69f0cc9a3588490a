"""`farm simulator`: simulated phones alone, for adb, uiautomator2 and whatever else drives a phone."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import sys
from typing import TYPE_CHECKING

from device_farm.cli.command import Command, Exit
from device_farm.errors import ConfigError, DeadlineError, TransportError

if TYPE_CHECKING:
    from device_farm.simulator.server import RunningPhone, SimulatorServer

_MAX_DEVICES = 1000
_VARIABLE = "ANDROID_ADB_SERVER_PORT"
_ANNOUNCE_S = 2.0


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
    parser.add_argument(
        "--announce",
        type=int,
        metavar="PORT",
        help="tell the adb server at PORT of the phones, as emulators do; 0: none "
        "(default: ANDROID_ADB_SERVER_PORT, else 5037; none with --base-port 0)",
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
    server_port = _server_port(arguments)

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
            if server_port:
                await _announce(phone, server_port)
            sys.stdout.write(f"{_json_line(phone) if arguments.json else _text_line(phone)}\n")
            sys.stdout.flush()
        await _until_all_killed(server)
    return Exit.DONE


def _server_port(arguments: argparse.Namespace) -> int:
    """The adb server to tell of the phones; 0 for none. Raises ConfigError for what is no port."""
    if arguments.announce is None and not arguments.base_port:
        return 0
    text = str(arguments.announce) if arguments.announce is not None else os.environ.get(_VARIABLE) or "5037"
    if not text.isdecimal() or int(text) > 65535:
        raise ConfigError(f"{text!r} is no port", field="--announce" if arguments.announce is not None else _VARIABLE)
    return int(text)


async def _announce(phone: RunningPhone, server_port: int) -> None:
    """An adb server that is not running finds the phone when it starts, if it is one of the first sixteen."""
    from device_farm.adb.smart_socket import AdbServer

    with contextlib.suppress(TransportError, DeadlineError):
        await AdbServer(port=server_port, timeout_s=_ANNOUNCE_S).add_emulator(phone.ports.adb)


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
