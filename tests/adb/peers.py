"""Other ends of the wire for the client's tests: a scripted adbd and a scripted adb server on loopback ports."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from device_farm.adb import packet
from device_farm.adb.packet import Packet, PacketDecoder, encode

Answer = Callable[["DaemonPeer", Packet], None]


@dataclass
class DaemonPeer:
    """One connection of a scripted adbd; `script` answers each OPEN, by `send`."""

    writer: asyncio.StreamWriter
    script: Answer
    banner: bytes = b"device::ro.product.name=peer;features=shell_v2"
    max_payload: int = packet.MAX_PAYLOAD
    version: int = packet.VERSION_NO_CHECKSUM
    on_connect: Callable[[DaemonPeer, Packet], bool] | None = None
    seen: list[Packet] = field(default_factory=list)

    def send(self, command: int, arg0: int, arg1: int, payload: bytes = b"") -> None:
        self.writer.write(encode(command, arg0, arg1, payload, with_checksum=True))

    def accept(self, opened: Packet, *payloads: bytes, remote: int = 77) -> None:
        """OKAY, then each payload as a WRTE, then CLSE."""
        self.send(packet.OKAY, remote, opened.arg0)
        for payload in payloads:
            self.send(packet.WRTE, remote, opened.arg0, payload)
        self.send(packet.CLSE, remote, opened.arg0)

    def welcome(self) -> None:
        self.send(packet.CNXN, self.version, self.max_payload, self.banner)

    def handle(self, received: Packet) -> None:
        self.seen.append(received)
        if received.command == packet.CNXN:
            if self.on_connect is None or self.on_connect(self, received):
                self.welcome()
        elif received.command == packet.OPEN:
            self.script(self, received)
        elif self.on_connect is not None and received.command == packet.AUTH:
            self.on_connect(self, received)


@asynccontextmanager
async def daemon(script: Answer, **options: object) -> AsyncIterator[tuple[int, list[DaemonPeer]]]:
    """A scripted adbd: its port, and its connections so far."""
    peers: list[DaemonPeer] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = DaemonPeer(writer, script, **options)  # type: ignore[arg-type]
        peers.append(peer)
        decoder = PacketDecoder()
        while data := await reader.read(65536):
            for received in decoder.feed(data):
                peer.handle(received)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1], peers
    finally:
        for peer in peers:
            peer.writer.close()
        server.close()


@asynccontextmanager
async def smart_server(answer: Callable[[list[str]], Awaitable[list[bytes]]]) -> AsyncIterator[int]:
    """A scripted adb server: `answer` gets the requests of a connection so far and returns what to write."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        requests: list[str] = []
        try:
            while head := await reader.read(4):
                requests.append((await reader.readexactly(int(head, 16))).decode())
                parts = await answer(requests)
                writer.writelines(parts)
                if parts and (parts[-1] == b"" or parts[-1].startswith(b"FAIL")):
                    break
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


def block(data: bytes) -> bytes:
    """A length-prefixed answer of an adb server."""
    return b"%04x" % len(data) + data


class Bytes:
    """An `AdbStream` that holds what it will yield and keeps what was written."""

    def __init__(self, data: bytes, piece: int = 7) -> None:
        self._data = data
        self._piece = piece
        self.written = b""

    async def read(self, limit: int = 2**62) -> bytes:
        size = min(self._piece, limit)
        data, self._data = self._data[:size], self._data[size:]
        return data

    async def write(self, data: bytes) -> None:
        self.written += data

    def close(self) -> None:
        """Nothing to close."""
