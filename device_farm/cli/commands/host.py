"""`farm host`: offers this machine's devices to a farm that runs elsewhere."""

from __future__ import annotations

import argparse
import asyncio
import json
import socket
import sys
from typing import TYPE_CHECKING

from device_farm.cli.command import Command, Exit
from device_farm.cli.connection import add_security_options
from device_farm.cli.fleet_options import (
    add_fleet_options,
    flags,
    merged_backends,
    server_security,
    start_logging,
)
from device_farm.errors import ConfigError

if TYPE_CHECKING:
    from device_farm.farm.serve_config import HostConfig


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--join", metavar="HOST:PORT", help="address of the farm")
    parser.add_argument("--listen", metavar="HOST:PORT", help="where clients reach the devices (default 127.0.0.1:0)")
    parser.add_argument("--advertise", metavar="HOST:PORT", help="the same as seen from the clients, if different")
    parser.add_argument("--name", help="unique in the farm and stable (default: the host name)")
    add_security_options(parser)
    add_fleet_options(parser)


def _config(arguments: argparse.Namespace) -> HostConfig:
    from device_farm.config import load_config
    from device_farm.farm.serve_config import HostConfig

    config = load_config(HostConfig, paths=arguments.config, overrides=arguments.set)
    names = ("join", "listen", "advertise", "name", "ca", "server_name", "tls_cert", "tls_key", "credential_file")
    merged = merged_backends(config.model_copy(update=flags(arguments, *names)), arguments)
    if not merged.join:
        raise ConfigError("no farm to join", field="--join", fix="write --join HOST:PORT, as `farm serve` printed it")
    if not merged.backends:
        raise ConfigError("no devices to offer", field="--backend", fix="write for example --backend simulator=4")
    return merged


async def run(arguments: argparse.Namespace) -> int:
    """Stays in the farm until interrupted; then its devices leave the farm."""
    from device_farm.client.channel import ClientSecurity
    from device_farm.farm.templates import make_templates
    from device_farm.server.joined_host import joined_host
    from device_farm.server.security import parse_address, read_credentials, read_file

    start_logging(arguments)
    config = _config(arguments)
    parse_address(config.join, field="--join")
    listen = parse_address(config.listen, field="--listen")
    credentials = read_credentials(config.credential_file) if config.credential_file else ()
    ca = read_file(config.ca, field="--ca") if config.ca else None
    security = server_security(config, credentials)
    security.check(listen[0])
    templates = await make_templates(config.backends)
    async with joined_host(
        templates,
        name=config.name or socket.gethostname(),
        listen=listen,
        advertise=config.advertise,
        farm=config.join,
        to_farm=ClientSecurity(
            credential=credentials[0] if credentials else None, ca=ca, server_name=config.server_name
        ),
        security=security,
        pool_settings=config.pool.settings(),
    ) as (identity, joining):
        devices = {template.name: template.devices for template in templates}
        line = {"name": identity.name, "address": identity.address, "farm": config.join, "devices": devices}
        if arguments.json:
            sys.stdout.write(json.dumps(line) + "\n")
        else:
            sys.stdout.write(f"host {identity.name} at {identity.address}, in the farm at {config.join}\n")
        sys.stdout.flush()
        await asyncio.shield(joining)
    return Exit.DONE


COMMAND = Command(name="host", help="offer this machine's devices to a farm", configure=configure, run=run)
