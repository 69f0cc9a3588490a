"""A simulated phone behind its real ports, served from a thread of its own, and a private adb server."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any, TypeVar

import adbutils
import pytest

from device_farm.simulator.faults import Faults
from device_farm.simulator.server import RunningPhone, SimulatorServer

T = TypeVar("T")


class Loop:
    """An event loop in a thread: blocking clients can be used beside it."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(60)

    def call(self, function: Callable[[], T]) -> T:
        async def once() -> T:
            return function()

        return self.run(once())

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()


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
def adb_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of an adb server that knows no device."""
    program = shutil.which("adb")
    if program is None:
        if "adb" in os.environ.get("FARM_REQUIRE", ""):
            pytest.fail("adb is not installed")
        pytest.skip("adb is not installed: apt-get install adb")
    home = tmp_path_factory.mktemp("adb-home")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "HOME": str(home),
        "ADB_LOCAL_TRANSPORT_MAX_PORT": "5553",
        "ADB_MDNS": "0",
        "ADB_USB": "0",
    }
    log = (home / "log").open("wb")
    process = subprocess.Popen(
        [program, "-P", str(port), "nodaemon", "server"], env=environment, stdout=log, stderr=subprocess.STDOUT
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


class Adb:
    """The `adb` program against one phone."""

    def __init__(self, port: int, serial: str, home: Path) -> None:
        self.serial = serial
        self._environment = {**os.environ, "ANDROID_ADB_SERVER_PORT": str(port), "HOME": str(home)}

    def __call__(self, *arguments: str, stdin: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            ["adb", "-s", self.serial, *arguments],
            env=self._environment,
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            timeout=30,
            check=False,
        )

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            ["adb", "-s", self.serial, *arguments],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )


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
