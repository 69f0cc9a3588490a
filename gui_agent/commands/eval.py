"""`farm eval`: as `farm collect`, and the success rate with its 95% interval; `--offline`: on stored screens."""

from __future__ import annotations

import argparse
from pathlib import Path

from device_farm.cli.command import Command
from gui_agent.commands.options import add_run_options, at_least_one


def _seconds(text: str) -> float:
    value = float(text)
    if not value > 0:
        raise argparse.ArgumentTypeError(f"{text} is not above 0")
    return value


def _configure(parser: argparse.ArgumentParser) -> None:
    add_run_options(parser)
    offline = parser.add_argument_group("offline", "semi-online performance on an expert's screens, without devices")
    offline.add_argument("--offline", action="store_true", help="replies to the trajectories of --data, then scored")
    offline.add_argument("--data", type=Path, metavar="D.jsonl", help="expert trajectories, or a run folder")
    offline.add_argument(
        "--scorer", choices=("strict", "legacy"), default="strict", help="legacy: as the released code"
    )
    offline.add_argument("--images", type=Path, metavar="DIR", help="folder of the screens (default: beside the data)")
    offline.add_argument("--screen", metavar="WxH", help="size of the screens, where the images are not there")
    offline.add_argument(
        "--swipes",
        choices=("auto", "finger", "content", "direction"),
        default="auto",
        help="what the data's swipe coordinates mean, where the data does not say it itself",
    )
    offline.add_argument("--parallel", type=at_least_one, metavar="N", help="tasks at once (default: the policy's)")
    offline.add_argument(
        "--reply-timeout", type=_seconds, default=900.0, metavar="S", help="seconds for one reply (default 900)"
    )


async def _run(namespace: argparse.Namespace) -> int:
    if namespace.offline:
        from gui_agent.commands.eval_offline import run_offline

        return await run_offline(namespace)
    from gui_agent.commands.running import run_suite

    return await run_suite(namespace, with_interval=True)


COMMAND = Command(name="eval", help="measure a policy's success rate on a suite", configure=_configure, run=_run)
