"""Key authentication, with a real adb key and the real adb."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from wire_clients import Adb, Loop

from device_farm.simulator.server import RunningPhone, SimulatorServer


@pytest.fixture
def key_of_server(adb_server: int, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The public key with which the session's adb server signs."""
    homes = [path for path in tmp_path_factory.getbasetemp().glob("adb-home*/.android/adbkey") if path.exists()]
    assert homes, "the adb server has not made its key"
    return subprocess.run(["adb", "pubkey", str(homes[0])], capture_output=True, text=True, check=True).stdout


def guarded(loop: Loop, keys: tuple[str, ...]) -> Iterator[RunningPhone]:
    server = SimulatorServer(devices=1, authorized_keys=keys)
    loop.run(server.__aenter__())
    yield server.phones[0]
    loop.run(server.close())


def test_known_key_is_let_in(loop: Loop, adb_server: int, key_of_server: str, tmp_path: Path) -> None:
    for phone in guarded(loop, (key_of_server,)):
        adb = Adb(adb_server, f"127.0.0.1:{phone.ports.adb}", tmp_path)
        adb("connect", adb.serial)
        adb("wait-for-device")
        assert adb("shell", "echo in").stdout == b"in\n"
        adb("disconnect", adb.serial)


@pytest.mark.skipif(shutil.which("adb") is None, reason="adb is not installed: apt-get install adb")
def test_unknown_key_stays_out(loop: Loop, adb_server: int, tmp_path: Path) -> None:
    for phone in guarded(loop, ("QUFBQQ== nobody",)):
        adb = Adb(adb_server, f"127.0.0.1:{phone.ports.adb}", tmp_path)
        adb("connect", adb.serial)
        done = adb("shell", "echo in")
        assert done.returncode != 0
        assert b"unauthorized" in done.stderr or b"offline" in done.stderr
        adb("disconnect", adb.serial)
