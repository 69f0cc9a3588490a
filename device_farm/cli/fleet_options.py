"""Options of the commands that bring devices up: `farm serve` and `farm host`."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from device_farm.farm.serve_config import FleetConfig
    from device_farm.server.security import ServerSecurity

ConfigT = TypeVar("ConfigT", bound="FleetConfig")


def add_fleet_options(parser: argparse.ArgumentParser) -> None:
    """--backend, --config, --set, TLS, --verbose."""
    parser.add_argument(
        "--backend",
        action="append",
        default=[],
        metavar="NAME[=N]",
        help="devices of this machine: simulator=4, xvfb=1, docker, qemu, adb=SERIAL, import=module:name; repeatable",
    )
    parser.add_argument("--config", type=Path, action="append", default=[], metavar="FILE", help="TOML; repeatable")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="overrides a config key")
    parser.add_argument("--tls-cert", type=Path, metavar="FILE", help="PEM certificate of this server")
    parser.add_argument("--tls-key", type=Path, metavar="FILE", help="PEM key of the certificate")
    parser.add_argument("--json", action="store_true", help="one JSON object when ready")
    parser.add_argument("--verbose", action="store_true", help="log every event")


def start_logging(arguments: argparse.Namespace) -> None:
    level = logging.INFO if arguments.verbose else logging.WARNING
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(message)s")


def merged_backends(config: ConfigT, arguments: argparse.Namespace) -> ConfigT:
    """The config with the backends of the command line added, each under the name of its type."""
    from device_farm.backends.loader import parse_backend
    from device_farm.farm.templates import name_backends

    named = name_backends([parse_backend(text) for text in arguments.backend])
    return config.model_copy(update={"backends": {**config.backends, **named}})


def server_security(config: FleetConfig, credentials: tuple[str, ...]) -> ServerSecurity:
    """TLS and credentials of this machine's server. Raises ConfigError when a file cannot be read."""
    from device_farm.server.security import ServerSecurity, read_file

    return ServerSecurity(
        cert=read_file(config.tls_cert, field="--tls-cert") if config.tls_cert else None,
        key=read_file(config.tls_key, field="--tls-key") if config.tls_key else None,
        credentials=credentials,
    )


def flags(arguments: argparse.Namespace, *names: str) -> dict[str, object]:
    """The given options among `names`, to lay over the config files."""
    return {name: getattr(arguments, name) for name in names if getattr(arguments, name) is not None}
