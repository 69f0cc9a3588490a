"""`farm desktop`: one desktop alone, until it is interrupted; with `--port`, under OSWorld's guest API."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from device_farm.cli.command import Command, Exit
from device_farm.errors import ConfigError

if TYPE_CHECKING:
    from device_farm.desktop.device import DesktopDevice


def _port(text: str) -> int:
    value = int(text)
    if not 0 <= value <= 65535:
        raise argparse.ArgumentTypeError(f"{text} is no port (0 to 65535)")
    return value


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--width", type=int, default=1280, metavar="PX", help="screen width (default 1280)")
    parser.add_argument("--height", type=int, default=800, metavar="PX", help="screen height (default 800)")
    parser.add_argument(
        "--backend",
        default="xvfb",
        metavar="NAME",
        help="xvfb (default), docker or qemu; qemu=FOLDER, docker=IMAGE",
    )
    parser.add_argument(
        "--port", type=_port, metavar="P", help="serve OSWorld's guest API on 127.0.0.1:P (0: any free port)"
    )
    for name, what in (("--chromium-port", "the browser's DevTools, 9222"), ("--vlc-port", "VLC's HTTP port, 8080")):
        help_text = f"with --port: {what} in the desktop, as 127.0.0.1:P (default: any free port)"
        parser.add_argument(name, type=_port, metavar="P", help=help_text)
    parser.add_argument("--json", action="store_true", help="one JSON object when the desktop is ready")


async def run(arguments: argparse.Namespace) -> int:
    """Boots a desktop, says where it is, and serves until interrupted.

    Raises:
        ConfigError: the size is out of range, the port is taken, or the backend gives no desktop.
        PrerequisiteError: a program of the desktop is missing; the fix is the one apt command.
    """
    from device_farm.backends.config import DesktopConfig
    from device_farm.backends.loader import load_backend, parse_backend
    from device_farm.config import load_config
    from device_farm.desktop.device import DesktopDevice

    if arguments.port is None and (arguments.chromium_port, arguments.vlc_port) != (None, None):
        raise ConfigError("these ports are for programs that use the guest API", field="--port", fix="give --port, too")
    size = {"width": arguments.width, "height": arguments.height}
    config = parse_backend(arguments.backend)
    if not isinstance(config, DesktopConfig):
        raise ConfigError(f"{config.type} gives no desktop", field="--backend", fix="there is xvfb, docker, qemu")
    given = config.model_dump(exclude_unset=True)
    backend = load_backend(load_config(type(config), defaults={**size, **given}))
    backend.preflight()
    device = await backend.create("desktop")
    assert isinstance(device, DesktopDevice)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(device.close)
        await device.start()
        place = device.place()
        line = f"display {place['display']}  home {place['home']}  pid {place['pid']}"
        if arguments.port is not None:
            served = await _serve(device, arguments, stack)
            place |= served
            line += f"  guest API http://127.0.0.1:{served['port']}  for DesktopEnv {served['address']}"
        sys.stdout.write(f"{json.dumps(place) if arguments.json else line}\n")
        sys.stdout.flush()
        await asyncio.get_running_loop().create_future()
    return Exit.DONE


async def _serve(device: DesktopDevice, arguments: argparse.Namespace, stack: AsyncExitStack) -> dict[str, str | int]:
    """The guest API and the two ports, until the stack ends; returns where they are. Raises ConfigError."""
    from device_farm.desktop.osworld.api import GuestApi
    from device_farm.desktop.osworld.ports import BROWSER_PORT, PLAYER_PORT, GuestPort
    from device_farm.desktop.osworld.server import GuestServer

    enter = stack.enter_async_context
    server = await enter(GuestServer(GuestApi(device, reset=device.reset), port=arguments.port))
    browser = await enter(GuestPort(device, BROWSER_PORT, port=arguments.chromium_port or 0, field="--chromium-port"))
    player = await enter(GuestPort(device, PLAYER_PORT, port=arguments.vlc_port or 0, field="--vlc-port"))
    return {
        "port": server.port,
        "chromium_port": browser.port,
        "vlc_port": player.port,
        "address": f"127.0.0.1:{server.port}:{browser.port}:0:{player.port}",
    }


COMMAND = Command(name="desktop", help="run one desktop alone", configure=configure, run=run)
