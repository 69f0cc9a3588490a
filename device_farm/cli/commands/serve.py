"""`farm serve`: a farm for other processes and machines, with devices of this machine or of hosts that join."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from device_farm.cli.command import Command, Exit
from device_farm.cli.fleet_options import (
    add_fleet_options,
    flags,
    merged_backends,
    server_security,
    start_logging,
)

if TYPE_CHECKING:
    from device_farm.farm.serve_config import ServeConfig


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--listen", metavar="HOST:PORT", help="default 127.0.0.1:7070; off loopback it needs TLS")
    parser.add_argument("--state", metavar="PATH|URL", help="SQLite file or database URL (default farm.db)")
    parser.add_argument("--credential-file", type=Path, metavar="FILE", help="accepted credentials, one a line")
    add_fleet_options(parser)


def _config(arguments: argparse.Namespace) -> ServeConfig:
    from device_farm.config import load_config
    from device_farm.farm.serve_config import ServeConfig

    config = load_config(ServeConfig, paths=arguments.config, overrides=arguments.set)
    given = flags(arguments, "listen", "state", "tls_cert", "tls_key", "credential_file")
    return merged_backends(config.model_copy(update=given), arguments)


async def run(arguments: argparse.Namespace) -> int:
    """Serves until interrupted."""
    from device_farm.embedded import running_farm
    from device_farm.farm.templates import make_templates
    from device_farm.server.security import parse_address, read_credentials

    start_logging(arguments)
    config = _config(arguments)
    host, port = parse_address(config.listen, field="--listen")
    credentials = read_credentials(config.credential_file) if config.credential_file else ()
    security = server_security(config, credentials)
    security.check(host)
    templates = await make_templates(config.backends)
    async with running_farm(
        templates,
        host=host,
        port=port,
        state=config.state,
        security=security,
        settings=config.leases.settings(),
        pool_settings=config.pool.settings(),
    ) as bound:
        address = f"{host}:{bound}"
        devices = {template.name: template.devices for template in templates}
        if arguments.json:
            sys.stdout.write(json.dumps({"address": address, "state": config.state, "devices": devices}) + "\n")
        else:
            offered = ", ".join(f"{name}={count}" for name, count in devices.items())
            sys.stdout.write(
                f"farm at {address}, state in {config.state}, devices: {offered or 'of hosts that join'}\n"
            )
        sys.stdout.flush()
        await asyncio.Event().wait()
    return Exit.DONE


COMMAND = Command(name="serve", help="run a farm for other processes and machines", configure=configure, run=run)
