"""`farm simulator` as a program."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys

import pytest
from wire_clients import free_base
from wire_raw import raw_host


def start(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "device_farm.cli.main", "simulator", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_phones_are_announced_and_serve_until_a_signal(number: signal.Signals) -> None:
    base = free_base(2)
    process = start("--devices", "2", "--base-port", str(base), "--json", "--seed", "5")
    try:
        assert process.stdout is not None
        lines = [json.loads(process.stdout.readline()) for _ in range(2)]
        assert [line["serial"] for line in lines] == [f"emulator-{base}", f"emulator-{base + 2}"]
        for line in lines:
            assert line["adb_port"] == line["console_port"] + 1
            socket.create_connection(("127.0.0.1", line["grpc_port"]), timeout=5).close()
            with raw_host(line["adb_port"]) as host:
                host.connect()
                assert host.shell("getprop sys.boot_completed") == b"1\n"
        process.send_signal(number)
        assert process.wait(20) == 130
    finally:
        process.kill()
        process.communicate()


def test_a_running_adb_server_is_told_of_the_phones(adb_server: int) -> None:
    base = free_base(2)
    process = start("--devices", "2", "--base-port", str(base), "--json", "--announce", str(adb_server))
    try:
        assert process.stdout is not None
        serials = [json.loads(process.stdout.readline())["serial"] for _ in range(2)]
        for serial in serials:
            adb = ["adb", "-P", str(adb_server), "-s", serial]
            subprocess.run([*adb, "wait-for-device"], check=True, timeout=20)
            said = subprocess.run([*adb, "shell", "getprop", "sys.boot_completed"], capture_output=True, check=True)
            assert said.stdout == b"1\n"
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("arguments", [("--announce", "70000"), ("--announce", "-1")])
def test_a_port_that_does_not_exist_is_named(arguments: tuple[str, ...]) -> None:
    process = start("--base-port", "0", *arguments)
    _, error = process.communicate(timeout=30)
    assert process.returncode == 2
    assert "--announce" in error


def test_killing_every_phone_ends_the_program() -> None:
    process = start("--devices", "1", "--base-port", "0", "--json")
    try:
        assert process.stdout is not None
        line = json.loads(process.stdout.readline())
        with socket.create_connection(("127.0.0.1", line["console_port"]), timeout=10) as console:
            console.sendall(b"kill\n")
            assert b"bye" in console.makefile("rb").read()
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.communicate()


def test_port_in_use_is_named_with_the_fix() -> None:
    base = free_base(1)
    with socket.create_server(("127.0.0.1", base + 1)):
        process = start("--base-port", str(base))
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 2
    assert f"port {base + 1}" in errors and "--base-port" in errors
    assert "Traceback" not in errors


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--base-port", "5555"), "odd"),
        (("--base-port", "70000"), "--base-port"),
        (("--base-port", "65530", "--devices", "9"), "end above"),
        (("--devices", "0"), "--devices"),
        (("--fault", "fire"), "unknown fault"),
        (("--fault", "slow-shell=x"), "slow-shell"),
    ],
)
def test_bad_arguments_are_refused(arguments: tuple[str, ...], said: str) -> None:
    process = start(*arguments)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 2
    assert said in errors and "Traceback" not in errors
