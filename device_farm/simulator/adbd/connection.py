"""One host's connection: handshake, authentication, and the streams on it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, Protocol

from device_farm.simulator.adbd import packet as wire
from device_farm.simulator.adbd.auth import Authenticator
from device_farm.simulator.adbd.packet import Command, MalformedPacketError, Packet
from device_farm.simulator.adbd.reverse import ReverseTable
from device_farm.simulator.adbd.stream import Stream, StreamClosedError

logger = logging.getLogger(__name__)

MAX_STREAMS = 1024
"""Streams that one connection may hold open at a time; a further OPEN is answered with CLSE."""

INPUT_GRACE_S = 1.0
"""How long a service that reads its input may go on after the host closed the stream (`exec-in` ends this way)."""


class ServiceRefusedError(Exception):
    """The destination of an OPEN does not exist; answered with CLSE."""


class Daemon(Protocol):
    """What a connection needs from the phone's adb daemon."""

    def banner(self) -> bytes: ...

    def authenticator(self) -> Authenticator | None: ...

    @property
    def answers(self) -> bool:
        """False while the phone hangs in its boot: hosts then see it offline."""
        ...

    def drops_now(self) -> bool:
        """Counts one packet from a host; True when an injected fault says that the transport breaks here."""
        ...

    def open_service(self, destination: str, stream: Stream, connection: Connection) -> Coroutine[Any, Any, None]:
        """The coroutine that serves `destination` on `stream`. Raises ServiceRefusedError."""
        ...

    def joined(self, connection: Connection) -> None: ...

    def left(self, connection: Connection) -> None: ...


class Connection(asyncio.Protocol):
    """The device's end of the transport."""

    def __init__(self, daemon: Daemon) -> None:
        self.max_payload = wire.MAX_PAYLOAD_V1
        self.online = False
        self.reverse = ReverseTable()
        self._daemon = daemon
        self._authenticator: Authenticator | None = None
        self._parser = wire.PacketParser()
        self._checksums = True
        self._transport: asyncio.Transport | None = None
        self._streams: dict[int, Stream] = {}
        self._outgoing: list[bytes] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._last_id = 0
        self._peer = ""
        self._waits_for_boot = False

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._peer = str(transport.get_extra_info("peername"))
        self._daemon.joined(self)

    def data_received(self, data: bytes) -> None:
        try:
            for packet in self._parser.feed(data):
                if self._transport is None or self._transport.is_closing():
                    return
                if self._daemon.drops_now():
                    logger.info("adb connection %s dropped by an injected fault", self._peer)
                    self.abort()
                    return
                self._handle(packet)
        except MalformedPacketError as error:
            logger.warning("adb connection %s ended: %s", self._peer, error)
            self.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._drop_streams()
        self._transport = None
        self.online = False
        self._daemon.left(self)

    # PacketSink

    def send(self, command: Command, arg0: int, arg1: int, payload: bytes = b"") -> None:
        """Packets of one turn of the event loop leave together: a short command's whole answer is one segment."""
        if not self._outgoing:
            asyncio.get_running_loop().call_soon(self._flush)
        self._outgoing.append(wire.encode(command, arg0, arg1, payload, with_checksum=self._checksums))

    def _flush(self) -> None:
        outgoing, self._outgoing = self._outgoing, []
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(b"".join(outgoing))

    def forget(self, local_id: int) -> None:
        self._streams.pop(local_id, None)

    # What the daemon and its services call.

    @property
    def stream_count(self) -> int:
        return len(self._streams)

    def abort(self) -> None:
        """Breaks the TCP connection at once, without farewell. Idempotent."""
        if self._transport is not None:
            self._transport.abort()

    def boot_finished(self) -> None:
        """Answers a host that connected while the phone hung in its boot."""
        if self._waits_for_boot:
            self._waits_for_boot = False
            self._authenticate_or_greet()

    def open_stream(self, destination: str) -> Stream:
        """A stream to `destination` on the host; use `Stream.wait_open` before anything else."""
        stream = Stream(self, self._next_id(), 0)
        self._streams[stream.local_id] = stream
        self.send(Command.OPEN, stream.local_id, 0, destination.encode() + b"\0")
        return stream

    # Packets

    def _handle(self, packet: Packet) -> None:
        if self._checksums and packet.command is not Command.CNXN and packet.checksum != wire.checksum(packet.payload):
            raise MalformedPacketError(f"checksum of {packet.command.name} does not match")
        if packet.command is Command.CNXN:
            self._handle_connect(packet)
        elif packet.command is Command.AUTH:
            self._handle_auth(packet)
        elif not self.online:
            raise MalformedPacketError(f"{packet.command.name} before CNXN")
        elif packet.command is Command.OPEN:
            self._handle_open(packet)
        else:
            self._handle_stream(packet)

    def _handle_connect(self, packet: Packet) -> None:
        version, max_payload = packet.arg0, packet.arg1
        if version < wire.VERSION_MIN:
            raise MalformedPacketError(f"CNXN with version {version:#010x}")
        if max_payload < 1:
            raise MalformedPacketError("CNXN with a maximum payload of 0")
        self._checksums = version < wire.VERSION_SKIP_CHECKSUM
        if self._checksums and packet.checksum != wire.checksum(packet.payload):
            raise MalformedPacketError("checksum of CNXN does not match")
        self._drop_streams()
        self.online = False
        self.max_payload = min(max_payload, wire.MAX_PAYLOAD)
        if self._daemon.answers:
            self._authenticate_or_greet()
        else:
            self._waits_for_boot = True

    def _authenticate_or_greet(self) -> None:
        self._authenticator = self._daemon.authenticator()
        if self._authenticator is None:
            self._greet()
        else:
            self.send(Command.AUTH, Authenticator.TOKEN, 0, self._authenticator.token)

    def _handle_auth(self, packet: Packet) -> None:
        if self._authenticator is None:
            raise MalformedPacketError("AUTH that was not asked for")
        if self._authenticator.accepts(packet.arg0, packet.payload):
            self._greet()
        elif packet.arg0 == Authenticator.SIGNATURE:
            self.send(Command.AUTH, Authenticator.TOKEN, 0, self._authenticator.token)

    def _greet(self) -> None:
        self.online = True
        self.send(Command.CNXN, wire.VERSION_SKIP_CHECKSUM, wire.MAX_PAYLOAD, self._daemon.banner())

    def _handle_open(self, packet: Packet) -> None:
        remote_id = packet.arg0
        destination = packet.payload.rstrip(b"\0").decode("utf-8", "surrogateescape")
        if remote_id == 0:
            raise MalformedPacketError("OPEN with stream number 0")
        if len(self._streams) >= MAX_STREAMS:
            logger.warning("adb connection %s: refused %r, %d streams are open", self._peer, destination, MAX_STREAMS)
            self.send(Command.CLSE, 0, remote_id)
            return
        stream = Stream(self, self._next_id(), remote_id)
        try:
            service = self._daemon.open_service(destination, stream, self)
        except ServiceRefusedError as error:
            logger.info("adb connection %s: refused %r: %s", self._peer, destination[:200], error)
            self.send(Command.CLSE, 0, remote_id)
            return
        self._streams[stream.local_id] = stream
        # The service takes its first step after this turn but before the next flush, so behind this OKAY.
        self._serve(destination, stream, service)
        self.send(Command.OKAY, stream.local_id, remote_id)

    def _handle_stream(self, packet: Packet) -> None:
        stream = self._streams.get(packet.arg1)
        # A stream that has just been closed from here may still get packets: they are late, not wrong.
        if stream is None or (stream.remote_id not in (0, packet.arg0) and packet.arg0 != 0):
            return
        if packet.command is Command.OKAY:
            stream.handle_okay(packet.arg0)
        elif packet.command is Command.WRTE:
            if not stream.handle_write(packet.payload):
                raise MalformedPacketError(f"stream {packet.arg0} sends without waiting for OKAY")
        else:
            self.forget(stream.local_id)
            self.send(Command.CLSE, stream.local_id, packet.arg0 or stream.remote_id)
            stream.handle_close()

    # Services

    def _serve(self, destination: str, stream: Stream, service: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(self._supervise(destination, stream, service))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

        def end_service() -> None:
            if stream.input_used and self._transport is not None:
                asyncio.get_running_loop().call_later(INPUT_GRACE_S, task.cancel)
            elif task is not asyncio.current_task():
                task.cancel()

        stream.on_close = end_service

    async def _supervise(self, destination: str, stream: Stream, service: Coroutine[Any, Any, None]) -> None:
        try:
            # The CLSE may follow the last WRTE at once: a host drains a stream before it closes it.
            await service
        except StreamClosedError:
            logger.debug("%s: the host closed the stream", destination[:200])
        except Exception:
            logger.exception("adb service %r failed", destination[:200])
        finally:
            stream.on_close = None
            stream.close()

    def _drop_streams(self) -> None:
        for stream in list(self._streams.values()):
            stream.handle_close()
        self._streams.clear()
        for task in list(self._tasks):
            task.cancel()

    def _next_id(self) -> int:
        while True:
            self._last_id = self._last_id % 0x7FFFFFFF + 1
            if self._last_id not in self._streams:
                return self._last_id
