"""TCP ports of an emulator on the loopback: console, adb one above it, gRPC where there is room."""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable, Collection

from device_farm.emulator.command import EmulatorPorts
from device_farm.errors import BackendError, ConfigError
from device_farm.simulator.ports import GRPC_OFFSET

FIRST_CONSOLE = 5554
_LAST_CONSOLE = 5682
"""Beyond it the emulator warns that adb servers do not look."""


def is_free(port: int) -> bool:
    """Whether nobody listens on the loopback at `port`, under IPv4 or IPv6: the emulator tries both."""
    for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        try:
            with socket.socket(family, socket.SOCK_STREAM) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((host, port))
        except OSError as error:
            if family == socket.AF_INET or error.errno == errno.EADDRINUSE:
                return False
    return True


def fixed_ports(base_port: int, number: int) -> EmulatorPorts:
    """The ports of phone `number` from `base_port` on. Raises ConfigError for an odd `base_port`."""
    if base_port % 2:
        fix = "adb servers look for consoles on even ports: use 5554"
        raise ConfigError(f"{base_port} is odd", field="base_port", fix=fix)
    console = base_port + 2 * number
    return EmulatorPorts(console=console, adb=console + 1, grpc=console + GRPC_OFFSET)


class PortsTakenError(BackendError):
    """Somebody else listens where an emulator should."""


def require_free(ports: EmulatorPorts, *, free: Callable[[int], bool] = is_free) -> None:
    """Raises PortsTakenError naming the first of `ports` that somebody holds."""
    for name, port in (("console", ports.console), ("adb", ports.adb), ("gRPC", ports.grpc)):
        if not free(port):
            message = f"port {port}, for the {name} of an emulator, is taken"
            raise PortsTakenError(message, field="base_port", fix="end what holds it, or set base_port = 0")


def free_ports(held: Collection[int], *, free: Callable[[int], bool] = is_free) -> EmulatorPorts:
    """The first free ports that none of our other phones holds (`held`: their console ports).

    Raises:
        BackendError: all of them are taken.
    """
    for console in range(FIRST_CONSOLE, _LAST_CONSOLE + 1, 2):
        grpc = console + GRPC_OFFSET
        if console not in held and free(console) and free(console + 1) and free(grpc):
            return EmulatorPorts(console=console, adb=console + 1, grpc=grpc)
    message = f"the ports from {FIRST_CONSOLE} to {_LAST_CONSOLE + 1} are all taken"
    raise BackendError(message, field="base_port", fix="set base_port to an even port with room above it")
