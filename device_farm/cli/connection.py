"""Options of every command that talks to a farm, and the connection made of them."""

from __future__ import annotations

import argparse
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from device_farm.errors import ConfigError

if TYPE_CHECKING:
    from device_farm.client import FarmClient, LeaseHandle, RemoteDevice

DEFAULT_ADDRESS = "127.0.0.1:7070"


def add_farm_options(parser: argparse.ArgumentParser, *, default: str | None = DEFAULT_ADDRESS) -> None:
    """--farm, --credential-file, --ca, --server-name."""
    shown = f" (default {default})" if default else ""
    parser.add_argument("--farm", default=default, metavar="HOST:PORT", help=f"address of the farm{shown}")
    add_security_options(parser)


def add_security_options(parser: argparse.ArgumentParser) -> None:
    """How to be let in by a farm on another machine."""
    parser.add_argument("--credential-file", type=Path, metavar="FILE", help="file with the farm's credential")
    parser.add_argument("--ca", type=Path, metavar="FILE", help="PEM of the authority behind the farm's certificate")
    parser.add_argument("--server-name", metavar="NAME", help="name in the certificate, if not that of the address")


def add_lease_options(parser: argparse.ArgumentParser) -> None:
    """--lease FILE, or --id and --token; and the farm's options."""
    parser.add_argument("--lease", type=Path, metavar="FILE", help="what `farm lease --out FILE` wrote")
    parser.add_argument("--id", metavar="ID", help="id of the lease, instead of --lease")
    parser.add_argument("--token", metavar="TOKEN", help="token of the lease, instead of --lease")
    parser.add_argument("--address", metavar="HOST:PORT", help="where the device is served, if not by the farm itself")
    add_farm_options(parser, default=None)


@asynccontextmanager
async def connected(arguments: argparse.Namespace, *, address: str = "") -> AsyncIterator[FarmClient]:
    """The farm that the arguments name. Raises ConfigError, AuthError, TransportError."""
    from device_farm.client import FarmClient
    from device_farm.server.security import parse_address

    credential, ca = read_security(arguments)
    where = address or arguments.farm or DEFAULT_ADDRESS
    parse_address(where, field="--farm")
    async with FarmClient.connect(where, credential=credential, ca=ca, server_name=arguments.server_name) as client:
        yield client


def read_security(arguments: argparse.Namespace) -> tuple[str | None, bytes | None]:
    """The credential and the PEM of the authority, where they are given. Raises ConfigError."""
    from device_farm.server.security import read_credentials, read_file

    credential = read_credentials(arguments.credential_file)[0] if arguments.credential_file else None
    ca = read_file(arguments.ca, field="--ca") if arguments.ca else None
    return credential, ca


def read_handle(arguments: argparse.Namespace) -> LeaseHandle:
    """The lease that the arguments name. Raises ConfigError."""
    from device_farm.client import LeaseHandle
    from device_farm.device import DeviceInfo
    from device_farm.server.security import read_file
    from device_farm.types.geometry import Size

    if arguments.lease is not None:
        return LeaseHandle.from_json(read_file(arguments.lease, field="--lease").decode("utf-8", "replace"))
    if not arguments.id or not arguments.token:
        fix = "give --lease FILE, or --id and --token, as `farm lease` prints them"
        raise ConfigError("no lease is given", field="--lease", fix=fix)
    farm = arguments.farm or DEFAULT_ADDRESS
    unknown = DeviceInfo(id="", backend="", platform="android", screen=Size(0, 0), image="")
    return LeaseHandle(
        id=arguments.id,
        token=arguments.token,
        farm=farm,
        address=arguments.address or farm,
        device=unknown,
        deadline_s=0.0,
    )


@asynccontextmanager
async def leased_device(arguments: argparse.Namespace) -> AsyncIterator[RemoteDevice]:
    """The device of the lease that the arguments name. Using it renews the lease."""
    handle = read_handle(arguments)
    async with connected(arguments, address=arguments.farm or handle.farm) as client:
        await client.renew(handle)
        yield client.attach(handle)
