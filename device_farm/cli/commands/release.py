"""`farm release`: gives a leased device back."""

from __future__ import annotations

import argparse
import sys

from device_farm.cli.command import Command, Exit
from device_farm.cli.connection import add_lease_options, connected, read_handle


def configure(parser: argparse.ArgumentParser) -> None:
    add_lease_options(parser)


async def run(arguments: argparse.Namespace) -> int:
    """Releasing twice is no error."""
    handle = read_handle(arguments)
    async with connected(arguments, address=arguments.farm or handle.farm) as client:
        await client.release(handle)
    sys.stdout.write(f"lease {handle.id} is over\n")
    return Exit.DONE


COMMAND = Command(name="release", help="give a leased device back", configure=configure, run=run)
