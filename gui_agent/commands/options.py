"""Arguments that the commands share. Imports nothing heavy: `farm --help` runs it."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_config_options(parser: argparse.ArgumentParser) -> None:
    """`--config` and `--set`."""
    parser.add_argument(
        "--config",
        action="append",
        type=Path,
        default=[],
        metavar="FILE",
        help="TOML file; later ones lie over earlier",
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        dest="overrides",
        help="override one key of the config",
    )


def add_device_options(parser: argparse.ArgumentParser) -> None:
    """Where the devices come from."""
    parser.add_argument("--farm", metavar="HOST:PORT", help="use a running farm; without it, one is started in here")
    parser.add_argument(
        "--backend",
        action="append",
        default=[],
        metavar="NAME[=N]",
        help="devices of the farm in here: simulator, xvfb, docker, qemu, adb, fake; may be given again",
    )
    parser.add_argument(
        "--app",
        action="append",
        default=[],
        metavar="MODULE:CLASS",
        dest="apps",
        help="an app of your own on the simulated phones in here; may be given again",
    )
    parser.add_argument("--devices", type=int, metavar="N", help="how many phones work at once (default 4)")
    parser.add_argument(
        "--desktops",
        type=int,
        metavar="N",
        help="how many desktops work at once (default 1; as many as --devices where there are only desktops)",
    )


def add_policy_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--policy",
        metavar="NAME",
        help="noop, random, expert, replay, mini, openai, transformers, vllm, or MODULE:CALLABLE (default expert)",
    )


def add_verifier_option(parser: argparse.ArgumentParser, what: str) -> None:
    names = "agentic, last-screen, trajectory, unanimous, scripted, or MODULE:CALLABLE"
    parser.add_argument("--verifier", metavar="NAME", help=f"{what}: {names}")


def _factor(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 10:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 10")
    return value


def at_least_one(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not at least 1")
    return value


def add_androidworld_options(parser: argparse.ArgumentParser) -> None:
    """For the suite androidworld only."""
    parser.add_argument(
        "--wait-scale",
        type=_factor,
        metavar="X",
        dest="androidworld_wait_scale",
        help="AndroidWorld's waits times X (default 1.0; 0.02 on simulated phones)",
    )
    parser.add_argument(
        "--androidworld-python", metavar="FILE", help="the interpreter that has AndroidWorld (see docs/androidworld.md)"
    )


def add_osworld_options(parser: argparse.ArgumentParser) -> None:
    """For the suite osworld only."""
    parser.add_argument(
        "--tasks-dir", metavar="DIR", dest="osworld_tasks_dir", help="OSWorld's task files (its evaluation_examples)"
    )
    parser.add_argument(
        "--assets", metavar="DIR", dest="osworld_assets", help="the files that they download (farm osworld fetch)"
    )
    parser.add_argument(
        "--osworld-python", metavar="FILE", help="the interpreter that has OSWorld (see docs/osworld.md)"
    )


def add_run_options(parser: argparse.ArgumentParser) -> None:
    """Everything that `collect` and `eval` take."""
    parser.add_argument("--suite", metavar="NAME", help="the suite of tasks (default basics)")
    parser.add_argument("--tasks", metavar="NAME,NAME", help="only these templates of the suite")
    parser.add_argument(
        "--platform", choices=("auto", "android", "desktop", "all"), help="auto: the phone where the suite has it"
    )
    add_policy_options(parser)
    parser.add_argument(
        "--critic",
        metavar="NAME",
        help="judges each action before it is carried out, and may put a better one in its place: rules, or model",
    )
    parser.add_argument(
        "--lookahead",
        metavar="NAME",
        help="imagines what each of several actions would lead to before one is taken: copy, oracle, or model",
    )
    parser.add_argument("--episodes", type=int, metavar="N", help="how many tasks (default 32)")
    parser.add_argument(
        "--combinations", type=at_least_one, metavar="K", help="K instances of every task, instead of --episodes"
    )
    parser.add_argument("--seed", type=int, metavar="N", help="the first seed of every template (default 0)")
    add_verifier_option(parser, "has the last word on every episode, after its evaluator")
    parser.add_argument(
        "--reject-satisfied",
        action="store_true",
        default=None,
        help="leave out tasks that pass with nothing done: each is tried first with an agent that does nothing",
    )
    parser.add_argument(
        "--retries", type=int, metavar="N", help="further tries where the infrastructure failed (default 2)"
    )
    parser.add_argument(
        "--max-infra-share", type=float, metavar="X", help="share of broken tasks above which the exit code is 4"
    )
    add_androidworld_options(parser)
    add_osworld_options(parser)
    add_device_options(parser)
    parser.add_argument(
        "--ray",
        metavar="HOST:PORT",
        help="spread the episodes over the machines of a Ray cluster; auto: this machine's",
    )
    add_config_options(parser)
    parser.add_argument("--out", type=Path, metavar="DIR", help="the run folder (default runs/SUITE-POLICY-TIME)")
    parser.add_argument("--resume", action="store_true", help="go on with the run in --out")
    parser.add_argument("--dry-run", action="store_true", help="check everything, say what would run, start nothing")
    parser.add_argument("--json", action="store_true", help="the last line is one JSON object")
