"""The adb transport as a host sees it, packet by packet."""

from __future__ import annotations

import contextlib
import logging
import struct
import time
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wire_raw import RawHost, raw_host, sync_request

from device_farm.simulator.adbd import packet as wire
from device_farm.simulator.adbd.connection import MAX_STREAMS
from device_farm.simulator.adbd.packet import Command
from device_farm.simulator.server import RunningPhone

SHARED_PHONE = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def host(phone: RunningPhone) -> Iterator[RawHost]:
    with raw_host(phone.ports.adb) as host:
        host.connect()
        yield host


def test_banner_names_the_product_and_only_served_features(phone: RunningPhone) -> None:
    with raw_host(phone.ports.adb) as host:
        answer = host.connect()
    assert (answer.arg0, answer.arg1) == (wire.VERSION_SKIP_CHECKSUM, wire.MAX_PAYLOAD)
    banner = answer.payload.decode()
    assert banner.startswith("device::ro.product.name=")
    assert "ro.product.model=" in banner and "ro.product.device=" in banner
    features = banner.partition("features=")[2].split(",")
    assert {"shell_v2", "stat_v2", "ls_v2", "sendrecv_v2", "cmd", "abb_exec"} <= set(features)
    assert "delayed_ack" not in features


def test_open_is_acknowledged_before_the_answer(host: RawHost) -> None:
    host.send(Command.OPEN, 5, 0, b"shell:echo hi\0")
    okay, write = host.receive(), host.receive()
    assert okay is not None and write is not None
    assert (okay.command, okay.arg1) == (Command.OKAY, 5)
    assert (write.command, write.arg1, write.payload) == (Command.WRTE, 5, b"hi\n")


def test_close_is_answered_with_close(host: RawHost) -> None:
    host.send(Command.OPEN, 9, 0, b"shell:logcat\0")
    okay = host.receive()
    assert okay is not None and okay.command is Command.OKAY
    host.send(Command.CLSE, 9, okay.arg0)
    packet = host.receive()
    while packet is not None and packet.command is Command.WRTE:
        packet = host.receive()
    assert packet is not None
    assert (packet.command, packet.arg1) == (Command.CLSE, 9)


def test_nothing_more_is_written_until_okay(host: RawHost) -> None:
    host.send(Command.CNXN, wire.VERSION_SKIP_CHECKSUM, 4096, b"host::\0", check=True)
    assert host.receive() is not None
    host.send(Command.OPEN, 1, 0, b"exec:seq 1 9000\0")
    okay, first = host.receive(), host.receive()
    assert okay is not None and first is not None
    assert len(first.payload) <= 4096
    # A second stream is answered meanwhile, so the first one really waits.
    host.send(Command.OPEN, 2, 0, b"shell:echo second\0")
    answers = [host.receive(), host.receive()]
    assert [packet.arg1 for packet in answers if packet] == [2, 2]
    host.send(Command.OKAY, 1, first.arg0)
    following = [host.receive(), host.receive()]
    assert any(packet and packet.command is Command.WRTE and packet.arg1 == 1 for packet in following)


@pytest.mark.parametrize(
    "destination", ["jdwp", "track-jdwp", "jdwp:12", "nonsense", "", "tcp:1", "tcp:x", "dev:/dev/x"]
)
def test_unknown_destination_is_refused_and_the_connection_goes_on(host: RawHost, destination: str) -> None:
    host.send(Command.OPEN, 3, 0, destination.encode() + b"\0")
    answer = host.receive()
    assert answer is not None
    assert (answer.command, answer.arg0, answer.arg1) == (Command.CLSE, 0, 3)
    assert host.shell("echo still here") == b"still here\n"


def test_old_host_gets_checksums(phone: RunningPhone) -> None:
    with raw_host(phone.ports.adb) as host:
        answer = host.connect(version=wire.VERSION_MIN, max_payload=4096)
        assert answer.checksum == wire.checksum(answer.payload)
        host.send(Command.OPEN, 1, 0, b"shell:echo old\0", check=True)
        okay, write = host.receive(), host.receive()
        assert okay is not None and write is not None
        assert write.checksum == wire.checksum(b"old\n") != 0


def test_wrong_checksum_of_an_old_host_ends_the_connection(
    phone: RunningPhone, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING), raw_host(phone.ports.adb) as host:
        host.connect(version=wire.VERSION_MIN)
        host.send(Command.OPEN, 1, 0, b"shell:echo x\0")
        assert host.receive() is None
    assert "checksum of OPEN does not match" in caplog.text


def test_many_streams_run_at_once(host: RawHost) -> None:
    for number in range(1, 101):
        host.send(Command.OPEN, number, 0, f"shell:echo {number}\0".encode())
    seen: dict[int, bytes] = {}
    closed: set[int] = set()
    while len(closed) < 100:
        packet = host.receive()
        assert packet is not None
        if packet.command is Command.WRTE:
            seen[packet.arg1] = seen.get(packet.arg1, b"") + packet.payload
            host.send(Command.OKAY, packet.arg1, packet.arg0)
        elif packet.command is Command.CLSE:
            closed.add(packet.arg1)
    assert seen == {number: f"{number}\n".encode() for number in range(1, 101)}


def test_too_many_streams_are_refused_one_by_one(host: RawHost) -> None:
    for number in range(1, MAX_STREAMS + 2):
        host.send(Command.OPEN, number, 0, b"sync:\0")
    refused = []
    for _ in range(MAX_STREAMS + 1):
        packet = host.receive()
        assert packet is not None
        if packet.command is Command.CLSE:
            refused.append(packet.arg1)
    assert refused == [MAX_STREAMS + 1]


def test_flooding_a_stream_without_okay_ends_the_connection(phone: RunningPhone) -> None:
    with raw_host(phone.ports.adb) as host:
        host.connect()
        host.send(Command.OPEN, 1, 0, b"shell:logcat\0")
        okay = host.receive()
        assert okay is not None
        with pytest.raises(ConnectionError):
            for _ in range(64):
                host.send(Command.WRTE, 1, okay.arg0, bytes(wire.MAX_PAYLOAD))
    assert_serves(phone)


def test_reconnecting_on_one_connection_drops_its_streams(host: RawHost) -> None:
    host.send(Command.OPEN, 1, 0, b"shell:logcat\0")
    assert host.receive() is not None
    host.send(Command.CNXN, wire.VERSION_SKIP_CHECKSUM, wire.MAX_PAYLOAD, b"host::\0", check=True)
    while (packet := host.receive()) is not None and packet.command is not Command.CNXN:
        pass
    assert host.shell("echo again") == b"again\n"


# Fuzzing: whatever one host sends, the next one is served.


def assert_serves(phone: RunningPhone) -> None:
    with raw_host(phone.ports.adb) as host:
        host.connect()
        assert host.shell("echo alive") == b"alive\n"


def end_of(host: RawHost) -> None:
    """Reads what the device still says, for a moment."""
    host.socket.settimeout(0.02)
    try:
        while host.receive() is not None:
            pass
    except (TimeoutError, wire.MalformedPacketError):
        pass


@SHARED_PHONE
@given(st.binary(max_size=300))
def test_any_bytes_leave_the_phone_serving(phone: RunningPhone, data: bytes) -> None:
    with raw_host(phone.ports.adb) as host:
        host.socket.sendall(data)
        end_of(host)
    assert_serves(phone)


WORDS = st.one_of(st.integers(0, 5), st.integers(0, 0xFFFFFFFF))
DESTINATIONS = st.sampled_from(
    [b"shell:echo x\0", b"shell,v2,raw:cat\0", b"sync:\0", b"reverse:list-forward\0", b"shell:\0", b"framebuffer:\0",
     b"abb_exec:package\0list\0", b"exec:cat\0", b"shell,v2,pty:\0", b"tcp:9008\0", b"\xff\xfe:\0"]
)  # fmt: skip
PAYLOADS = st.one_of(DESTINATIONS, st.binary(max_size=60), st.just(struct.pack("<BI", 4, 0)))
PACKETS = st.tuples(st.sampled_from([*Command, Command.OPEN, Command.WRTE]), WORDS, WORDS, PAYLOADS)


@SHARED_PHONE
@given(st.booleans(), st.lists(PACKETS, max_size=8), st.integers(0, 30))
def test_packets_in_any_order_and_cut_off_leave_the_phone_serving(
    phone: RunningPhone, greets: bool, packets: list[tuple[Command, int, int, bytes]], missing: int
) -> None:
    data = b"".join(wire.encode(command, a, b, payload) for command, a, b, payload in packets)
    with raw_host(phone.ports.adb) as host:
        if greets:
            host.connect()
        with contextlib.suppress(ConnectionError):
            host.socket.sendall(data[: max(0, len(data) - missing)])
        end_of(host)
    assert_serves(phone)


SYNC_BYTES = st.one_of(
    st.builds(
        sync_request,
        st.sampled_from([b"STAT", b"LIST", b"SEND", b"RECV", b"STA2", b"LST2", b"LIS2", b"SND2", b"RCV2", b"XXXX"]),
        st.one_of(
            st.sampled_from([b"/sdcard", b"/", b"", b"/sdcard/f,33206", b"/sdcard/../..", b"/x\0y", b"relative"]),
            st.binary(max_size=40),
        ),
    ),
    st.builds(lambda kind, size, data: kind + struct.pack("<I", size) + data,
              st.sampled_from([b"DATA", b"DONE", b"STAT"]), st.integers(0, 0xFFFFFFFF), st.binary(max_size=40)),
    st.binary(max_size=40),
)  # fmt: skip


@SHARED_PHONE
@given(st.lists(SYNC_BYTES, max_size=6))
def test_any_sync_requests_leave_the_phone_serving(phone: RunningPhone, requests: list[bytes]) -> None:
    with raw_host(phone.ports.adb) as host:
        host.connect()
        host.send(Command.OPEN, 1, 0, b"sync:\0")
        okay = host.receive()
        assert okay is not None
        for request in requests:
            if request:
                host.send(Command.WRTE, 1, okay.arg0, request)
        end_of(host)
    assert_serves(phone)


def test_closed_stream_ends_its_command(phone: RunningPhone) -> None:
    with raw_host(phone.ports.adb) as host:
        host.connect()
        host.send(Command.OPEN, 1, 0, b"shell:logcat\0")
        okay = host.receive()
        assert okay is not None
        assert phone.open_streams == 1
        host.send(Command.CLSE, 1, okay.arg0)
        deadline = time.monotonic() + 5
        while phone.open_streams and time.monotonic() < deadline:
            host.socket.settimeout(0.01)
            end_of(host)
        assert phone.open_streams == 0
