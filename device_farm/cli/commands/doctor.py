"""`farm doctor`: proves what this machine can do, and says how to mend the rest."""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys

from device_farm.cli.command import Command, Exit


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--backend",
        default="",
        metavar="NAME",
        help="only what it needs: simulator, emulator (or emulator=AVD), xvfb, docker, qemu (or qemu=FOLDER), adb",
    )
    parser.add_argument("--endpoint", default="", metavar="URL", help="a model server to ask instead of loading vLLM")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")


async def run(arguments: argparse.Namespace) -> int:
    """Exit code 0 when everything required works, 3 otherwise."""
    from device_farm.doctor.examination import examine, probes

    unfit = False
    async for result in examine(probes(backend=arguments.backend, endpoint=arguments.endpoint)):
        unfit |= result.status == "failed"
        if arguments.json:
            sys.stdout.write(json.dumps(dataclasses.asdict(result)) + "\n")
        else:
            sys.stdout.write(f"{result.status:<8} {result.name:<13} {result.detail}  [{result.seconds:.1f} s]\n")
            if result.fix:
                sys.stdout.write(f"{'':<22} fix: {result.fix}\n")
        sys.stdout.flush()
    return Exit.PREREQUISITE if unfit else Exit.DONE


COMMAND = Command(
    name="doctor", help="prove what this machine can do, with the fix for what it cannot", configure=configure, run=run
)
