"""Simulated phones as AndroidWorld's users have them: `farm simulator` in a process, an `adb` for each phone."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from device_farm.errors import PrerequisiteError
from gui_agent.benchmarks.androidworld.settings import AndroidWorldConfig, interpreter

PROGRAMS = Path(__file__).with_name("programs")
WAIT_SCALE = "0.01"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """One phone's ports and the `adb` that reaches it through a server of its own."""

    console_port: int
    adb_port: int
    grpc_port: int
    server_port: int
    adb: Path

    def run_adb(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        serial = ("-s", f"emulator-{self.console_port}")
        return subprocess.run([self.adb, *serial, *arguments], capture_output=True, timeout=60, check=False)


def androidworld_python() -> str:
    """AndroidWorld's interpreter; skips (or, where it must be there, fails) with the command that installs it."""
    try:
        return str(interpreter(AndroidWorldConfig()))
    except PrerequisiteError as error:
        _missing("androidworld", f"AndroidWorld is not installed: {error.fix}")


def _missing(name: str, reason: str) -> Any:
    if name in os.environ.get("FARM_REQUIRE", "").split(","):
        pytest.fail(reason)
    pytest.skip(reason)


@contextmanager
def attached_phones(count: int, folder: Path) -> Iterator[list[Attachment]]:
    """`count` phones of one `farm simulator`, each with an adb server that knows it alone."""
    with _phones(count, 0, folder) as made:
        yield made


@contextmanager
def announced_phone(base_port: int, folder: Path) -> Iterator[Attachment]:
    """One phone at ports that are wanted."""
    with _phones(1, base_port, folder) as (made,):
        yield made


@contextmanager
def _phones(count: int, base_port: int, folder: Path) -> Iterator[list[Attachment]]:
    if not any(os.access(Path(part) / "adb", os.X_OK) for part in os.environ["PATH"].split(":")):
        _missing("adb", "adb is not installed: apt-get install adb")
    command = [sys.executable, "-m", "device_farm.cli.main", "simulator", "--devices", str(count), "--announce", "0"]
    process = subprocess.Popen([*command, "--base-port", str(base_port), "--json"], stdout=subprocess.PIPE, text=True)
    made: list[Attachment] = []
    try:
        assert process.stdout is not None
        made.extend(_attachment(json.loads(process.stdout.readline()), folder) for _ in range(count))
        yield made
    finally:
        for one in made:
            with suppress(subprocess.SubprocessError):
                end = ["adb", "-P", str(one.server_port), "kill-server"]
                subprocess.run(end, capture_output=True, timeout=30, check=False)
        process.terminate()
        process.wait(30)


def _attachment(ports: dict[str, Any], folder: Path) -> Attachment:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        server_port = probe.getsockname()[1]
    adb = folder / f"adb-{server_port}"
    # android_env ends the server after any command that fails; this one is left alone, for it would forget its phone.
    adb.write_text(
        '#!/bin/sh\n[ "$1" = -P ] && shift 2\ncase "$1" in kill-server | start-server) exit 0 ;; esac\n'
        f'exec adb -P {server_port} "$@"\n'
    )
    adb.chmod(0o755)
    # The server scans no ports: it is told of its phone as an emulator tells it.
    environment = os.environ | {"HOME": str(folder), "ADB_LOCAL_TRANSPORT_MAX_PORT": "5553", "ADB_USB": "0"}
    start = ["adb", "-P", str(server_port), "start-server"]
    subprocess.run(start, env=environment, check=True, capture_output=True, timeout=60)
    announce(server_port, ports["adb_port"])
    one = Attachment(
        console_port=ports["console_port"],
        adb_port=ports["adb_port"],
        grpc_port=ports["grpc_port"],
        server_port=server_port,
        adb=adb,
    )
    assert one.run_adb("wait-for-device").returncode == 0
    return one


def announce(server_port: int, adb_port: int) -> None:
    """Tells an adb server of an emulator."""
    request = f"host:emulator:{adb_port}".encode()
    with socket.create_connection(("127.0.0.1", server_port), 10) as server:
        server.sendall(b"%04x" % len(request) + request)
        while server.recv(4096):
            pass


def start_program(python: str, name: str, *arguments: str, **environment: str) -> subprocess.Popen[str]:
    """Starts `programs/NAME.py` under AndroidWorld's interpreter."""
    kept = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "VIRTUAL_ENV")}
    return subprocess.Popen(
        [python, str(PROGRAMS / f"{name}.py"), *arguments],
        env=kept | {"GRPC_VERBOSITY": "ERROR", "WAIT_SCALE": WAIT_SCALE} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish_program(process: subprocess.Popen[str], *, timeout_s: float = 300) -> dict[str, Any]:
    """The JSON object of the program's last line."""
    try:
        out, err = process.communicate(timeout=timeout_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise
    assert process.returncode == 0, err[-4000:]
    answer: dict[str, Any] = json.loads(out.splitlines()[-1])
    return answer


def run_program(python: str, name: str, *arguments: str, timeout_s: float = 300, **environment: str) -> dict[str, Any]:
    return finish_program(start_program(python, name, *arguments, **environment), timeout_s=timeout_s)
