"""The container's scripts: they parse, say what is missing, and start the emulator as the backend does."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from device_farm.emulator.command import EmulatorPorts, Launch, command_line
from tests.emulator.rig import Rig, free_base, living

IMAGES = Path(__file__).parents[2] / "emulator_images" / "android"
SCRIPTS = sorted(IMAGES.glob("*.sh"))


def environment(rig: Rig, **values: str) -> dict[str, str]:
    adb = rig.root / "platform-tools"
    return {
        **os.environ,
        "PATH": f"{IMAGES}:{adb}:{os.environ['PATH']}",
        "ANDROID_SDK_ROOT": str(rig.root),
        "ANDROID_AVD_HOME": str(rig.root / "avd"),
        "AVD_NAME": "farm",
        "HOME": str(rig.home),
        "ACCELERATION": "off",
        "EXPOSE": "0",
        **values,
    }


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_parse_and_are_programs(script: Path) -> None:
    assert os.access(script, os.X_OK)
    checked = subprocess.run(["bash", "-n", str(script)], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr


def test_scripts_please_shellcheck() -> None:
    if shutil.which("shellcheck") is None:
        if "shellcheck" in os.environ.get("FARM_REQUIRE", "").split(","):
            pytest.fail("shellcheck is required and not installed")
        pytest.skip("shellcheck is not installed: apt-get install shellcheck")
    checked = subprocess.run(["shellcheck", *map(str, SCRIPTS)], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize(
    ("variables", "change"),
    [
        ({}, {}),
        ({"SNAPSHOT": ""}, {"snapshot": ""}),
        ({"SNAPSHOT": "", "READ_ONLY": "0"}, {"snapshot": "", "read_only": False}),
        ({"SNAPSHOT": "other", "READ_ONLY": "0"}, {"snapshot": "other", "read_only": False}),
        ({"GPU": "host", "MEMORY_MB": "4096", "CORES": "2"}, {"gpu": "host", "memory_mb": 4096, "cores": 2}),
        ({"ADB_AUTH": "1"}, {"skip_adb_auth": False}),
        (
            {"ACCELERATION": "off", "EXTRA_ARGS": "-timezone UTC"},
            {"acceleration": "off", "extra_args": "-timezone UTC"},
        ),
        (
            {"CONSOLE_PORT": "5700", "GRPC_PORT": "8700"},
            {"ports": EmulatorPorts(console=5700, adb=5701, grpc=8700)},
        ),
    ],
)
def test_the_container_starts_what_the_backend_starts(variables: dict[str, str], change: dict[str, object]) -> None:
    values: dict[str, object] = {
        "emulator": Path("/sdk/emulator/emulator"),
        "avd": "farm",
        "ports": EmulatorPorts(console=5554, adb=5555, grpc=8554),
        "snapshot": "farm",
        "read_only": True,
        "gpu": "swangle_indirect",
        "memory_mb": 0,
        "cores": 0,
        "acceleration": "auto",
        "skip_adb_auth": True,
        "extra_args": "",
        **change,
    }
    values["extra_args"] = tuple(str(values["extra_args"]).split())
    base = {"PATH": os.environ["PATH"], "ANDROID_SDK_ROOT": "/sdk", "AVD_NAME": "farm", "PRINT_COMMAND": "1"}
    printed = subprocess.run(
        [str(IMAGES / "start.sh")], capture_output=True, text=True, check=True, env={**base, **variables}
    )
    assert tuple(printed.stdout.splitlines()) == command_line(Launch(**values))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"AVD_NAME": "none"}, "no virtual device none"),
        ({"SNAPSHOT": "none"}, "run prepare.sh"),
        ({"ACCELERATION": "auto", "KVM_DEVICE": "/dev/no-kvm"}, "docker run --device"),
    ],
)
def test_start_says_what_is_missing(rig: Rig, variables: dict[str, str], words: str) -> None:
    ended = subprocess.run(
        [str(IMAGES / "start.sh")], capture_output=True, text=True, check=False, env=environment(rig, **variables)
    )
    assert ended.returncode == 3 and words in ended.stderr


def test_start_serves_is_healthy_and_ends_at_sigterm_past_stale_locks(rig: Rig) -> None:
    port = free_base(2)
    (rig.avd / "hardware-qemu.ini.lock").write_text("1\n", "ascii")
    ports = {"CONSOLE_PORT": port, "GRPC_PORT": port + 3000, "ANDROID_ADB_SERVER_PORT": port + 2}
    variables = environment(rig, **{name: str(number) for name, number in ports.items()})
    # A server of its own that does not look for other emulators.
    variables["ADB_LOCAL_TRANSPORT_MAX_PORT"] = "5553"
    log = rig.root / "start.log"
    with log.open("wb") as output:
        starter = subprocess.Popen([str(IMAGES / "start.sh")], env=variables, stdout=output, stderr=output)
    try:
        until(lambda: "Listening on ports" in log.read_text("utf-8"), starter)
        tell_server(variables, port + 1)
        until(lambda: run(variables, "health.sh") == 0, starter)
        assert living(rig.root, "standin")
        starter.send_signal(signal.SIGTERM)
        assert starter.wait(timeout=40) == 0
        assert living(rig.root, "standin") == []
        assert run(variables, "health.sh") != 0
    finally:
        starter.kill()
        starter.wait()
        subprocess.run(["adb", "kill-server"], env=variables, capture_output=True, check=False)


def run(variables: dict[str, str], script: str) -> int:
    return subprocess.run([str(IMAGES / script)], env=variables, capture_output=True, check=False).returncode


def tell_server(variables: dict[str, str], adb_port: int) -> None:
    """What the real emulator does at its start, and what a server's own scan does for the usual ports."""
    import socket

    request = f"host:emulator:{adb_port}".encode()
    with socket.create_connection(("127.0.0.1", int(variables["ANDROID_ADB_SERVER_PORT"]))) as server:
        server.sendall(b"%04x" % len(request) + request)


def until(holds: object, process: subprocess.Popen[bytes], *, seconds: float = 60) -> None:
    ends = time.monotonic() + seconds
    while not holds():  # type: ignore[operator]
        assert process.poll() is None, "the start script ended"
        assert time.monotonic() < ends
        time.sleep(0.2)  # noqa: TID251 - a test of programs


def test_nothing_of_the_sdk_is_fetched_without_a_yes_and_a_digest() -> None:
    text = (IMAGES / "Dockerfile").read_text("utf-8")
    assert re.search(r"^ARG ACCEPT_ANDROID_SDK_LICENSE=no$", text, re.MULTILINE)
    assert re.search(r"^ARG CMDLINE_TOOLS_SHA256$", text, re.MULTILINE)
    gate, fetch = text.index("!= yes ]"), text.index("sdkmanager")
    assert gate < text.index("curl --fail") < fetch
    assert "sha256sum --check" in text
    assert {path.name for path in IMAGES.iterdir()} == {
        "Dockerfile",
        "README.md",
        "health.sh",
        "prepare.sh",
        "start.sh",
    }


def test_the_gate_refuses_as_a_shell_does() -> None:
    text = (IMAGES / "Dockerfile").read_text("utf-8")
    gate = re.search(r"^RUN (if \[ .*?; \\\n    fi)$", text, re.MULTILINE | re.DOTALL)
    assert gate is not None
    script = gate[1].replace("\\\n", "\n")
    for accepted, digest, code in [("no", "", 1), ("yes", "", 1), ("yes", "a" * 63, 1), ("yes", "a" * 64, 0)]:
        variables = {
            "PATH": os.environ["PATH"],
            "ACCEPT_ANDROID_SDK_LICENSE": accepted,
            "CMDLINE_TOOLS_SHA256": digest,
            "CMDLINE_TOOLS_VERSION": "1",
        }
        ended = subprocess.run(["sh", "-c", script], env=variables, capture_output=True, text=True, check=False)
        assert ended.returncode == code, (accepted, digest, ended.stderr)
