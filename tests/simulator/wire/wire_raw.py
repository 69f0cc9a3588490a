"""A host that speaks adb packets by hand, so that it can also speak them wrongly."""

from __future__ import annotations

import contextlib
import socket
import struct
from collections.abc import Iterator

from device_farm.simulator.adbd import packet as wire
from device_farm.simulator.adbd.packet import Command, Packet, PacketParser


class RawHost:
    """One connection. `receive` returns None when the device ended it."""

    def __init__(self, port: int, *, timeout_s: float = 10.0) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout_s)
        self._parser = PacketParser()
        self._packets: list[Packet] = []

    def send(
        self, command: Command, arg0: int = 0, arg1: int = 0, payload: bytes = b"", *, check: bool = False
    ) -> None:
        self.socket.sendall(wire.encode(command, arg0, arg1, payload, with_checksum=check))

    def receive(self) -> Packet | None:
        while not self._packets:
            try:
                data = self.socket.recv(65536)
            except ConnectionResetError:
                return None
            if not data:
                return None
            self._packets.extend(self._parser.feed(data))
        return self._packets.pop(0)

    def send_greeting(self, version: int = wire.VERSION_SKIP_CHECKSUM, max_payload: int = wire.MAX_PAYLOAD) -> None:
        self.send(Command.CNXN, version, max_payload, b"host::features=shell_v2", check=True)

    def connect(self, version: int = wire.VERSION_SKIP_CHECKSUM, max_payload: int = wire.MAX_PAYLOAD) -> Packet:
        self.send_greeting(version, max_payload)
        answer = self.receive()
        assert answer is not None and answer.command is Command.CNXN
        return answer

    def shell(self, command: str, *, number: int = 1) -> bytes:
        """Output of a version 1 shell, with the flow control of a correct host."""
        self.send(Command.OPEN, number, 0, f"shell:{command}\0".encode())
        output = b""
        while (packet := self.receive()) is not None:
            match packet.command:
                case Command.WRTE:
                    output += packet.payload
                    self.send(Command.OKAY, number, packet.arg0)
                case Command.CLSE:
                    self.send(Command.CLSE, number, packet.arg0)
                    return output
                case _:
                    pass
        raise ConnectionError("the device ended the connection")

    def close(self) -> None:
        self.socket.close()


@contextlib.contextmanager
def raw_host(port: int) -> Iterator[RawHost]:
    host = RawHost(port)
    try:
        yield host
    finally:
        host.close()


def sync_request(kind: bytes, path: bytes) -> bytes:
    return kind + struct.pack("<I", len(path)) + path
