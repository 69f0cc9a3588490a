"""`farm world-model score`: how well a predictor foretells what actions led to."""

from __future__ import annotations

import argparse
from pathlib import Path

from device_farm.cli.command import Command
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


async def _run(namespace: argparse.Namespace) -> int:
    from gui_agent.commands.world_model_scoring import run_score

    return await run_score(namespace)


COMMAND = Command(name="world-model", help="score predictors of screens on stored runs", configure=_configure, run=_run)
