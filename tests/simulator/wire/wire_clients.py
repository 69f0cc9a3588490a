"""An event loop beside blocking clients, the `adb` program, free ports."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

from device_farm.simulator.ports import GRPC_OFFSET

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


def free_base(count: int) -> int:
    """An even port after which the ports of `count` phones are free."""
    # Test processes that run side by side look at different places first.
    first_base = 41000 + os.getpid() % 300 * 40
    for base in range(first_base, 60000, 2 * count):
        taken = []
        try:
            for first in (base, base + GRPC_OFFSET):
                taken += [socket.create_server(("127.0.0.1", first + number)) for number in range(2 * count)]
        except OSError:
            continue
        finally:
            for one in taken:
                one.close()
        return base
    raise RuntimeError("no free ports")
