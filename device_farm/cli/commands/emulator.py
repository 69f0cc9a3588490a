"""`farm emulator prepare`: takes the snapshot that all phones of an emulator fleet start from and are reset to."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from device_farm.cli.command import Command, Exit

if TYPE_CHECKING:
    from device_farm.backends.emulator_config import EmulatorConfig
    from device_farm.emulator.instance import EmulatorInstance


def configure(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    prepare = actions.add_parser("prepare", help="boot the virtual device once, and save the fleet's snapshot")
    prepare.add_argument("avd", nargs="?", default="", help="the virtual device (default: the only one)")
    prepare.add_argument("--config", type=Path, action="append", default=[], metavar="FILE", help="TOML; repeatable")
    prepare.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="a key of the emulator section"
    )
    prepare.add_argument("--install", type=Path, action="append", default=[], metavar="APK", help="repeatable")
    prepare.add_argument("--run", action="append", default=[], metavar="COMMAND", help="a line of the phone's shell")
    prepare.add_argument("--wait", action="store_true", help="before saving, wait for Enter: set the phone up by hand")
    prepare.add_argument("--no-proof", action="store_true", help="do not start from the snapshot afterwards")
    prepare.add_argument("--json", action="store_true", help="one JSON object at the end")


async def run(arguments: argparse.Namespace) -> int:
    """Exit code 0 once the snapshot is saved and a read-only phone has started from it."""
    from device_farm.backends.emulator import fingerprint_of, instance_for, locate
    from device_farm.backends.emulator_config import EmulatorConfig
    from device_farm.config import load_config
    from device_farm.emulator.avd import require_image
    from device_farm.emulator.preparing import Wishes, prepare, prove
    from device_farm.errors import ConfigError

    overrides = [f"avd={json.dumps(arguments.avd)}"] if arguments.avd else []
    config = load_config(EmulatorConfig, paths=arguments.config, overrides=[*overrides, *arguments.set])
    if not config.snapshot:
        raise ConfigError("there is no snapshot to take", field="snapshot", fix="leave it out, or name one")
    sdk, avd = locate(config)
    require_image(avd, sdk)
    wishes = Wishes(packages=arguments.install, commands=arguments.run, by_hand=_wait if arguments.wait else None)
    made_of = fingerprint_of(config, sdk, avd)
    moves = config.base_port == 0
    writer = partial(instance_for, config, sdk, avd, snapshot="", read_only=False)
    await prepare(writer, avd, config.snapshot, wishes, made_of=made_of, moves=moves, tell=_tell)
    if not arguments.no_proof:
        reader = partial(instance_for, config, sdk, avd, snapshot=config.snapshot, read_only=True)
        await prove(reader, moves=moves, tell=_tell)
    _report(config, avd.name, avd.snapshots / config.snapshot, as_json=arguments.json)
    return Exit.DONE


def _tell(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def _report(config: EmulatorConfig, avd: str, folder: Path, *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps({"avd": avd, "snapshot": config.snapshot, "folder": str(folder)}) + "\n")
    else:
        sys.stdout.write(f"{avd} has the snapshot {config.snapshot!r}; try: farm check --backend emulator={avd}\n")


async def _wait(instance: EmulatorInstance) -> None:
    ports = instance.launch.ports
    _tell(f"adb -P {instance.adb.port} -s {ports.serial} reaches the phone; gRPC {ports.grpc}, console {ports.console}")
    _tell("press Enter when it is as every episode should find it")
    await asyncio.to_thread(sys.stdin.readline)


COMMAND = Command(name="emulator", help="prepare the snapshot of an emulator fleet", configure=configure, run=run)
