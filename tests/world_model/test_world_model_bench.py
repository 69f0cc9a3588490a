from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "scripts/bench_world_model.py"


def test_bench_ends_with_its_figures_and_the_oracle_is_exact(tmp_path: Path) -> None:
    command = [sys.executable, str(SCRIPT), "--matches", "2", "--forks", "8", "--walk", "6", "--seed", "1"]
    command += ["--part", "basics", "--keep", str(tmp_path)]
    finished = subprocess.run(command, capture_output=True, text=True, check=True, timeout=110)
    figures = json.loads(finished.stdout.splitlines()[-1])
    prediction = figures["prediction"]
    assert prediction["oracle"]["f1"] == prediction["oracle"]["f1_changed"] == 1.0
    assert prediction["copy"]["f1_changed"] == 0.0
    assert 0 < prediction["copy"]["f1"] < 1
    assert prediction["copy"]["n"] == 6
    assert figures["forks"]["bare_s"] > figures["forks"]["acted_s"] > 0
    assert figures["matching"]["elements"] == 200


def test_bench_refuses_to_measure_nothing() -> None:
    finished = subprocess.run([sys.executable, str(SCRIPT), "--walk", "0"], capture_output=True, text=True, check=False)
    assert finished.returncode == 2
    assert "at least 1" in finished.stderr
