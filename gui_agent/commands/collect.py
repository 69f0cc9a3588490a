"""`farm collect`: episodes of a suite under a policy, into a run folder."""

from __future__ import annotations

import argparse

from device_farm.cli.command import Command
from gui_agent.commands.options import add_run_options


async def _run(namespace: argparse.Namespace) -> int:
    from gui_agent.commands.running import run_suite

    return await run_suite(namespace, with_interval=False)


COMMAND = Command(name="collect", help="collect episodes into a run folder", configure=add_run_options, run=_run)
