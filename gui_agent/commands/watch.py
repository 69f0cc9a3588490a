"""`farm watch`: devices live in a browser, to look at, to drive by hand, and to record demonstrations on."""

from __future__ import annotations

import argparse
from pathlib import Path

from device_farm.cli.command import Command
from device_farm.cli.connection import add_security_options
from gui_agent.commands.options import add_androidworld_options, add_config_options, add_osworld_options


def _port(text: str) -> int:
    value = int(text)
    if not 0 <= value <= 65535:
        raise argparse.ArgumentTypeError(f"{text} is no port (0 to 65535)")
    return value


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "device",
        nargs="?",
        metavar="DEVICE",
        help="a device of the farm by its id (without one: all of them); or simulator, xvfb, emulator, adb=SERIAL: one"
        " that is started in here",
    )
    parser.add_argument("--farm", metavar="HOST:PORT", help="a running farm (default 127.0.0.1:7070)")
    add_security_options(parser)
    parser.add_argument(
        "--lease", type=Path, metavar="FILE", help="drive under this lease, which `farm lease --out FILE` wrote"
    )
    parser.add_argument("--owner", help="whose share of the farm a lease counts for (default: your login name)")
    parser.add_argument("--priority", type=int, default=0, help="of a lease: higher may preempt others (default 0)")
    parser.add_argument(
        "--port", type=_port, default=0, metavar="P", help="of the page, on 127.0.0.1 (default: any free one)"
    )
    parser.add_argument("--browser", action="store_true", help="also open the page in this machine's browser")
    parser.add_argument(
        "--record", type=Path, metavar="DIR", help="store demonstrations in this run folder, new or old"
    )
    parser.add_argument("--suite", metavar="NAME", help="whose tasks can be demonstrated (default basics)")
    parser.add_argument("--task", metavar="NAME", help="a task of the suite that the page proposes")
    parser.add_argument("--goal", metavar="TEXT", help="a goal in free words that the page proposes")
    parser.add_argument("--seed", type=int, metavar="N", help="the seed of the task's parameters (default 0)")
    add_androidworld_options(parser)
    add_osworld_options(parser)
    add_config_options(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object when the page is there")


async def _run(namespace: argparse.Namespace) -> int:
    from gui_agent.commands.watching import run_watch

    return await run_watch(namespace)


COMMAND = Command(name="watch", help="devices live in a browser; drive one, record it", configure=_configure, run=_run)
