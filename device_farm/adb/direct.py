"""Speaks the adb transport to a device's own adbd over TCP: no adb server, many streams on one connection."""

from __future__ import annotations

import asyncio
import itertools
from typing import cast

from device_farm.adb import packet
from device_farm.adb.auth import AdbKey
from device_farm.adb.deadline import Deadline
from device_farm.adb.stream import ReadBuffer
from device_farm.errors import GuestError, TransportError

_HOST_BANNER = b"host::features=shell_v2,cmd,stat_v2,ls_v2,fixed_push_mkdir,abb_exec,sendrecv_v2"

_READ_AHEAD = 4 * 1024 * 1024
"""Bytes of one stream that may wait unread before the device is kept waiting for its OKAY."""

_AUTH_TOKEN, _AUTH_SIGNATURE, _AUTH_PUBLIC_KEY = 1, 2, 3


class DirectStream:
    """A stream of a direct connection."""

    __slots__ = ("_acknowledged", "_buffer", "_closed", "_local", "_owed", "_remote", "_wire")

    def __init__(self, wire: _Wire, local: int) -> None:
        self._wire = wire
        self._local = local
        self._remote = 0
        self._buffer = ReadBuffer()
        self._acknowledged: asyncio.Future[bool] | None = wire.loop.create_future()
        self._owed = 0
        self._closed = False

    async def opened(self) -> bool:
        """Waits for the device's answer to OPEN: whether it took the service."""
        return await self._okay()

    async def read(self, limit: int = 2**62) -> bytes:
        data = await self._buffer.read(limit)
        if self._owed:
            self._settle()
        return data

    async def write(self, data: bytes) -> None:
        view = memoryview(data)
        for start in range(0, len(data), self._wire.max_payload):
            self._check_open()
            self._acknowledged = self._wire.loop.create_future()
            piece = bytes(view[start : start + self._wire.max_payload])
            self._wire.send(packet.WRTE, self._local, self._remote, piece)
            if not await self._okay():
                raise TransportError("the device closed the stream while it was written to")

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._buffer.end()
            # Before the device's OKAY its id is not known; it is told when the OKAY arrives.
            if self._remote:
                self._wire.send(packet.CLSE, self._local, self._remote)
                self._wire.forget(self._local)

    def on_okay(self, remote: int) -> None:
        if self._closed and not self._remote:
            self._wire.send(packet.CLSE, self._local, remote)
            self._wire.forget(self._local)
            return
        self._remote = remote
        self._answer(True)

    def on_write(self, payload: bytes) -> None:
        if self._closed:
            return
        self._buffer.feed(payload)
        if self._buffer.size <= _READ_AHEAD:
            self._wire.send(packet.OKAY, self._local, self._remote)
        else:
            self._owed += 1

    def on_close(self, error: TransportError | None = None) -> None:
        self._closed = True
        self._buffer.end(error)
        if error is not None and self._acknowledged is not None and not self._acknowledged.done():
            self._acknowledged.set_exception(error)
        else:
            self._answer(False)

    async def _okay(self) -> bool:
        assert self._acknowledged is not None
        try:
            return await self._acknowledged
        finally:
            self._acknowledged = None

    def _answer(self, taken: bool) -> None:
        if self._acknowledged is not None and not self._acknowledged.done():
            self._acknowledged.set_result(taken)

    def _settle(self) -> None:
        while self._owed and self._buffer.size <= _READ_AHEAD and not self._closed:
            self._owed -= 1
            self._wire.send(packet.OKAY, self._local, self._remote)

    def _check_open(self) -> None:
        if self._closed:
            raise TransportError("the stream is closed")


class _Wire(asyncio.Protocol):
    """One TCP connection: the handshake, then packets to and from its streams."""

    def __init__(self, key: AdbKey | None) -> None:
        self.loop = asyncio.get_running_loop()
        self.ready: asyncio.Future[packet.Banner] = self.loop.create_future()
        self.max_payload = packet.MAX_PAYLOAD
        self.lost: TransportError | None = None
        self._transport: asyncio.Transport | None = None
        self._decoder = packet.PacketDecoder()
        self._streams: dict[int, DirectStream] = {}
        self._ids = itertools.count(1)
        self._key = key
        self._signed = False
        self._with_checksum = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self.send(packet.CNXN, packet.VERSION_NO_CHECKSUM, packet.MAX_PAYLOAD, _HOST_BANNER)

    def data_received(self, data: bytes) -> None:
        try:
            for received in self._decoder.feed(data):
                self._dispatch(received)
        except TransportError as error:
            self.abort(error)

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail(TransportError(f"the device closed the connection{f': {exc}' if exc else ''}"))

    def open(self, service: str) -> DirectStream:
        stream = DirectStream(self, next(self._ids))
        self._streams[stream._local] = stream
        self.send(packet.OPEN, stream._local, 0, service.encode() + b"\0")
        return stream

    def send(self, command: int, arg0: int, arg1: int, payload: bytes = b"") -> None:
        if self._transport is not None and self.lost is None:
            self._transport.write(packet.encode(command, arg0, arg1, payload, with_checksum=self._with_checksum))

    def forget(self, local: int) -> None:
        self._streams.pop(local, None)

    def abort(self, error: TransportError) -> None:
        self._fail(error)
        if self._transport is not None:
            self._transport.abort()

    def _fail(self, error: TransportError) -> None:
        if self.lost is not None:
            return
        self.lost = error
        if not self.ready.done():
            self.ready.set_exception(error)
            self.ready.exception()  # Marked as seen: a cancelled handshake never reads it.
        streams, self._streams = self._streams, {}
        for stream in streams.values():
            stream.on_close(TransportError(error.message, fix=error.fix))

    def _dispatch(self, received: packet.Packet) -> None:
        stream = self._streams.get(received.arg1)
        match received.command:
            case packet.WRTE if stream is not None:
                stream.on_write(received.payload)
            case packet.OKAY if stream is not None:
                stream.on_okay(received.arg0)
            case packet.CLSE if stream is not None:
                self.forget(received.arg1)
                if not stream._closed and stream._remote:
                    self.send(packet.CLSE, received.arg1, received.arg0)
                stream.on_close()
            case packet.WRTE:
                # A stream that we gave up while the device was still writing to it.
                self.send(packet.CLSE, received.arg1, received.arg0)
            case packet.CNXN:
                self._on_connected(received)
            case packet.AUTH if received.arg0 == _AUTH_TOKEN:
                self._on_auth(received.payload)
            case packet.STLS:
                raise TransportError(
                    "the device asks for adb over TLS", fix="pair it with an adb server and go through the server"
                )
            case _:
                pass

    def _on_connected(self, received: packet.Packet) -> None:
        self.max_payload = min(packet.MAX_PAYLOAD, received.arg1) or packet.MAX_PAYLOAD
        self._with_checksum = received.arg0 < packet.VERSION_NO_CHECKSUM
        if not self.ready.done():
            self.ready.set_result(packet.parse_banner(received.payload))

    def _on_auth(self, token: bytes) -> None:
        if self._key is None:
            raise TransportError(
                "the device asks for an adb key", fix="go through an adb server, or give the path of your adbkey"
            )
        if self._signed:
            # The signature was not known to the device: it now asks the person holding it.
            self.send(packet.AUTH, _AUTH_PUBLIC_KEY, 0, self._key.public_line)
            return
        self._signed = True
        self.send(packet.AUTH, _AUTH_SIGNATURE, 0, self._key.sign(token))


class DirectConnection:
    """An `AdbConnection` straight to `host:port`. The first call connects; a lost connection is made anew."""

    def __init__(self, host: str, port: int, *, connect_timeout_s: float = 10.0, key: AdbKey | None = None) -> None:
        self._host = host
        self._port = port
        self._connect_timeout_s = connect_timeout_s
        self._key = key
        self._wire: _Wire | None = None
        self._banner: packet.Banner | None = None
        self._connecting = asyncio.Lock()

    @property
    def address(self) -> str:
        return f"{self._host}:{self._port}"

    async def features(self) -> frozenset[str]:
        await self._connected()
        assert self._banner is not None
        return self._banner.features

    async def open(self, service: str) -> DirectStream:
        wire = self._wire
        if wire is None or wire.lost is not None:
            wire = await self._connected()
        stream = wire.open(service)
        try:
            if await stream.opened():
                return stream
        except BaseException:
            stream.close()
            raise
        raise GuestError(f"{self.address} refused the service {service[:80]!r}")

    async def close(self) -> None:
        wire, self._wire = self._wire, None
        if wire is not None:
            wire.abort(TransportError("the connection was closed here"))

    async def _connected(self) -> _Wire:
        async with self._connecting:
            if self._wire is not None and self._wire.lost is None:
                return self._wire
            async with Deadline(self._connect_timeout_s, f"connecting to adbd at {self.address}"):
                self._wire = await self._connect()
            return self._wire

    async def _connect(self) -> _Wire:
        loop = asyncio.get_running_loop()
        try:
            _, wire = await loop.create_connection(lambda: _Wire(self._key), self._host, self._port)
        except OSError as error:
            raise TransportError(
                f"no adbd at {self.address}: {error}", fix="is the device running, and is this its adb port?"
            ) from error
        try:
            self._banner = await wire.ready
        except BaseException:
            wire.abort(TransportError("the handshake was given up"))
            raise
        return wire
