"""The benchmarks run, measure what they name and print one JSON line; how fast it is, is not asked here."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"


def run(name: str, *arguments: str) -> dict[str, Any]:
    ended = subprocess.run(
        [sys.executable, str(SCRIPTS / name), *arguments], capture_output=True, text=True, timeout=110, check=False
    )
    assert ended.returncode == 0, ended.stderr[-2000:]
    lines = ended.stdout.splitlines()
    assert len(lines) == 1
    result: dict[str, Any] = json.loads(lines[0])
    assert result["machine"]["cores"] >= 1
    return result


def test_bench_step_measures_all_three_ways() -> None:
    result = run("bench_step.py", "--steps", "8", "--baseline-steps", "2")
    assert result["farm"]["steps"] == 8
    assert 0 < result["farm"]["p50_ms"] <= result["farm"]["p99_ms"]
    for name in ("uiautomator2", "adb"):
        if shutil.which("adb") is None:
            assert result[name] is None
        else:
            assert result[name]["steps"] == 2
            assert result[f"speedup_{name}"] > 0


def test_bench_density_measures_memory_start_reset_and_steps() -> None:
    result = run("bench_density.py", "--devices", "3", "--steps", "2")
    assert result["devices"] == 3
    assert result["memory_mib_per_device"] >= 0
    assert all(result[key]["p50_ms"] > 0 for key in ("cold_start", "reset"))
    assert result["steps_per_s"] > 0


@pytest.mark.parametrize(
    ("name", "arguments"), [("bench_step.py", ["--steps", "0"]), ("bench_density.py", ["--devices", "1"])]
)
def test_bad_arguments_are_refused(name: str, arguments: list[str]) -> None:
    ended = subprocess.run([sys.executable, str(SCRIPTS / name), *arguments], capture_output=True, check=False)
    assert ended.returncode == 2
