"""Frames of the shell v2 protocol."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device_farm.adb.shell_protocol import FrameDecoder, encode_frame
from device_farm.errors import TransportError


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 5), st.binary(max_size=200)), max_size=6), st.integers(1, 40))
def test_decoder_gives_back_what_was_encoded_in_any_pieces(frames: list[tuple[int, bytes]], size: int) -> None:
    data = b"".join(encode_frame(kind, payload) for kind, payload in frames)
    decoder = FrameDecoder()
    assert [one for i in range(0, len(data), size) for one in decoder.feed(data[i : i + size])] == frames


def test_decoder_refuses_a_length_that_no_device_sends() -> None:
    with pytest.raises(TransportError, match="not the shell v2 protocol"):
        FrameDecoder().feed(b"\x01\xff\xff\xff\x7f")


@settings(max_examples=100)
@given(st.lists(st.binary(max_size=40), max_size=6))
def test_decoder_raises_nothing_but_transport_errors(pieces: list[bytes]) -> None:
    decoder = FrameDecoder()
    with contextlib.suppress(TransportError):
        for piece in pieces:
            decoder.feed(piece)
