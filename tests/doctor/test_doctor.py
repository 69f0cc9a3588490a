"""The doctor: probes that work, fail and hang, and what the command makes of them."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Coroutine
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from device_farm.backends.config import SimulatorConfig
from device_farm.backends.loader import load_backend
from device_farm.doctor import machine
from device_farm.doctor.child import run_child, run_python
from device_farm.doctor.endpoint import model_server, models_url
from device_farm.doctor.examination import examine, probes
from device_farm.doctor.probe import Probe, ProbeResult, run_probe
from device_farm.errors import ConfigError, PrerequisiteError


def run(coroutine: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(coroutine)


async def works() -> str:
    return "seen"


async def lacks() -> str:
    raise PrerequisiteError("no such program", fix="apt-get install it")


async def breaks() -> str:
    raise ZeroDivisionError("1/0")


async def hangs() -> str:
    await asyncio.Event().wait()
    return "never"


@pytest.mark.parametrize(
    ("prove", "required", "status", "detail", "fix"),
    [
        (works, True, "ok", "seen", ""),
        (lacks, True, "failed", "no such program", "apt-get install it"),
        (lacks, False, "warning", "no such program", "apt-get install it"),
        (breaks, True, "failed", "ZeroDivisionError: 1/0", "the general fix"),
        (hangs, False, "warning", "no proof within 0.05 s", "the general fix"),
    ],
)
def test_a_probe_ends_in_a_result_whatever_it_does(
    prove: Any, required: bool, status: str, detail: str, fix: str
) -> None:
    probe = Probe(name="p", prove=prove, deadline_s=0.05, required=required, fix="the general fix")
    result = run(run_probe(probe))
    assert (result.status, result.detail, result.fix) == (status, detail, fix)


def test_results_come_in_the_order_of_the_probes() -> None:
    async def slow() -> str:
        await asyncio.sleep(0.05)
        return "slow"

    async def scenario() -> list[ProbeResult]:
        chosen = tuple(Probe(name=p.__name__, prove=p, deadline_s=1) for p in (slow, works, lacks))
        return [result async for result in examine(chosen)]

    assert [result.name for result in run(scenario())] == ["slow", "works", "lacks"]


def test_the_simulator_is_required_and_the_rest_is_not() -> None:
    required = {probe.name for probe in probes() if probe.required}
    assert required == {"python", "simulator"}
    assert {"adb", "desktop", "applications", "docker", "kvm", "gpu", "torch", "vllm"} <= {p.name for p in probes()}


@pytest.mark.parametrize(
    ("backend", "names"),
    [
        ("simulator", ["python", "simulator"]),
        ("xvfb", ["python", "desktop", "applications"]),
        ("adb", ["python", "adb"]),
    ],
)
def test_a_backend_needs_only_its_own_proofs(backend: str, names: list[str]) -> None:
    chosen = probes(backend=backend)
    assert [probe.name for probe in chosen] == names
    assert all(probe.required for probe in chosen)


def test_an_unknown_backend_or_endpoint_is_refused_before_anything_runs() -> None:
    with pytest.raises(ConfigError, match="xvfb"):
        probes(backend="windows")
    with pytest.raises(ConfigError, match="http://HOST:PORT"):
        probes(endpoint="localhost:8000")


@pytest.mark.parametrize("endpoint", ["http://h:1", "http://h:1/", "http://h:1/v1", "http://h:1/v1/"])
def test_models_url_takes_the_address_with_and_without_v1(endpoint: str) -> None:
    assert models_url(endpoint) == "http://h:1/v1/models"


@pytest.fixture
def endpoint(request: pytest.FixtureRequest) -> Any:
    body: bytes = request.param

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/v1/models" else 404)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("endpoint", [b'{"data": [{"id": "qwen"}]}'], indirect=True)
def test_model_server_names_its_models(endpoint: str) -> None:
    assert "qwen" in run(model_server(endpoint))


@pytest.mark.parametrize("endpoint", [b'{"data": []}', b"<html>", b"[]", b'{"data": 3}'], indirect=True)
def test_model_server_refuses_what_serves_no_model(endpoint: str) -> None:
    with pytest.raises(PrerequisiteError):
        run(model_server(endpoint))


def test_model_server_that_is_not_there_names_the_fix() -> None:
    with pytest.raises(PrerequisiteError, match="vllm serve"):
        run(model_server("http://127.0.0.1:9"))


def test_a_child_past_its_deadline_is_killed_with_its_own_children(tmp_path: Path) -> None:
    marks = tmp_path / "pids"
    source = (
        "import os, subprocess, sys, time;"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
        f"open({str(marks)!r}, 'w').write(f'{{os.getpid()}} {{child.pid}}');"
        "time.sleep(60)"
    )

    async def scenario() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(3):
                await run_python(source)
        await asyncio.sleep(0.2)

    started = time.perf_counter()
    run(scenario())
    assert time.perf_counter() - started < 10
    for pid in map(int, marks.read_text().split()):
        assert not _alive(pid)


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state not in "ZX"


def test_the_container_program_runs_and_says_farm(tmp_path: Path) -> None:
    try:
        program = machine.static_program()
    except PrerequisiteError as error:
        pytest.skip(str(error))
    path = tmp_path / "probe"
    path.write_bytes(program)
    path.chmod(0o755)
    result = run(run_child(str(path)))
    assert (result.exit_code, result.stdout) == (0, "farm\n")


def test_packages_of_this_installation_load() -> None:
    assert "packages load" in run(machine.python_and_packages())


def test_kvm_is_proved_or_the_reason_is_named() -> None:
    result = run(run_probe(Probe(name="kvm", prove=machine.kvm, deadline_s=10, fix="other machine")))
    assert (result.status == "ok") == (result.fix == "")
    assert result.detail


def doctor(*arguments: str, **environment: str) -> tuple[int, list[dict[str, Any]]]:
    ended = subprocess.run(
        [sys.executable, "-m", "device_farm.cli.main", "doctor", "--json", *arguments],
        capture_output=True,
        timeout=110,
        check=False,
        env={**os.environ, **environment},
    )
    return ended.returncode, [json.loads(line) for line in ended.stdout.splitlines()]


def test_the_command_proves_the_simulator_and_exits_with_0() -> None:
    try:
        load_backend(SimulatorConfig()).preflight()
    except PrerequisiteError as error:
        pytest.skip(str(error))
    code, results = doctor("--backend", "simulator")
    assert [(result["name"], result["status"]) for result in results] == [("python", "ok"), ("simulator", "ok")]
    assert code == 0


def test_the_command_names_the_fix_and_exits_with_3(tmp_path: Path) -> None:
    # A path without any program: adb is required here and missing.
    code, results = doctor("--backend", "adb", PATH=str(tmp_path))
    assert [(result["name"], result["status"]) for result in results] == [("python", "ok"), ("adb", "failed")]
    assert results[1]["fix"] == "apt-get install -y adb"
    assert code == 3
