"""`farm tap`: taps or clicks on a leased device, at a point or on what has a label."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING

from device_farm.cli.command import Command, Exit
from device_farm.cli.connection import add_lease_options, leased_device

if TYPE_CHECKING:
    from device_farm.client import RemoteDevice
    from device_farm.types.geometry import Point


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("x", type=int, nargs="?", help="pixels from the left")
    parser.add_argument("y", type=int, nargs="?", help="pixels from the top")
    parser.add_argument("--label", metavar="TEXT", help="the element with this label, instead of X Y")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    add_lease_options(parser)


async def run(arguments: argparse.Namespace) -> int:
    """Taps, and says what is in front afterwards."""
    from device_farm.errors import ConfigError
    from device_farm.types.action import Click
    from device_farm.types.geometry import Point
    from device_farm.types.observation import ObserveRequest

    if (arguments.label is None) == (arguments.y is None):
        raise ConfigError("where to?", field="X Y", fix="write two numbers of pixels, or --label TEXT")
    async with leased_device(arguments) as device:
        at = await _labelled(device, arguments.label) if arguments.label else Point(arguments.x, arguments.y)
        seen = await device.act_and_observe(Click(at=at), ObserveRequest(screenshot=False, ui_tree=False))
    if arguments.json:
        line = {"x": at.x, "y": at.y, "app": seen.foreground.app, "window": seen.foreground.window}
        sys.stdout.write(json.dumps(line) + "\n")
    else:
        sys.stdout.write(f"tapped {at.x} {at.y}; in front: {seen.foreground.app} {seen.foreground.window}\n")
    return Exit.DONE


async def _labelled(device: RemoteDevice, label: str) -> Point:
    from device_farm.errors import ConfigError
    from device_farm.types.observation import ObserveRequest

    seen = await device.observe(ObserveRequest(screenshot=False))
    nodes = seen.ui_tree.find_all(lambda node: node.label == label) if seen.ui_tree else []
    if not nodes:
        raise ConfigError(f"nothing on the screen is labelled {label!r}", field="--label", fix="see `farm shot --tree`")
    return nodes[-1].bounds.center


COMMAND = Command(name="tap", help="tap on a leased device", configure=configure, run=run)
