"""`farm desktop`: one desktop alone, until it is interrupted."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys

from device_farm.cli.command import Command, Exit


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--width", type=int, default=1280, metavar="PX", help="screen width (default 1280)")
    parser.add_argument("--height", type=int, default=800, metavar="PX", help="screen height (default 800)")
    parser.add_argument("--json", action="store_true", help="one JSON object when the desktop is ready")


async def run(arguments: argparse.Namespace) -> int:
    """Boots a desktop, says where it is, and serves until interrupted.

    Raises:
        ConfigError: the size is out of range.
        PrerequisiteError: a program of the desktop is missing; the fix is the one apt command.
    """
    from device_farm.backends.config import XvfbConfig
    from device_farm.backends.xvfb import XvfbBackend
    from device_farm.config import load_config

    size = {"width": arguments.width, "height": arguments.height}
    backend = XvfbBackend(load_config(XvfbConfig, defaults=size))
    backend.preflight()
    device = await backend.create("desktop")
    try:
        await device.start()
        place = device.place()
        line = f"display {place['display']}  home {place['home']}  pid {place['pid']}"
        sys.stdout.write(f"{json.dumps(place) if arguments.json else line}\n")
        sys.stdout.flush()
        await asyncio.get_running_loop().create_future()
    finally:
        await device.close()
    return Exit.DONE


COMMAND = Command(name="desktop", help="run one desktop alone", configure=configure, run=run)
