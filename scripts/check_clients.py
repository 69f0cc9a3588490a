"""Runs adbutils' and uiautomator2's own end-to-end tests against a simulated phone; prints one JSON line.

    python scripts/check_clients.py [--sources .sources] [--adb-port 5037]

`SOURCES/adbutils` and `SOURCES/uiautomator2` are checkouts of their repositories; what runs are the installed versions.
Figures, per client: `version`, `passed`, `failed` (names), `left_out` (name to reason). The phone runs in real time,
because their tests measure time-outs. Some of adbutils' tests know only adb's default port.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
SUITES = {"adbutils": ("e2etests",), "uiautomator2": ("demo_tests", "mobile_tests")}
TEST_TIMEOUT_S = 60


@contextmanager
def simulated_phone() -> Iterator[dict[str, Any]]:
    """A phone in a process of its own; its line of ports."""
    command = [
        str(Path(sys.executable).with_name("farm")),
        "simulator",
        "--base-port",
        "0",
        "--clock",
        "real",
        "--json",
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
    finally:
        process.terminate()
        process.wait()


@contextmanager
def adb_server(port: int, phone_adb_port: int) -> Iterator[None]:
    """An adb server at `port` that has the phone; ended afterwards only if it was started here."""
    environment = os.environ | {"ANDROID_ADB_SERVER_PORT": str(port), "ADB_EMU": "0"}
    with socket.socket() as probe:
        running = probe.connect_ex(("127.0.0.1", port)) == 0
    subprocess.run(["adb", "start-server"], env=environment, check=True, capture_output=True)
    try:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            request = f"host:emulator:{phone_adb_port}".encode()
            connection.sendall(b"%04x" % len(request) + request)
            connection.recv(4)
        yield
    finally:
        if not running:
            subprocess.run(["adb", "kill-server"], env=environment, check=False, capture_output=True)


def run_suite(client: str, sources: Path, serial: str, adb_port: int) -> dict[str, Any]:
    """Their tests in a process of their own, with the plugin that leaves out what cannot run."""
    folders = [name for name in SUITES[client] if (sources / client / name).is_dir()]
    if not folders:
        raise SystemExit(f"--sources: {sources / client} has none of {', '.join(SUITES[client])}; check it out there")
    with tempfile.TemporaryDirectory() as work:
        for folder in folders:
            # Copied, so that the checkout's own package does not shadow the installed one.
            subprocess.run(["cp", "-r", str(sources / client / folder), work], check=True)
        report = Path(work) / "report.json"
        environment = os.environ | {
            "ANDROID_SERIAL": serial,
            "ANDROID_ADB_SERVER_PORT": str(adb_port),
            "CLIENT_TESTS_REPORT": str(report),
            "PYTHONPATH": str(HERE),
        }
        command = [sys.executable, "-m", "pytest", "-q", "-p", "client_tests_plugin", "-p", "no:cacheprovider"]
        command += ["--import-mode", "importlib", "--timeout", str(TEST_TIMEOUT_S), *folders]
        finished = subprocess.run(command, cwd=work, env=environment, check=False, stdout=sys.stderr)
        if finished.returncode not in (0, 1):
            raise SystemExit(f"pytest ended with {finished.returncode} on {client}'s tests; see above")
        found = json.loads(report.read_text("utf-8"))
    outcomes = found["outcomes"]
    return {
        "version": importlib.metadata.version(client),
        "passed": sum(outcome == "passed" for outcome in outcomes.values()),
        "failed": sorted(name for name, outcome in outcomes.items() if outcome == "failed"),
        "left_out": found["left_out"],
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sources", type=Path, default=Path(".sources"))
    parser.add_argument("--adb-port", type=int, default=5037)
    arguments = parser.parse_args()
    with simulated_phone() as phone, adb_server(arguments.adb_port, phone["adb_port"]):
        results = {
            client: run_suite(client, arguments.sources.resolve(), phone["serial"], arguments.adb_port)
            for client in SUITES
        }
    sys.stdout.write(json.dumps(results) + "\n")
    return int(any(result["failed"] for result in results.values()))


if __name__ == "__main__":
    sys.exit(main())
