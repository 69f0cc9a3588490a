"""`farm export`: a run folder as a data set."""

from __future__ import annotations

import argparse
from pathlib import Path

from device_farm.cli.command import Command

_CRITIC_FORMATS = ("critic-agent", "critic-disagreements")
FORMATS = ("jsonl", "ui-s1", "sharegpt", "qa", "parquet", "reward", *_CRITIC_FORMATS, "transitions")


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", type=Path, metavar="RUN", help="a run folder")
    parser.add_argument("--format", required=True, choices=FORMATS, help="the form of the data set")
    parser.add_argument("--out", type=Path, metavar="DIR", help="a new folder (default RUN/export/FORMAT)")
    parser.add_argument("--success-only", action="store_true", help="only episodes with reward 1")
    parser.add_argument(
        "--verifier", metavar="NAME", help="the verdicts of farm verify RUN --verifier NAME in place of the outcomes"
    )
    parser.add_argument("--dialect", metavar="NAME", help="sharegpt and qa: how actions are written")
    parser.add_argument(
        "--seed",
        type=int,
        default=0,
        help="qa: of which questions are asked; reward: of what is made wrong; transitions: of what is held out",
    )
    parser.add_argument("--json", action="store_true", help="the last line is one JSON object")


async def _run(namespace: argparse.Namespace) -> int:
    from gui_agent.commands.exporting import run_export

    return await run_export(namespace)


COMMAND = Command(name="export", help="write a run as a data set", configure=_configure, run=_run)
