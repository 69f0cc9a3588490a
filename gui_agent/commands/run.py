"""`farm run`: one task, live."""

from __future__ import annotations

import argparse
from pathlib import Path

from device_farm.cli.command import Command
from gui_agent.commands.options import add_config_options, add_device_options, add_policy_options, add_verifier_option


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "task", nargs="?", metavar="TASK", help="a template of the suite, as farm collect --dry-run lists"
    )
    parser.add_argument("--goal", metavar="TEXT", help="a free goal instead of a task; nothing evaluates it")
    parser.add_argument("--suite", metavar="NAME", help="the suite of the task (default basics)")
    parser.add_argument(
        "--platform", choices=("android", "desktop"), help="where a free goal is tried (default android)"
    )
    parser.add_argument("--seed", type=int, metavar="N", help="the seed of the task's parameters (default 0)")
    parser.add_argument(
        "--param", action="append", default=[], metavar="NAME=VALUE", help="a parameter of the task; may be given again"
    )
    parser.add_argument(
        "--max-steps", type=int, metavar="N", help="step budget (default: the task's own; 30 for a goal)"
    )
    add_policy_options(parser)
    add_verifier_option(parser, "has the last word, after the task's evaluator")
    add_device_options(parser)
    add_config_options(parser)
    parser.add_argument("--out", type=Path, metavar="DIR", help="also store the episode in a new run folder")
    parser.add_argument("--dry-run", action="store_true", help="check everything, start nothing")
    parser.add_argument("--json", action="store_true", help="the last line is one JSON object")


async def _run(namespace: argparse.Namespace) -> int:
    from gui_agent.commands.single import run_single

    return await run_single(namespace)


COMMAND = Command(name="run", help="run one task or a free goal, live", configure=_configure, run=_run)
