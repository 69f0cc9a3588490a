"""TCP ports of simulated phones: console on an even port, adb on the next one."""

from __future__ import annotations

import errno
import resource
import socket
from dataclasses import dataclass

from device_farm.errors import BackendError, ConfigError

GRPC_OFFSET = 3000
"""The emulator's control service listens this far above its console port."""

LAST_PORT = 65535
_ATTEMPTS = 100
_BACKLOG = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """TCP ports of one phone."""

    console: int
    adb: int
    grpc: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Listeners:
    """Bound and listening sockets of one phone, and the port that its control service should take (0: a free one)."""

    console: socket.socket
    adb: socket.socket
    grpc_port: int

    @property
    def console_port(self) -> int:
        return int(self.console.getsockname()[1])

    def close(self) -> None:
        self.console.close()
        self.adb.close()


def check_range(base_port: int, count: int) -> None:
    """Whether `count` phones fit from `base_port` on.

    Raises:
        ConfigError: the port is odd, or the last one would not exist.
    """
    if base_port % 2:
        raise ConfigError(
            f"{base_port} is odd, adb servers look for consoles on even ports", field="base_port", fix="use 5554"
        )
    if base_port and base_port + 2 * count - 1 > LAST_PORT:
        lowest = (LAST_PORT - 2 * count) // 2 * 2
        raise ConfigError(
            f"{count} phones from port {base_port} on end above {LAST_PORT}",
            field="base_port",
            fix=f"use {lowest} or less, or 0 for free ports",
        )


def listen(host: str, console_port: int) -> Listeners:
    """Listens on `console_port` and the next one; 0 takes any free pair.

    Raises:
        ConfigError: a port is in use, or may not be used.
        BackendError: no free pair was found.
    """
    if console_port == 0:
        return _listen_anywhere(host)
    console = _bound(host, console_port)
    try:
        adb = _bound(host, console_port + 1)
    except ConfigError:
        console.close()
        raise
    grpc_port = console_port + GRPC_OFFSET
    return Listeners(console=console, adb=adb, grpc_port=grpc_port if grpc_port <= LAST_PORT else 0)


def port_in_use(host: str, port: int) -> ConfigError:
    return ConfigError(
        f"port {port} on {host} is in use",
        field="base_port",
        fix="stop what holds it, choose another --base-port, or take 0 for free ports",
    )


def _listen_anywhere(host: str) -> Listeners:
    for _ in range(_ATTEMPTS):
        first = _bound(host, 0)
        port = int(first.getsockname()[1])
        partner_port = port + 1 if port % 2 == 0 else port - 1
        try:
            partner = _bound(host, partner_port)
        except ConfigError:
            first.close()
            continue
        console, adb = (first, partner) if port % 2 == 0 else (partner, first)
        return Listeners(console=console, adb=adb, grpc_port=0)
    raise BackendError(f"found no two free neighbouring ports on {host} in {_ATTEMPTS} attempts")


def _tcp_socket() -> socket.socket:
    """A new socket; a soft limit on open files that is too low for so many phones is raised to the hard one."""
    try:
        return socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    except OSError as error:
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if error.errno != errno.EMFILE or soft == hard:
            raise BackendError(f"no socket for another phone: {error.strerror}", fix="ulimit -n 65536") from error
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        return socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)


def _bound(host: str, port: int) -> socket.socket:
    listener = _tcp_socket()
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise port_in_use(host, port) from error
        raise ConfigError(f"cannot listen on {host}:{port}: {error.strerror}", field="base_port") from error
    listener.setblocking(False)
    return listener
