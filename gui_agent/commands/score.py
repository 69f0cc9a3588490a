"""`farm score sop`: replies of a model to offline trajectories, scored."""

from __future__ import annotations

import argparse
from pathlib import Path

from device_farm.cli.command import Command


def _configure(parser: argparse.ArgumentParser) -> None:
    metrics = parser.add_subparsers(dest="metric", metavar="METRIC", required=True)
    sop = metrics.add_parser("sop", help="semi-online performance: progress and success on the model's own history")
    sop.add_argument(
        "--data",
        type=Path,
        required=True,
        metavar="D.jsonl",
        help="expert trajectories, a task a line; or a run folder",
    )
    sop.add_argument(
        "--predictions",
        type=Path,
        required=True,
        metavar="P.jsonl",
        help='replies in the same order, a task a line: {"outputs": ["raw text of step 1", ...]}',
    )
    sop.add_argument("--scorer", choices=("strict", "legacy"), default="strict", help="legacy: as the released code")
    sop.add_argument("--screen", metavar="WxH", help="size of the screens, where the images are not there")
    sop.add_argument("--images", type=Path, metavar="DIR", help="folder of the screens (default: beside the data)")
    sop.add_argument("--dialect", default="ui_s1", help="how the replies are written (default ui_s1)")
    sop.add_argument(
        "--coordinates",
        choices=("resized", "relative", "native"),
        default="resized",
        help="what the replies' coordinates count: pixels of the resized image, thousandths, pixels of the screen",
    )
    sop.add_argument(
        "--swipes",
        choices=("auto", "finger", "content", "direction"),
        default="auto",
        help="what the data's swipe coordinates mean, where the data does not say it itself",
    )
    sop.add_argument("--seed", type=int, default=0, help="of the bootstrap intervals")
    sop.add_argument("--json", action="store_true", help="one JSON object instead of tables")


async def _run(namespace: argparse.Namespace) -> int:
    from gui_agent.commands.scoring import run_sop

    return run_sop(namespace)


COMMAND = Command(name="score", help="score a model's replies to offline trajectories", configure=_configure, run=_run)
