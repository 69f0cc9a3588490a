"""The phone's adbd: its listening port, its connections, and which service answers which destination."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Coroutine
from typing import Any

from device_farm.simulator.adbd.auth import Authenticator
from device_farm.simulator.adbd.connection import Connection
from device_farm.simulator.adbd.netcat import netcat
from device_farm.simulator.adbd.services import Services
from device_farm.simulator.adbd.stream import Stream
from device_farm.simulator.handset import Handset

logger = logging.getLogger(__name__)

FEATURES = (
    "shell_v2",
    "cmd",
    "stat_v2",
    "ls_v2",
    "fixed_push_mkdir",
    "sendrecv_v2",
    "sendrecv_v2_dry_run_send",
    "abb_exec",
)
"""What this daemon serves beyond the first protocol; a host uses nothing that is not named here."""


class AdbDaemon:
    """`authorized_keys` None lets every host in; otherwise only holders of a key in it."""

    def __init__(self, handset: Handset, *, authorized_keys: tuple[str, ...] | None = None) -> None:
        self._handset = handset
        self._authorized_keys = authorized_keys
        self._services = Services(handset, self.drop_connections)
        self._connections: set[Connection] = set()
        self._server: asyncio.Server | None = None
        handset.add_program("nc", netcat(self.connect_out))
        handset.observe_boot(self._boot_changed)

    async def listen(self, listener: socket.socket) -> None:
        """Serves `listener`, which belongs to this daemon from here on."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Connection(self), sock=listener)

    async def close(self) -> None:
        """Stops listening and breaks every connection. Idempotent."""
        if self._server is not None:
            self._server.close()
            self._server = None
        self.drop_connections()

    @property
    def open_streams(self) -> int:
        """Streams that hosts have open now, each a running service."""
        return sum(connection.stream_count for connection in self._connections)

    def connect_out(self, address: str) -> Stream | None:
        """A stream to the host that listens at `address` of the phone by `adb reverse`; None where none does."""
        for connection in self._connections:
            if connection.online and address in connection.reverse:
                return connection.open_stream(connection.reverse.target(address))
        return None

    def drop_connections(self) -> None:
        """Breaks every host's connection, as a reboot does."""
        for connection in list(self._connections):
            connection.abort()

    # What a Connection asks.

    @property
    def answers(self) -> bool:
        return self._handset.booted

    def banner(self) -> bytes:
        properties = self._handset.phone.properties
        names = ("ro.product.name", "ro.product.model", "ro.product.device")
        shown = ";".join(f"{name}={properties.get(name, '')}" for name in names)
        return f"device::{shown};features={','.join(FEATURES)}".encode()

    def authenticator(self) -> Authenticator | None:
        return None if self._authorized_keys is None else Authenticator(self._authorized_keys)

    def drops_now(self) -> bool:
        return self._handset.faults.drops_packet()

    def open_service(self, destination: str, stream: Stream, connection: Connection) -> Coroutine[Any, Any, None]:
        return self._services.open(destination, stream, connection)

    def joined(self, connection: Connection) -> None:
        self._connections.add(connection)

    def left(self, connection: Connection) -> None:
        self._connections.discard(connection)

    def _boot_changed(self) -> None:
        for connection in list(self._connections):
            if self._handset.booted:
                connection.boot_finished()
            elif connection.online:
                connection.abort()
