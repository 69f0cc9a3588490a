"""An adb server of the phone's own, and a connection that survives the server being killed by other programs.

An emulator's adbd serves one adb server at a time, so programs that attach to the phone share this one; and android_env
kills and starts the server whenever one of its commands fails. The emulator is then made known to the new one.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from device_farm.adb.private_server import PrivateAdbServer
from device_farm.adb.smart_socket import AdbServer, RefusedError, ServerConnection, SocketStream, UnreachableError
from device_farm.emulator.command import EmulatorPorts
from device_farm.errors import BackendError, TransportError

_LISTED_S = 15.0
_UNAUTHORISED_PATIENCE = 20
_POLL_S = 0.25


class EmulatorAdb:
    """`start` brings the server up; `connection` opens services of the phone through it."""

    def __init__(self, program: str, port: int, *, keys: str = "") -> None:
        """`port` is where the server listens; it stays the same when the server is started again."""
        self.port = port
        self._program = program
        self._keys = keys
        self._own = self._made()
        self._server = AdbServer("127.0.0.1", port)
        self._holds_port = False
        self._mending = asyncio.Lock()

    async def start(self) -> None:
        """Raises DeadlineError or TransportError where it does not come up."""
        await self._own.__aenter__()
        self._holds_port = True

    async def close(self) -> None:
        """Ends the server, also one that another program has started in its place. Idempotent."""
        if self._holds_port:
            # Otherwise it is a stranger's server that listens there.
            self._holds_port = False
            with contextlib.suppress(TransportError):
                await self._server.kill()
        await self._own.close()

    async def state(self, serial: str) -> str:
        """How the server lists the phone: `device`, `offline`, `unauthorized`; empty where it does not."""
        for listed in await self._server.devices():
            if listed.serial == serial:
                return listed.state
        return ""

    async def until_listed(self, ports: EmulatorPorts) -> None:
        """Makes the phone known and waits until it is a `device`; the caller sets the deadline.

        Raises:
            BackendError: the phone refuses this machine's key.
        """
        refused = 0
        while True:
            try:
                state = await self.state(ports.serial)
                if state == "device":
                    return
                if state == "":
                    await self._server.add_emulator(ports.adb)
            except TransportError:
                await self._revive()
                continue
            refused = refused + 1 if state == "unauthorized" else 0
            if refused >= _UNAUTHORISED_PATIENCE:
                raise BackendError(
                    f"{ports.serial} does not know this machine's adb key: its snapshot holds another one",
                    fix="farm emulator prepare takes the snapshot anew; or leave adb_auth = false, on an image"
                    " without Google Play",
                )
            await asyncio.sleep(_POLL_S)

    async def mend(self, ports: EmulatorPorts) -> None:
        """After a lost server or a phone that is no longer listed: both again. Raises TransportError."""
        async with self._mending:
            try:
                async with asyncio.timeout(_LISTED_S):
                    await self.until_listed(ports)
            except TimeoutError:
                raise TransportError(f"the adb server lost {ports.serial} and does not find it again") from None
            except BackendError as error:
                raise TransportError(error.message, fix=error.fix) from error

    async def _revive(self) -> None:
        """A server that was killed comes back, ours or another program's on the same port."""
        with contextlib.suppress(TransportError):
            await self._server.version()
            return
        await self._own.close()
        self._own = self._made()
        with contextlib.suppress(TransportError):
            await self._own.__aenter__()
        await asyncio.sleep(_POLL_S)

    def _made(self) -> PrivateAdbServer:
        return PrivateAdbServer(program=self._program, port=self.port, keys=self._keys)

    def connection(self, ports: EmulatorPorts, *, check: Callable[[], Awaitable[None]]) -> MendingConnection:
        """`check` raises TransportError where mending is pointless: the emulator has ended."""
        return MendingConnection(self, ServerConnection(self._server, ports.serial), ports, check)


class MendingConnection:
    """An `AdbConnection` that has the server and its list mended once where a service could not be asked for."""

    def __init__(
        self,
        link: EmulatorAdb,
        connection: ServerConnection,
        ports: EmulatorPorts,
        check: Callable[[], Awaitable[None]],
    ) -> None:
        self._link = link
        self._connection = connection
        self._ports = ports
        self._check = check

    @property
    def address(self) -> str:
        return self._connection.address

    async def features(self) -> frozenset[str]:
        try:
            return await self._connection.features()
        except TransportError:
            # The server alone was asked, so it may be asked again however that went wrong.
            await self._check()
            await self._link.mend(self._ports)
            return await self._connection.features()

    async def open(self, service: str) -> SocketStream:
        try:
            return await self._connection.open(service)
        except TransportError as error:
            # Only what was refused before the phone heard of the service may be asked again.
            await self._mend(error)
            return await self._connection.open(service)

    async def close(self) -> None:
        await self._connection.close()

    async def _mend(self, error: TransportError) -> None:
        await self._check()
        if not is_lost(error):
            raise error
        await self._link.mend(self._ports)


def is_lost(error: TransportError) -> bool:
    """Whether the server is gone, or has no such phone: nothing has reached the phone then."""
    return isinstance(error, UnreachableError) or (isinstance(error, RefusedError) and "not found" in error.message)
