"""`farm train RECIPE`: from demonstrations to a better policy, and from transitions to a world model."""

from __future__ import annotations

import argparse
from pathlib import Path

from device_farm.cli.command import Command
from device_farm.errors import ConfigError
from gui_agent.commands.options import add_config_options, add_device_options


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "recipe",
        choices=("sft", "offline", "semi-online", "online", "mobile-r1", "uitron", "miniature", "world-model"),
        help="sft: imitate; offline: RL on single steps; semi-online: RL on the policy's own history;"
        " online: RL on episodes on devices; mobile-r1, uitron: several of these, stage by stage;"
        " miniature: all of these from nothing, on a small policy;"
        " world-model: what a screen becomes, from transitions",
    )
    parser.add_argument("--suite", metavar="NAME", help="online: the suite of tasks (default basics)")
    parser.add_argument("--tasks", metavar="NAME,NAME", help="online: only these templates of the suite")
    parser.add_argument("--episodes", type=int, metavar="N", help="online: how many different tasks (default 32)")
    parser.add_argument(
        "--verifier",
        metavar="NAME",
        help="online: has the last word on every episode, after its evaluator; else: whose verdicts on the run of"
        " data.path (farm verify RUN --verifier NAME) are the rewards",
    )
    add_device_options(parser)
    add_config_options(parser)
    parser.add_argument("--out", type=Path, metavar="DIR", help="the run folder; needed but for --dry-run")
    parser.add_argument("--gpus", type=int, metavar="N", help="train on N GPUs: of this machine, or of --ray's cluster")
    parser.add_argument(
        "--ray",
        metavar="HOST:PORT",
        dest="cluster",
        help="train on the machines of a Ray cluster; auto: this machine's",
    )
    parser.add_argument("--seed", type=int, metavar="N", help="of everything that is drawn (default 0)")
    parser.add_argument("--quick", action="store_true", help="miniature: every part, but little of each")
    parser.add_argument("--resume", action="store_true", help="go on from the newest whole checkpoint in --out")
    parser.add_argument("--dry-run", action="store_true", help="load policy and data, say what there is, train nothing")
    parser.add_argument("--json", action="store_true", help="the last line is one JSON object with the final metrics")


async def _run(namespace: argparse.Namespace) -> int:
    if namespace.out is None:
        if not namespace.dry_run or namespace.resume or namespace.recipe == "miniature":
            raise ConfigError("no run folder is named", field="--out", fix="add --out DIR")
        namespace.out = Path()  # nothing is written
    if namespace.recipe == "world-model":
        from gui_agent.commands.world_model_training import run_world_model

        return await run_world_model(namespace)
    if namespace.recipe == "miniature":
        from gui_agent.commands.miniature import run_miniature

        return await run_miniature(namespace)
    from gui_agent.commands.training import run_train

    return await run_train(namespace)


COMMAND = Command(
    name="train",
    help="train a policy on demonstrations, or a world model on transitions",
    configure=_configure,
    run=_run,
)
