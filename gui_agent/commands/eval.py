"""`farm eval`: as `farm collect`, and the success rate with its 95% interval."""

from __future__ import annotations

import argparse

from device_farm.cli.command import Command
from gui_agent.commands.options import add_run_options


async def _run(namespace: argparse.Namespace) -> int:
    from gui_agent.commands.running import run_suite

    return await run_suite(namespace, with_interval=True)


COMMAND = Command(name="eval", help="measure a policy's success rate on a suite", configure=add_run_options, run=_run)
