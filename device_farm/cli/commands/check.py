"""`farm check`: runs the contract suite on a backend."""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from typing import TYPE_CHECKING

from device_farm.cli.command import Command, Exit

if TYPE_CHECKING:
    from device_farm.conformance.suite import CheckResult


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--backend",
        required=True,
        metavar="NAME",
        help="simulator, emulator, xvfb, docker, qemu, adb; adb=SERIAL, qemu=DIR",
    )
    parser.add_argument("--through-grpc", action="store_true", help="by a lease of a farm in this process")
    parser.add_argument("--only", action="append", default=[], metavar="CHECK", help="this check; may be repeated")
    parser.add_argument("--json", action="store_true", help="one JSON object a check, then one with the counts")


async def run(arguments: argparse.Namespace) -> int:
    """Exit code 1 when a check fails, 3 when the backend cannot run here."""
    from device_farm.backends.emulator_config import EmulatorConfig
    from device_farm.backends.loader import parse_backend
    from device_farm.conformance.run import open_subject
    from device_farm.conformance.subject import facts_for
    from device_farm.conformance.suite import run_checks, select

    config = parse_backend(arguments.backend)
    read_only = config.read_only if isinstance(config, EmulatorConfig) else True
    facts, checks = facts_for(config.type, read_only=read_only), select(arguments.only)
    counts = {"passed": 0, "failed": 0, "known_failure": 0, "not_applicable": 0}
    async with open_subject(config, through_grpc=arguments.through_grpc) as subject:
        async for result in run_checks(subject, facts, checks):
            counts[result.status] += 1
            _write(result, as_json=arguments.json)
    if arguments.json:
        sys.stdout.write(json.dumps({"backend": config.type, "through_grpc": arguments.through_grpc, **counts}) + "\n")
    else:
        sys.stdout.write(", ".join(f"{count} {status.replace('_', ' ')}" for status, count in counts.items()) + "\n")
    return Exit.FAILED if counts["failed"] else Exit.DONE


def _write(result: CheckResult, *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps(dataclasses.asdict(result)) + "\n")
    else:
        status = result.status.replace("_", " ")
        sys.stdout.write(f"{status:<15} {result.name:<32} {result.seconds * 1000:8.1f} ms  {result.reason}".rstrip())
        sys.stdout.write("\n")
    sys.stdout.flush()


COMMAND = Command(name="check", help="run the contract suite on a backend", configure=configure, run=run)
