"""The adb server's own protocol (AOSP `SERVICES.TXT`): a length in four hex digits, then `host:` services."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import cast

from device_farm.adb.deadline import Deadline
from device_farm.adb.stream import ReadBuffer, read_exactly
from device_farm.errors import GuestError, TransportError

_LONGEST_REQUEST = 0xFFFF
_HIGH_WATER = 4 * 1024 * 1024
"""Bytes of one stream that may wait unread before the socket is paused."""


class SocketStream(asyncio.Protocol):
    """A TCP connection as an `AdbStream`."""

    def __init__(self) -> None:
        self._buffer = ReadBuffer()
        self._transport: asyncio.Transport | None = None
        self._paused = False
        self._writable: asyncio.Future[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._buffer.feed(data)
        if self._buffer.size > _HIGH_WATER and not self._paused and self._transport is not None:
            self._paused = True
            self._transport.pause_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        self._buffer.end(TransportError(f"the connection broke: {exc}") if exc is not None else None)
        self.resume_writing()

    def pause_writing(self) -> None:
        self._writable = asyncio.get_running_loop().create_future()

    def resume_writing(self) -> None:
        waiting, self._writable = self._writable, None
        if waiting is not None and not waiting.done():
            waiting.set_result(None)

    async def read(self, limit: int = 2**62) -> bytes:
        data = await self._buffer.read(limit)
        if self._paused and self._buffer.size <= _HIGH_WATER and self._transport is not None:
            self._paused = False
            self._transport.resume_reading()
        return data

    async def write(self, data: bytes) -> None:
        if self._transport is None or self._transport.is_closing():
            raise TransportError("the stream is closed")
        self._transport.write(data)
        if self._writable is not None:
            await self._writable

    def close(self) -> None:
        self._buffer.end()
        if self._transport is not None:
            self._transport.close()


class UnreachableError(TransportError):
    """Nobody listens there, or went away before the phone heard of anything: asking again does nothing twice."""


class RefusedError(TransportError):
    """The adb server answered FAIL; holds its words."""


async def connect_socket(host: str, port: int, *, what: str, fix: str = "") -> SocketStream:
    """Raises UnreachableError naming `what` when nothing listens there."""
    try:
        _, stream = await asyncio.get_running_loop().create_connection(SocketStream, host, port)
    except OSError as error:
        raise UnreachableError(f"no {what} at {host}:{port}: {error}", fix=fix) from error
    return stream


def encode_request(service: str) -> bytes:
    """Raises TransportError when `service` is longer than the protocol's four hex digits can say."""
    data = service.encode()
    if len(data) > _LONGEST_REQUEST:
        raise TransportError(f"an adb request of {len(data)} bytes; at most {_LONGEST_REQUEST} go through a server")
    return b"%04x" % len(data) + data


async def read_block(stream: SocketStream) -> bytes:
    """One length-prefixed answer."""
    head = await read_exactly(stream, 4)
    try:
        size = int(head, 16)
    except ValueError:
        raise TransportError(f"not an adb server: it answered {head!r}") from None
    return await read_exactly(stream, size)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedDevice:
    """One line of `adb devices`. `state` is `device`, `offline`, `unauthorized`, `bootloader`, …"""

    serial: str
    state: str


def parse_devices(data: bytes) -> tuple[ListedDevice, ...]:
    """The answer of `host:devices`; lines without a tab are skipped."""
    rows = [line.split("\t", 1) for line in data.decode("utf-8", "replace").splitlines() if "\t" in line]
    return tuple(ListedDevice(serial=serial, state=state.strip()) for serial, state in rows)


class AdbServer:
    """An adb server's `host:` services. Every call opens its own connection, as the protocol wants it."""

    def __init__(self, host: str = "127.0.0.1", port: int = 5037, *, timeout_s: float = 10.0) -> None:
        self.host = host
        self.port = port
        self._timeout_s = timeout_s

    async def version(self) -> int:
        """The server's protocol version, such as 41."""
        answer = await self.query("host:version")
        try:
            return int(answer, 16)
        except ValueError:
            raise TransportError(f"not an adb server: its version is {answer[:20]!r}") from None

    async def devices(self) -> tuple[ListedDevice, ...]:
        return parse_devices(await self.query("host:devices"))

    async def features(self, serial: str) -> frozenset[str]:
        answer = await self.query(f"host-serial:{serial}:features")
        return frozenset(name for name in answer.decode("utf-8", "replace").split(",") if name)

    async def connect(self, address: str) -> str:
        """`adb connect HOST:PORT`; returns what the server says.

        Raises:
            TransportError: the server could not connect.
        """
        said = (await self.query(f"host:connect:{address}")).decode("utf-8", "replace")
        if not said.startswith(("connected to", "already connected")):
            raise TransportError(f"the adb server says: {said}")
        return said

    async def disconnect(self, address: str) -> None:
        """Raises TransportError when the server has no such device."""
        await self.query(f"host:disconnect:{address}")

    async def add_emulator(self, adb_port: int) -> None:
        """Tells the server of an emulator; it is then listed as `emulator-(adb_port - 1)`. The server never answers."""
        async with Deadline(self._timeout_s, "telling the adb server of an emulator"):
            stream = await self._dial()
            try:
                await stream.write(encode_request(f"host:emulator:{adb_port}"))
                await stream.read()
            finally:
                stream.close()

    async def forward(self, serial: str, local: str, remote: str) -> None:
        """`local` (`tcp:PORT`) on the server's machine to `remote` on the device; the server answers twice."""
        async with Deadline(self._timeout_s, "adb forward"):
            stream = await self._request(f"host-serial:{serial}:forward:{local};{remote}")
            try:
                await _expect_okay(stream)
            finally:
                stream.close()

    async def kill(self) -> None:
        """Ends the server (`adb kill-server`). Raises TransportError where none answers."""
        async with Deadline(self._timeout_s, "ending the adb server"):
            stream = await self._dial()
            try:
                await stream.write(encode_request("host:kill"))
                # It answers OKAY or just goes, by its version.
                await stream.read()
            finally:
                stream.close()

    async def track(self) -> AsyncIterator[tuple[ListedDevice, ...]]:
        """The list now, and again at every change, until the caller stops."""
        async with Deadline(self._timeout_s, "adb track-devices"):
            stream = await self._request("host:track-devices")
        try:
            while True:
                yield parse_devices(await read_block(stream))
        finally:
            stream.close()

    async def wait_for(self, serial: str, *, state: str = "device", timeout_s: float = 20.0) -> None:
        """Returns once the server lists `serial` in `state`. Raises DeadlineError after `timeout_s`."""
        wanted = ListedDevice(serial=serial, state=state)
        async with Deadline(timeout_s, f"waiting for {serial} to be a {state} of the adb server"):
            async for listed in self.track():
                if wanted in listed:
                    return

    async def query(self, service: str) -> bytes:
        """One service with a length-prefixed answer."""
        async with Deadline(self._timeout_s, f"adb server: {service}"):
            stream = await self._request(service)
            try:
                return await read_block(stream)
            finally:
                stream.close()

    async def _dial(self) -> SocketStream:
        return await connect_socket(self.host, self.port, what="adb server", fix="run `adb start-server`")

    async def _request(self, service: str) -> SocketStream:
        stream = await self._dial()
        try:
            await stream.write(encode_request(service))
            await _expect_okay(stream)
        except BaseException:
            stream.close()
            raise
        return stream


async def _expect_okay(stream: SocketStream) -> None:
    """Raises RefusedError with the server's own words where it answers FAIL."""
    status = await read_exactly(stream, 4)
    if status == b"OKAY":
        return
    if status != b"FAIL":
        raise TransportError(f"not an adb server: it answered {status!r}")
    raise RefusedError(f"the adb server says: {(await read_block(stream)).decode('utf-8', 'replace')}")


class ServerConnection:
    """An `AdbConnection` to one device of an adb server; each stream is a connection of its own."""

    def __init__(self, server: AdbServer, serial: str, *, connect_timeout_s: float = 10.0) -> None:
        self._server = server
        self._serial = serial
        self._connect_timeout_s = connect_timeout_s
        self._features: frozenset[str] | None = None
        self._request = encode_request(f"host:transport:{serial}")

    @property
    def address(self) -> str:
        return self._serial

    async def features(self) -> frozenset[str]:
        if self._features is None:
            self._features = await self._server.features(self._serial)
        return self._features

    async def open(self, service: str) -> SocketStream:
        async with Deadline(self._connect_timeout_s, f"opening a service of {self._serial}"):
            stream = await self._server._dial()
            try:
                # Two round trips: the server throws away what follows a transport request in the same segment.
                await self._reach(stream)
                await stream.write(encode_request(service))
                await self._expect_service(stream, service)
            except BaseException:
                stream.close()
                raise
        return stream

    async def close(self) -> None:
        self._features = None

    async def _reach(self, stream: SocketStream) -> None:
        try:
            await stream.write(self._request)
            await _expect_okay(stream)
        except RefusedError:
            raise
        except TransportError as error:
            # A server that is being killed still takes connections, and drops them.
            raise UnreachableError(f"the adb server went away: {error.message}") from error

    async def _expect_service(self, stream: SocketStream, service: str) -> None:
        try:
            await _expect_okay(stream)
        except TransportError as error:
            if error.message.endswith(": closed"):
                raise GuestError(f"{self._serial} refused the service {service[:80]!r}") from error
            raise
