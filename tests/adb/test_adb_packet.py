"""Packets of the adb transport."""

from __future__ import annotations

import contextlib
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device_farm.adb import packet
from device_farm.adb.packet import Packet, PacketDecoder, encode, parse_banner
from device_farm.errors import TransportError

WORD = st.integers(0, 2**32 - 1)


@settings(max_examples=60)
@given(st.lists(st.tuples(WORD, WORD, WORD, st.binary(max_size=300)), max_size=5), st.integers(1, 50), st.booleans())
def test_decoder_gives_back_what_was_encoded_in_any_pieces(
    packets: list[tuple[int, int, int, bytes]], size: int, with_checksum: bool
) -> None:
    data = b"".join(encode(*fields, with_checksum=with_checksum) for fields in packets)
    decoder = PacketDecoder()
    found = [one for i in range(0, len(data), size) for one in decoder.feed(data[i : i + size])]
    assert found == [Packet(*fields) for fields in packets]


def test_encode_writes_the_bytes_of_the_protocol_description() -> None:
    data = encode(packet.OPEN, 1, 0, b"shell:ls\0", with_checksum=True)
    assert data[:4] == b"OPEN"
    assert struct.unpack("<6I", data[:24]) == (
        packet.OPEN,
        1,
        0,
        9,
        sum(b"shell:ls\0"),
        packet.OPEN ^ 0xFFFFFFFF,
    )


def test_decoder_refuses_a_wrong_magic() -> None:
    data = bytearray(encode(packet.OKAY, 1, 2))
    data[20] ^= 1
    with pytest.raises(TransportError, match="not an adb packet"):
        PacketDecoder().feed(bytes(data))


def test_decoder_refuses_a_payload_over_the_agreed_size_before_it_arrives() -> None:
    head = struct.pack("<6I", packet.WRTE, 1, 2, packet.MAX_PAYLOAD + 1, 0, packet.WRTE ^ 0xFFFFFFFF)
    with pytest.raises(TransportError, match="agreed"):
        PacketDecoder().feed(head)


@settings(max_examples=200)
@given(st.lists(st.binary(max_size=80), max_size=6))
def test_decoder_raises_nothing_but_transport_errors(pieces: list[bytes]) -> None:
    decoder = PacketDecoder()
    with contextlib.suppress(TransportError):
        for piece in pieces:
            decoder.feed(piece)


@pytest.mark.parametrize(
    ("payload", "state", "model", "features"),
    [
        (
            b"device::ro.product.name=p;ro.product.model=Pixel 7;features=shell_v2,cmd\0",
            "device",
            "Pixel 7",
            {"shell_v2", "cmd"},
        ),
        (b"device::ro.product.model=X;", "device", "X", set()),
        (b"recovery::", "recovery", None, set()),
        (b"", "", None, set()),
        (b"device::junk;ro.product.model=a=b;features=", "device", "a=b", set()),
        (b"\xff\xfe::features=x", "\ufffd\ufffd", None, {"x"}),
    ],
)
def test_parse_banner_reads_state_model_and_features(
    payload: bytes, state: str, model: str | None, features: set[str]
) -> None:
    banner = parse_banner(payload)
    assert (banner.state, banner.properties.get("ro.product.model"), banner.features) == (state, model, features)
