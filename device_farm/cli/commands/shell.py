"""`farm shell`: runs a command in the guest of a leased device, never on the host."""

from __future__ import annotations

import argparse
import json
import shlex
import sys

from device_farm.cli.command import Command
from device_farm.cli.connection import add_lease_options, leased_device


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--timeout", type=float, default=30.0, metavar="SECONDS", help="default 30")
    parser.add_argument("--json", action="store_true", help="one JSON object with exit_code, stdout, stderr")
    add_lease_options(parser)
    parser.add_argument(
        "words", nargs="+", metavar="COMMAND", help="one word is a shell line; more are quoted; after --"
    )


async def run(arguments: argparse.Namespace) -> int:
    """Returns the exit code of the command in the guest."""
    words: list[str] = arguments.words
    command = words[0] if len(words) == 1 else shlex.join(words)
    async with leased_device(arguments) as device:
        result = await device.shell(command, timeout_s=arguments.timeout)
    if arguments.json:
        line = {
            "exit_code": result.exit_code,
            "stdout": result.stdout.decode("utf-8", "replace"),
            "stderr": result.stderr.decode("utf-8", "replace"),
        }
        sys.stdout.write(json.dumps(line) + "\n")
    else:
        sys.stdout.buffer.write(result.stdout)
        sys.stdout.flush()
        sys.stderr.buffer.write(result.stderr)
    return result.exit_code & 0xFF


COMMAND = Command(name="shell", help="run a command on a leased device", configure=configure, run=run)
