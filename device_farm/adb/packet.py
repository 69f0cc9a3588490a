"""Packets of the adb transport (AOSP `packages/modules/adb/protocol.txt`): six little-endian words and a payload."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from device_farm.errors import TransportError

CNXN = 0x4E584E43
AUTH = 0x48545541
STLS = 0x534C5453
OPEN = 0x4E45504F
OKAY = 0x59414B4F
WRTE = 0x45545257
CLSE = 0x45534C43

VERSION_CHECKSUM = 0x01000000
VERSION_NO_CHECKSUM = 0x01000001
"""From this version on the checksum word is ignored, but only where both sides announce it."""

MAX_PAYLOAD = 1024 * 1024
"""Bytes; what adb itself announces (MAX_PAYLOAD in adb.h)."""

_HEADER = struct.Struct("<6I")
HEADER_SIZE = _HEADER.size


@dataclass(frozen=True, slots=True)
class Packet:
    """`arg0` and `arg1` mean the sender's and the receiver's stream id, except in CNXN, AUTH and STLS."""

    command: int
    arg0: int
    arg1: int
    payload: bytes = b""


def checksum(payload: bytes) -> int:
    """The sum of all bytes modulo 2**32, which protocol.txt calls a CRC."""
    return sum(payload) & 0xFFFFFFFF


def encode(command: int, arg0: int, arg1: int, payload: bytes = b"", *, with_checksum: bool = False) -> bytes:
    """One packet as bytes."""
    total = checksum(payload) if with_checksum else 0
    return _HEADER.pack(command, arg0, arg1, len(payload), total, command ^ 0xFFFFFFFF) + payload


class PacketDecoder:
    """Cuts a byte stream into packets, whatever the sizes of the pieces that it comes in."""

    __slots__ = ("_pending",)

    def __init__(self) -> None:
        self._pending = bytearray()

    def feed(self, data: bytes) -> list[Packet]:
        """The packets that `data` completes.

        Raises:
            TransportError: the header's magic is wrong, or the payload is larger than was agreed.
        """
        pending = self._pending
        pending += data
        packets = []
        start = 0
        while len(pending) - start >= HEADER_SIZE:
            command, arg0, arg1, size, _, magic = _HEADER.unpack_from(pending, start)
            if magic != command ^ 0xFFFFFFFF:
                raise TransportError(f"not an adb packet: command {command:#010x} with magic {magic:#010x}")
            if size > MAX_PAYLOAD:
                raise TransportError(f"adb packet of {size} bytes; at most {MAX_PAYLOAD} were agreed")
            end = start + HEADER_SIZE + size
            if len(pending) < end:
                break
            packets.append(Packet(command, arg0, arg1, bytes(memoryview(pending)[start + HEADER_SIZE : end])))
            start = end
        del pending[:start]
        return packets


@dataclass(frozen=True, slots=True, kw_only=True)
class Banner:
    """What a device says of itself in CNXN: `device::ro.product.name=…;features=a,b`."""

    state: str
    properties: dict[str, str]
    features: frozenset[str]


def parse_banner(payload: bytes) -> Banner:
    """The banner of a CNXN payload; parts that are no `key=value` are skipped, as adb does."""
    text = payload.rstrip(b"\0").decode("utf-8", "replace")
    state, _, rest = text.partition(":")
    _, _, rest = rest.partition(":")
    properties = dict(part.split("=", 1) for part in rest.split(";") if "=" in part)
    features = frozenset(name for name in properties.pop("features", "").split(",") if name)
    return Banner(state=state, properties=properties, features=features)
