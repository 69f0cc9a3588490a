"""`farm replay`: carries out stored actions on fresh devices and compares screens and rewards."""

from __future__ import annotations

import argparse
from pathlib import Path

from device_farm.cli.command import Command
from gui_agent.commands.options import add_device_options


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", type=Path, metavar="RUN", help="a run folder")
    parser.add_argument(
        "--episode", action="append", default=[], metavar="ID", help="only this one; may be given again"
    )
    parser.add_argument("--suite", metavar="NAME", help="where the tasks' code is (default: the run's own suite)")
    parser.add_argument("--strict", action="store_true", help="screens that differ fail as well, not only rewards")
    parser.add_argument("--report", action="store_true", help="write report.html anew and replay nothing")
    add_device_options(parser)
    parser.add_argument("--json", action="store_true", help="the last line is one JSON object")


async def _run(namespace: argparse.Namespace) -> int:
    from gui_agent.commands.replaying import run_replay

    return await run_replay(namespace)


COMMAND = Command(name="replay", help="re-execute stored episodes and compare", configure=_configure, run=_run)
