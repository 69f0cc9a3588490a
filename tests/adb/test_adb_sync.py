"""The sync protocol against bytes as a device sends them."""

from __future__ import annotations

import asyncio
import contextlib
import struct
from collections.abc import Coroutine
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device_farm.adb import sync
from device_farm.adb.sync import FileStat
from device_farm.errors import FarmError, GuestError, TransportError
from tests.adb.peers import Bytes


def run(coroutine: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(coroutine)


def fail(text: bytes) -> bytes:
    return b"FAIL" + struct.pack("<I", len(text)) + text


def test_send_v1_writes_path_and_mode_then_chunks_then_done() -> None:
    stream = Bytes(b"OKAY\0\0\0\0")
    run(sync.send(stream, "/a,b", b"x" * 70000, mode=0o640, modified_s=5))
    name = b"/a,b,%d" % 0o100640
    assert stream.written.startswith(b"SEND" + struct.pack("<I", len(name)) + name + b"DATA" + struct.pack("<I", 65536))
    assert stream.written.endswith(b"DATA" + struct.pack("<I", 70000 - 65536) + b"x" * 4464 + b"DONE\5\0\0\0")


def test_send_v2_writes_path_then_mode_and_flags() -> None:
    stream = Bytes(b"OKAY\0\0\0\0")
    run(sync.send(stream, "/a", b"", mode=0o644, modified_s=1, v2=True))
    assert stream.written == b"SND2\2\0\0\0/aSND2" + struct.pack("<2I", 0o100644, 0) + b"DONE\1\0\0\0"


def test_send_reports_the_devices_own_words() -> None:
    with pytest.raises(GuestError, match="/a: No space left"):
        run(sync.send(Bytes(fail(b"No space left on device")), "/a", b"1", mode=0o644, modified_s=0))


def test_receive_joins_the_chunks() -> None:
    data = b"DATA\3\0\0\0abcDATA\2\0\0\0deDONE\0\0\0\0"
    assert run(sync.receive(Bytes(data, piece=1), "/a", at_most=10)) == b"abcde"


def test_receive_stops_at_its_limit() -> None:
    with pytest.raises(TransportError, match="larger than 4 bytes"):
        run(sync.receive(Bytes(b"DATA\3\0\0\0abcDATA\2\0\0\0deDONE\0\0\0\0"), "/a", at_most=4))


@pytest.mark.parametrize(
    ("answer", "error", "text"),
    [
        (fail(b"open failed: No such file or directory"), GuestError, "No such file"),
        (b"DATA\xff\xff\xff\xff", TransportError, "in answer to a pull"),
        (b"WHAT\0\0\0\0", TransportError, "in answer to a pull"),
        (b"DATA\5\0\0\0ab", TransportError, "early"),
        (b"", TransportError, "early"),
    ],
)
def test_receive_names_what_went_wrong(answer: bytes, error: type[FarmError], text: str) -> None:
    with pytest.raises(error, match=text):
        run(sync.receive(Bytes(answer), "/a", at_most=100))


def test_stat_reads_both_versions() -> None:
    v1 = Bytes(b"STAT" + struct.pack("<3I", 0o100644, 12, 99))
    v2 = Bytes(b"STA2" + struct.pack("<I2Q4IQ3q", 0, 1, 2, 0o040755, 1, 0, 0, 2**40, 3, 99, 4))
    assert run(sync.stat(v1, "/a")) == FileStat(name="/a", mode=0o100644, size=12, modified_s=99)
    found = run(sync.stat(v2, "/a", v2=True))
    assert found == FileStat(name="/a", mode=0o040755, size=2**40, modified_s=99)
    assert found.is_dir


def test_stat_is_none_for_what_is_missing() -> None:
    assert run(sync.stat(Bytes(b"STAT" + bytes(12)), "/a")) is None
    assert run(sync.stat(Bytes(b"STA2" + struct.pack("<I2Q4IQ3q", 2, *[0] * 10)), "/a", v2=True)) is None


def test_list_reads_both_versions_without_the_dots() -> None:
    v1 = b"".join(
        b"DENT" + struct.pack("<4I", mode, size, 7, len(name)) + name
        for name, mode, size in ((b".", 0o40755, 0), (b"caf\xc3\xa9", 0o100644, 3))
    )
    v2 = b"DNT2" + struct.pack("<I2Q4IQ3q", 0, 0, 0, 0o100644, 1, 0, 0, 3, 0, 7, 0) + b"\5\0\0\0caf\xc3\xa9"
    wanted = [FileStat(name="café", mode=0o100644, size=3, modified_s=7)]
    assert run(sync.list_dir(Bytes(v1 + b"DONE" + bytes(16)), "/a")) == wanted
    assert run(sync.list_dir(Bytes(v2 + b"DONE" + bytes(72)), "/a", v2=True)) == wanted


@pytest.mark.parametrize("path", ["", "/a\0b", "/" + "x" * 1024])
def test_a_path_that_cannot_travel_is_refused_before_anything_is_sent(path: str) -> None:
    stream = Bytes(b"")
    with pytest.raises(GuestError, match="no path"):
        run(sync.receive(stream, path, at_most=1))
    assert stream.written == b""


@settings(max_examples=150)
@given(st.binary(max_size=120), st.booleans())
def test_noise_from_a_device_raises_nothing_but_farm_errors(noise: bytes, v2: bool) -> None:
    for kind in (b"", b"DATA", b"DENT", b"DNT2", b"STAT", b"STA2", b"FAIL"):
        with contextlib.suppress(FarmError):
            run(sync.receive(Bytes(kind + noise), "/a", at_most=100, v2=v2))
        with contextlib.suppress(FarmError):
            run(sync.list_dir(Bytes(kind + noise), "/a", v2=v2))
        with contextlib.suppress(FarmError):
            run(sync.stat(Bytes(kind + noise), "/a", v2=v2))
