"""Transport packets: encoding, parsing in pieces, refusal of what no host sends."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device_farm.simulator.adbd import packet as wire
from device_farm.simulator.adbd.packet import Command, MalformedPacketError, PacketParser

WORDS = st.integers(0, 0xFFFFFFFF)
PACKETS = st.tuples(st.sampled_from(Command), WORDS, WORDS, st.binary(max_size=300), st.booleans())


def pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    ends = sorted({cut % (len(data) + 1) for cut in cuts} | {len(data)})
    return [data[start:end] for start, end in zip([0, *ends], ends, strict=False)]


@settings(max_examples=60)
@given(st.lists(PACKETS, max_size=5), st.lists(st.integers(0, 2000), max_size=6))
def test_parser_gives_back_what_was_encoded_however_it_is_cut(
    packets: list[tuple[Command, int, int, bytes, bool]], cuts: list[int]
) -> None:
    data = b"".join(wire.encode(c, a, b, payload, with_checksum=check) for c, a, b, payload, check in packets)
    parser = PacketParser()
    seen = [packet for piece in pieces(data, cuts) for packet in parser.feed(piece)]
    assert [(p.command, p.arg0, p.arg1, p.payload) for p in seen] == [packet[:4] for packet in packets]


def test_checksum_is_the_sum_of_bytes() -> None:
    assert wire.checksum(b"\x01\x02\xff") == 258
    (packet,) = PacketParser().feed(wire.encode(Command.WRTE, 1, 2, b"\x01\x02\xff", with_checksum=True))
    assert packet.checksum == 258


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        (struct.pack("<6I", Command.OKAY, 0, 0, 0, 0, Command.OKAY), "bad magic"),
        (struct.pack("<6I", 0x41414141, 0, 0, 0, 0, 0x41414141 ^ 0xFFFFFFFF), "unknown command"),
        (
            struct.pack("<6I", Command.WRTE, 0, 0, wire.MAX_PAYLOAD + 1, 0, Command.WRTE ^ 0xFFFFFFFF),
            "over the maximum",
        ),
    ],
)
def test_parser_refuses_what_no_host_sends(header: bytes, reason: str) -> None:
    with pytest.raises(MalformedPacketError, match=reason):
        list(PacketParser().feed(header))
