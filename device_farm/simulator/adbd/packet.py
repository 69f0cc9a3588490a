"""adb transport packets: a 24-byte little-endian header and a payload.

Source of the layout and constants: AOSP `packages/modules/adb/protocol.txt` and `adb.h`.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from device_farm.errors import TransportError

VERSION_MIN = 0x01000000
"""Payloads carry a checksum."""

VERSION_SKIP_CHECKSUM = 0x01000001
"""Checksums are left out, but only when both ends are at least this new."""

MAX_PAYLOAD = 1024 * 1024
"""Largest payload in bytes that either end may announce (`MAX_PAYLOAD` in adb.h)."""

MAX_PAYLOAD_V1 = 4 * 1024
"""Smallest maximum that any host announces (`MAX_PAYLOAD_V1` in adb.h), in bytes."""

_HEADER = struct.Struct("<6I")


class Command(IntEnum):
    """Packet commands: four ASCII letters read as a little-endian word."""

    CNXN = 0x4E584E43
    AUTH = 0x48545541
    OPEN = 0x4E45504F
    OKAY = 0x59414B4F
    CLSE = 0x45534C43
    WRTE = 0x45545257


class MalformedPacketError(TransportError):
    """Bytes that no adb host sends; the connection that carried them ends."""


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet; the meaning of `arg0` and `arg1` depends on `command`, `checksum` is as received."""

    command: Command
    arg0: int
    arg1: int
    payload: bytes
    checksum: int = 0


def checksum(payload: bytes) -> int:
    """The sum of the payload's bytes modulo 2**32."""
    return sum(payload) & 0xFFFFFFFF


def encode(command: Command, arg0: int, arg1: int, payload: bytes = b"", *, with_checksum: bool = False) -> bytes:
    """The packet's bytes; without `with_checksum` the checksum field is 0."""
    check = checksum(payload) if with_checksum else 0
    return _HEADER.pack(command, arg0, arg1, len(payload), check, command ^ 0xFFFFFFFF) + payload


class PacketParser:
    """Cuts a byte stream into packets, however the bytes arrive."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[Packet]:
        """The packets that `data` completes.

        Raises:
            MalformedPacketError: bad magic, unknown command or a payload over the maximum; the stream is lost then.
        """
        buffer = self._buffer
        buffer += data
        start = 0
        try:
            while len(buffer) - start >= _HEADER.size:
                command, arg0, arg1, length, check, magic = _HEADER.unpack_from(buffer, start)
                known = _validated(command, length, magic)
                end = start + _HEADER.size + length
                if len(buffer) < end:
                    break
                payload = bytes(buffer[start + _HEADER.size : end])
                start = end
                yield Packet(known, arg0, arg1, payload, check)
        finally:
            del buffer[:start]


def _validated(command: int, length: int, magic: int) -> Command:
    if magic != command ^ 0xFFFFFFFF:
        raise MalformedPacketError(f"bad magic {magic:#010x} for command {command:#010x}")
    if length > MAX_PAYLOAD:
        raise MalformedPacketError(f"payload of {length} bytes is over the maximum of {MAX_PAYLOAD}")
    try:
        return Command(command)
    except ValueError as error:
        raise MalformedPacketError(f"unknown command {command:#010x}") from error
