"""A simulated phone behind its real ports, served from a thread of its own, and a private adb server."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import adbutils
import pytest
from wire_clients import Adb, Loop

from device_farm.simulator.faults import Faults
from device_farm.simulator.server import RunningPhone, SimulatorServer

# The framework's tests have the sample APK.
sys.path.append(str(Path(__file__).resolve().parents[1] / "framework"))


@pytest.fixture(scope="session")
def loop() -> Iterator[Loop]:
    loop = Loop()
    yield loop
    loop.close()


@pytest.fixture(scope="session")
def served(loop: Loop) -> Iterator[RunningPhone]:
    server = SimulatorServer(devices=1, seed=7)
    loop.run(server.__aenter__())
    yield server.phones[0]
    loop.run(server.close())


@pytest.fixture
def phone(loop: Loop, served: RunningPhone) -> Iterator[RunningPhone]:
    """The session's phone, freshly reset and whole."""
    loop.call(served.handset.reset)
    yield served
    loop.call(lambda: served.handset.faults.set(Faults()))


@pytest.fixture(scope="session")
def adb_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The HOME of the adb server, with its key."""
    program = shutil.which("adb")
    if program is None:
        if "adb" in os.environ.get("FARM_REQUIRE", ""):
            pytest.fail("adb is not installed")
        pytest.skip("adb is not installed: apt-get install adb")
    home = tmp_path_factory.mktemp("adb-home")
    (home / ".android").mkdir()
    subprocess.run([program, "keygen", str(home / ".android" / "adbkey")], check=True, capture_output=True)
    return home


@pytest.fixture(scope="session")
def adb_server(adb_home: Path) -> Iterator[int]:
    """The port of an adb server that knows no device."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "HOME": str(adb_home),
        "ADB_LOCAL_TRANSPORT_MAX_PORT": "5553",
        "ADB_MDNS": "0",
        "ADB_USB": "0",
    }
    log = (adb_home / "log").open("wb")
    process = subprocess.Popen(
        ["adb", "-P", str(port), "nodaemon", "server"], env=environment, stdout=log, stderr=subprocess.STDOUT
    )
    try:
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)  # noqa: TID251 - a blocking client in a test
        yield port
    finally:
        process.kill()
        process.wait()
        log.close()


@pytest.fixture
def adb(adb_server: int, phone: RunningPhone, tmp_path: Path) -> Adb:
    """`adb`, connected to the phone by `adb connect`."""
    serial = f"127.0.0.1:{phone.ports.adb}"
    tool = Adb(adb_server, serial, tmp_path)
    answer = tool("connect", serial).stdout
    assert b"connected to" in answer, answer
    tool("wait-for-device")
    return tool


@pytest.fixture
def adbutils_device(adb: Adb, adb_server: int) -> adbutils.AdbDevice:
    return adbutils.AdbClient(host="127.0.0.1", port=adb_server).device(adb.serial)


@pytest.fixture
def emulator(adb_server: int, phone: RunningPhone, tmp_path: Path) -> Adb:
    """`adb` on the phone as an emulator: under `emulator-PORT`, as the emulator announces itself."""
    with socket.create_connection(("127.0.0.1", adb_server), 10) as server:
        request = f"host:emulator:{phone.ports.adb}".encode()
        server.sendall(f"{len(request):04x}".encode() + request)
        while server.recv(4096):
            pass
    tool = Adb(adb_server, phone.serial, tmp_path)
    assert tool("wait-for-device").returncode == 0
    return tool
