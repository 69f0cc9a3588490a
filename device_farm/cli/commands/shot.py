"""`farm shot`: the screen of a leased device, as a picture or as its UI tree."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from device_farm.cli.command import Command, Exit
from device_farm.cli.connection import add_lease_options, leased_device

if TYPE_CHECKING:
    from device_farm.types.observation import Observation
    from device_farm.types.ui_tree import UiNode


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, metavar="FILE", help="where to write the picture (default screen.png)")
    parser.add_argument("--tree", action="store_true", help="print the UI tree; writes a picture only with --out")
    parser.add_argument("--json", action="store_true", help="describe what was seen as one JSON object")
    add_lease_options(parser)


async def run(arguments: argparse.Namespace) -> int:
    """Observes once."""
    from device_farm.errors import ConfigError
    from device_farm.types.observation import ObserveRequest

    out = arguments.out or (None if arguments.tree else Path("screen.png"))
    async with leased_device(arguments) as device:
        seen = await device.observe(ObserveRequest(screenshot=out is not None, ui_tree=arguments.tree))
    if out is not None and seen.screenshot is not None and seen.screenshot.data is not None:
        try:
            out.write_bytes(seen.screenshot.data)
        except OSError as error:
            raise ConfigError(f"cannot write {out}: {error.strerror}", field="--out") from error
    _print(seen, out, as_json=arguments.json)
    return Exit.DONE


def _print(seen: Observation, out: Path | None, *, as_json: bool) -> None:
    if as_json:
        nodes = [_node(node) for node in seen.ui_tree.walk()] if seen.ui_tree else None
        line = {
            "file": str(out) if out else None,
            "digest": seen.screenshot.digest if seen.screenshot else None,
            "width": seen.screen.width,
            "height": seen.screen.height,
            "app": seen.foreground.app,
            "window": seen.foreground.window,
            "nodes": nodes,
        }
        sys.stdout.write(json.dumps(line) + "\n")
        return
    sys.stdout.write(f"{seen.foreground.app} {seen.foreground.window} {seen.screen.width}x{seen.screen.height}")
    sys.stdout.write(f" in {out}\n" if out else "\n")
    for root in seen.ui_tree.roots if seen.ui_tree else ():
        _print_node(root, 0)


def _node(node: UiNode) -> dict[str, object]:
    box = node.bounds
    return {
        "role": node.role,
        "label": node.label,
        "resource_id": node.resource_id,
        "bounds": [box.left, box.top, box.right, box.bottom],
        "states": sorted(node.states),
    }


def _print_node(node: UiNode, depth: int) -> None:
    box = node.bounds
    label = f" {node.label!r}" if node.label else ""
    sys.stdout.write(f"{'  ' * depth}{node.role}{label} [{box.left},{box.top} {box.right},{box.bottom}]\n")
    for child in node.children:
        _print_node(child, depth + 1)


COMMAND = Command(name="shot", help="the screen of a leased device", configure=configure, run=run)
