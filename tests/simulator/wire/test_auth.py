"""Key authentication, with a real adb key and the real adb."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from wire_clients import Adb, Loop

from device_farm.simulator.adbd.auth import Authenticator
from device_farm.simulator.server import SimulatorServer


@pytest.fixture
def key_of_server(adb_home: Path) -> str:
    """The public key with which the session's adb server signs."""
    return (adb_home / ".android" / "adbkey.pub").read_text()


@contextmanager
def connected(loop: Loop, keys: tuple[str, ...], adb_server: int, home: Path) -> Iterator[Adb]:
    """`adb`, after `adb connect` to a phone that lets only `keys` in."""
    server = SimulatorServer(devices=1, authorized_keys=keys)
    try:
        loop.run(server.__aenter__())
        adb = Adb(adb_server, f"127.0.0.1:{server.phones[0].ports.adb}", home)
        adb("connect", adb.serial)
        yield adb
        adb("disconnect", adb.serial)
    finally:
        loop.run(server.close())


def test_known_key_is_let_in(loop: Loop, adb_server: int, key_of_server: str, tmp_path: Path) -> None:
    with connected(loop, ("QUFBQQ== nobody", key_of_server), adb_server, tmp_path) as adb:
        adb("wait-for-device")
        assert adb("shell", "echo in").stdout == b"in\n"


def test_unknown_key_stays_out(loop: Loop, adb_server: int, tmp_path: Path) -> None:
    with connected(loop, ("QUFBQQ== nobody",), adb_server, tmp_path) as adb:
        done = adb("shell", "echo in")
        assert done.returncode != 0
        assert b"unauthorized" in done.stderr or b"offline" in done.stderr


@pytest.mark.parametrize("payload", [b"", b"\x00" * 256, b"\xff" * 256, b"x" * 300])
def test_forged_signature_is_refused_and_the_token_changes(key_of_server: str, payload: bytes) -> None:
    guard = Authenticator([key_of_server])
    before = guard.token
    assert not guard.accepts(Authenticator.SIGNATURE, payload)
    assert guard.token != before
    assert not guard.accepts(Authenticator.PUBLIC_KEY, key_of_server.encode())
