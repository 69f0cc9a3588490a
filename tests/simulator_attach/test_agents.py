"""AndroidWorld's own agents and its `run.py`, unmodified, on a simulated phone."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from attached import androidworld_python, announced_phone, attached_phones, run_program
from mirror import mirror

SOURCE_VARIABLE = "FARM_ANDROIDWORLD_SOURCE"


def test_agents_run_and_the_scripted_ones_succeed(tmp_path: Path) -> None:
    python = androidworld_python()
    with attached_phones(1, tmp_path) as (phone,), mirror(tmp_path) as environment:
        results = run_program(
            python,
            "agents",
            str(phone.console_port),
            str(phone.adb),
            str(phone.grpc_port),
            str(tmp_path),
            **environment,
        )
    for name in ("m3a", "t3a"):
        assert results[name]["scores"] == [1.0], results[name]
        assert results[name]["prompt"] > 1000
    assert results["m3a"]["images"] > 0
    assert results["random"]["steps"] == [10]
    assert all(error is None for result in results.values() for error in result["exceptions"])


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize(("agent", "task", "said"), [("random_agent", "SystemWifiTurnOnVerify", "Finished running")])
def test_run_py_runs(agent: str, task: str, said: str, tmp_path: Path) -> None:
    """`run.py` has no option for the gRPC port, so it takes the first phone's: 8554."""
    python = androidworld_python()
    script = Path(os.environ.get(SOURCE_VARIABLE, "")) / "run.py"
    if not script.is_file():
        pytest.skip(f"run.py is not part of AndroidWorld's package: set {SOURCE_VARIABLE} to a checkout")
    for port in (5554, 5555, 8554):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                pytest.skip(f"port {port} is in use")
    with announced_phone(5554, tmp_path) as phone, mirror(tmp_path) as environment:
        # It looks for adb in the SDK's place even where a flag says where it is.
        tools = tmp_path / "Android" / "Sdk" / "platform-tools"
        tools.mkdir(parents=True)
        shutil.copy(phone.adb, tools / "adb")
        done = subprocess.run(
            [python, str(script), f"--agent_name={agent}", f"--tasks={task}", f"--output_path={tmp_path / 'runs'}"],
            env=os.environ | {"HOME": str(tmp_path)} | environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    sys.stderr.write(done.stderr[-2000:])
    assert done.returncode == 0
    assert said in done.stdout
    assert list((tmp_path / "runs").rglob("*.pkl.gz"))
