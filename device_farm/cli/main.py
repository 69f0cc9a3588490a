"""Entry point of `farm`: finds the commands, parses, runs one, maps errors to exit codes."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal
import sys
from collections.abc import Sequence
from importlib.metadata import EntryPoint, entry_points

from device_farm import __version__
from device_farm.cli.command import Command, Exit
from device_farm.errors import ConfigError, FarmError, PrerequisiteError

_GROUP = "farm.commands"


def _commands() -> dict[str, EntryPoint]:
    return {point.name: point for point in sorted(entry_points(group=_GROUP), key=lambda point: point.name)}


def _load(point: EntryPoint) -> Command:
    command: Command = point.load()
    return command


def build_parser(names: Sequence[str] | None = None) -> argparse.ArgumentParser:
    """The parser with the named commands, or with all of them."""
    parser = argparse.ArgumentParser(prog="farm", description="GUI agents on phones and desktops.")
    parser.add_argument("--version", action="version", version=f"farm {__version__}")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, point in _commands().items():
        if names is not None and name not in names:
            continue
        command = _load(point)
        child = subparsers.add_parser(name, help=command.help, description=command.help)
        command.configure(child)
        child.set_defaults(run_command=command.run)
    return parser


def _selected(arguments: Sequence[str]) -> list[str] | None:
    # A known first word needs only its own module; anything else (help, a typo) is shown them all.
    return [arguments[0]] if arguments and arguments[0] in _commands() else None


async def _run(namespace: argparse.Namespace) -> int:
    """Runs the command; SIGINT and SIGTERM cancel it, so that devices are released and files closed."""
    task = asyncio.ensure_future(namespace.run_command(namespace))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        return int(await task)
    return 128 + signal.SIGINT


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs `farm` and returns its exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    namespace = build_parser(_selected(arguments)).parse_args(arguments)
    try:
        return asyncio.run(_run(namespace))
    except ConfigError as error:
        sys.stderr.write(f"farm {namespace.command}: {error}\n")
        return Exit.USAGE
    except PrerequisiteError as error:
        sys.stderr.write(f"farm {namespace.command}: {error}\n")
        return Exit.PREREQUISITE
    except FarmError as error:
        sys.stderr.write(f"farm {namespace.command}: {type(error).__name__}: {error}\n")
        return Exit.FAILED


if __name__ == "__main__":
    sys.exit(main())
