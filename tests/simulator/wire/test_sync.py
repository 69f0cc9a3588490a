"""`sync:` byte by byte, in both versions, and the services whose arguments are packed with NUL."""

from __future__ import annotations

import os
import stat
import struct
from collections.abc import Iterator

import pytest
from wire_raw import RawHost, raw_host, sync_request

from device_farm.simulator.adbd.packet import Command
from device_farm.simulator.server import RunningPhone

SMALL = 64 * 1024


class RawStream:
    """One stream of a host that obeys flow control."""

    def __init__(self, host: RawHost, destination: bytes) -> None:
        self._host = host
        self._received = b""
        host.send(Command.OPEN, 1, 0, destination)
        okay = host.receive()
        assert okay is not None and okay.command is Command.OKAY
        self._remote = okay.arg0
        self._may_send = True

    def write(self, data: bytes) -> None:
        for start in range(0, len(data), SMALL):
            while not self._may_send:
                assert self._take()
            self._may_send = False
            self._host.send(Command.WRTE, 1, self._remote, data[start : start + SMALL])

    def read(self, size: int) -> bytes:
        while len(self._received) < size:
            assert self._take(), self._received
        data, self._received = self._received[:size], self._received[size:]
        return data

    def read_all(self) -> bytes:
        while self._take():
            pass
        return self._received

    def _take(self) -> bool:
        packet = self._host.receive()
        assert packet is not None
        if packet.command is Command.WRTE:
            self._received += packet.payload
            self._host.send(Command.OKAY, 1, self._remote)
        self._may_send |= packet.command is Command.OKAY
        return packet.command is not Command.CLSE


@pytest.fixture
def host(phone: RunningPhone) -> Iterator[RawHost]:
    with raw_host(phone.ports.adb) as host:
        host.connect()
        yield host


@pytest.fixture
def sync(host: RawHost) -> RawStream:
    return RawStream(host, b"sync:\0")


def chunks(data: bytes, size: int = SMALL) -> bytes:
    return b"".join(
        b"DATA" + struct.pack("<I", len(data[start : start + size])) + data[start : start + size]
        for start in range(0, len(data), size)
    )


def received(stream: RawStream) -> bytes:
    data = b""
    while True:
        kind, size = struct.unpack("<4sI", stream.read(8))
        if kind == b"DONE":
            return data
        assert kind == b"DATA" and size <= SMALL, (kind, stream.read(size))
        data += stream.read(size)


def failure(stream: RawStream) -> str:
    kind, size = struct.unpack("<4sI", stream.read(8))
    assert kind == b"FAIL"
    return stream.read(size).decode()


def test_send_and_receive_in_both_versions(sync: RawStream) -> None:
    old, new = os.urandom(200_001), os.urandom(200_002)
    sync.write(sync_request(b"SEND", b"/sdcard/old.bin,33188") + chunks(old, 4096) + b"DONE" + struct.pack("<I", 12345))
    assert sync.read(8) == b"OKAY" + bytes(4)
    sync.write(sync_request(b"SND2", b"/data/local/tmp/new.bin") + struct.pack("<4sII", b"SND2", 0o100755, 0))
    sync.write(chunks(new) + b"DONE" + struct.pack("<I", 54321))
    assert sync.read(8) == b"OKAY" + bytes(4)
    sync.write(sync_request(b"RECV", b"/sdcard/old.bin"))
    assert received(sync) == old
    sync.write(sync_request(b"RCV2", b"/data/local/tmp/new.bin") + struct.pack("<4sI", b"RCV2", 0))
    assert received(sync) == new
    sync.write(sync_request(b"STA2", b"/data/local/tmp/new.bin"))
    fields = struct.unpack("<4sIQQIIIIQqqq", sync.read(72))
    assert (fields[0], fields[1], fields[4], fields[8], fields[10]) == (b"STA2", 0, 0o100755, len(new), 54321)


def test_requests_sent_in_one_packet_are_all_answered(sync: RawStream) -> None:
    sync.write(sync_request(b"STAT", b"/sdcard") * 3 + sync_request(b"QUIT", b""))
    answers = sync.read_all()
    assert len(answers) == 48
    assert stat.S_ISDIR(struct.unpack_from("<4sIII", answers)[1]) or stat.S_ISLNK(
        struct.unpack_from("<4sIII", answers)[1]
    )


def test_dry_run_writes_nothing(sync: RawStream) -> None:
    sync.write(sync_request(b"SND2", b"/sdcard/dry") + struct.pack("<4sII", b"SND2", 0o100644, 0x80000000))
    sync.write(chunks(b"data") + b"DONE" + bytes(4))
    assert sync.read(4) == b"OKAY"
    sync.read(4)
    sync.write(sync_request(b"STA2", b"/sdcard/dry"))
    assert struct.unpack_from("<4sI", sync.read(72)) == (b"STA2", 2)  # ENOENT


def test_missing_files_have_errors_in_both_versions(sync: RawStream) -> None:
    sync.write(sync_request(b"STAT", b"/no/such"))
    assert sync.read(16) == b"STAT" + bytes(12)
    sync.write(sync_request(b"LST2", b"/no/such"))
    assert struct.unpack_from("<4sI", sync.read(72)) == (b"LST2", 2)
    sync.write(sync_request(b"RECV", b"/no/such"))
    assert "No such file or directory" in failure(sync)
    sync.write(sync_request(b"RECV", b"/sdcard"))
    assert "Is a directory" in failure(sync)
    sync.write(sync_request(b"STAT", b"/sdcard"))
    assert sync.read(16) != b"STAT" + bytes(12)  # the stream goes on after failures


def test_list_in_both_versions_names_the_same(sync: RawStream) -> None:
    sync.write(sync_request(b"LIST", b"/sdcard"))
    old = []
    while (entry := struct.unpack("<4sIIII", sync.read(20)))[0] != b"DONE":
        old.append((sync.read(entry[4]), entry[1], entry[2]))
    sync.write(sync_request(b"LIS2", b"/sdcard"))
    new = []
    while (entry := struct.unpack("<4sIQQIIIIQqqqI", sync.read(76)))[0] != b"DONE":
        new.append((sync.read(entry[12]), entry[4], entry[8]))
    assert old == new
    assert {b".", b"..", b"Download", b"Pictures"} <= {name for name, _, _ in old}


@pytest.mark.parametrize(
    ("request_bytes", "reason"),
    [
        (b"XXXX" + bytes(4), "unknown command"),
        (b"STAT" + struct.pack("<I", 5000), "path too long"),
        (sync_request(b"SEND", b"/sdcard/nomode"), "missing ,"),
        (sync_request(b"SEND", b"/sdcard/f,33188") + b"DATA" + struct.pack("<I", SMALL + 1), "oversize"),
        (sync_request(b"SEND", b"/sdcard/f,33188") + b"STAT" + bytes(4), "invalid data message"),
        (sync_request(b"RCV2", b"/sdcard/f") + struct.pack("<4sI", b"RCV2", 1), "unknown flags"),
    ],
)
def test_what_is_no_sync_fails_with_a_reason_and_ends(sync: RawStream, request_bytes: bytes, reason: str) -> None:
    sync.write(request_bytes)
    assert reason in failure(sync)
    assert sync.read_all() == b""


def test_symbolic_link_is_stored_as_one(host: RawHost) -> None:
    sync = RawStream(host, b"sync:\0")
    sync.write(sync_request(b"SEND", f"/data/local/tmp/link,{stat.S_IFLNK | 0o777}".encode()))
    sync.write(chunks(b"/sdcard/target\0") + b"DONE" + bytes(4) + sync_request(b"QUIT", b""))
    assert sync.read_all().startswith(b"OKAY")
    assert host.shell("readlink /data/local/tmp/link", number=2) == b"/sdcard/target\n"


def test_abb_exec_arguments_are_separated_by_nul(host: RawHost) -> None:
    output = RawStream(host, b"abb_exec:package\0list\0packages\0com.android.settings\0").read_all()
    assert b"package:com.android.settings\n" in output


def test_abb_exec_streams_a_package_of_the_given_size(host: RawHost) -> None:
    stream = RawStream(host, b"abb_exec:package\0install\0-S\0" + b"70000\0")
    stream.write(b"no package" * 7000)
    assert stream.read_all().startswith(b"Failure [INSTALL_PARSE_FAILED_NOT_APK")
