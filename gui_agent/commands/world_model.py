"""`farm world-model`: how well predictors foretell what actions lead to, and what looking ahead is worth."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import get_args

from device_farm.cli.command import Command
from device_farm.types.task import Platform
from gui_agent.commands.options import add_config_options, at_least_one


def _configure(parser: argparse.ArgumentParser) -> None:
    forms = parser.add_subparsers(dest="form", metavar="FORM", required=True)
    score = forms.add_parser("score", help="a predictor on a run's transitions, beside a copy of the screen before")
    # `run` would be the command's own function in the namespace of its parser.
    score.add_argument(
        "data", type=Path, metavar="RUN", help="a run folder; or a file of farm export --format transitions"
    )
    score.add_argument("--predictor", metavar="NAME", help="copy (default), or model with its section in --config")
    score.add_argument(
        "--sample", type=at_least_one, metavar="N", help="only N transitions, spread evenly over the run"
    )
    score.add_argument("--success-only", action="store_true", help="only episodes with reward 1")
    add_config_options(score)
    score.add_argument("--json", action="store_true", help="the last line is one JSON object")
    _configure_bench(forms.add_parser("bench", help="predictors on unseen tasks and apps; tasks with looking ahead"))


def _configure_bench(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--part",
        action="append",
        default=[],
        metavar="NAME",
        help="only this part: predictors, or lookahead (default: both)",
    )
    parser.add_argument("--transitions", type=Path, metavar="DIR", help="a folder of farm export --format transitions")
    parser.add_argument(
        "--platform", choices=get_args(Platform), default="android", help="predictors: whose screens are foretold"
    )
    parser.add_argument("--sample", type=at_least_one, metavar="N", help="only N transitions of each kind")
    parser.add_argument("--small", action="store_true", help="every part, but little of each")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of everything that is drawn (default 0)")
    parser.add_argument("--out", type=Path, metavar="DIR", help="where what is made stays (default runs/world-model)")
    parser.add_argument("--json", action="store_true", help="the last line is one JSON object")


async def _run(namespace: argparse.Namespace) -> int:
    if namespace.form == "bench":
        from gui_agent.commands.world_model_bench import run_bench

        return await run_bench(namespace)
    from gui_agent.commands.world_model_scoring import run_score

    return await run_score(namespace)


COMMAND = Command(
    name="world-model", help="score predictors of screens, and looking ahead with them", configure=_configure, run=_run
)
