"""`farm verify`: checks every file of a run, every stored verdict, and re-executes it on fresh devices."""

from __future__ import annotations

import argparse
from pathlib import Path

from device_farm.cli.command import Command
from gui_agent.commands.options import add_device_options


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", type=Path, metavar="RUN", help="a run folder")
    parser.add_argument("--suite", metavar="NAME", help="where the tasks' code is (default: the run's own suite)")
    parser.add_argument("--offline", action="store_true", help="only files and evidence; re-execute nothing")
    parser.add_argument("--sample", type=int, metavar="N", help="re-execute only N episodes, spread over the run")
    add_device_options(parser)
    parser.add_argument("--json", action="store_true", help="the last line is one JSON object")


async def _run(namespace: argparse.Namespace) -> int:
    from gui_agent.commands.verifying import run_verify

    return await run_verify(namespace)


COMMAND = Command(name="verify", help="check a run's files, verdicts and rewards", configure=_configure, run=_run)
