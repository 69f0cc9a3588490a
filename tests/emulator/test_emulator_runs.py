"""Runs of the basics suite on stand-ins: they work, and what breaks is an infrastructure error, never a reward."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.emulator.rig import Rig

TASKS = 4


def farm(rig: Rig, *arguments: str, backend: str = "") -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "ANDROID_SDK_ROOT": str(rig.root),
        "ANDROID_AVD_HOME": str(rig.root / "avd"),
        "HOME": str(rig.home),
        "PYTHONPATH": os.getcwd(),
    }
    command = [sys.executable, "-m", "device_farm.cli.main", *arguments]
    if backend:
        command += ["--backend", backend]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, env=environment)


def evaluate(rig: Rig, out: Path, *arguments: str, backend: str = "emulator") -> tuple[int, dict[str, Any], str]:
    words = ("eval", "--suite", "basics", "--platform", "android", "--policy", "expert", "--episodes", str(TASKS))
    ended = farm(rig, *words, "--json", "--out", str(out), *arguments, backend=backend)
    lines = ended.stdout.strip().splitlines()
    return ended.returncode, json.loads(lines[-1]) if lines else {}, ended.stdout + ended.stderr


def rewards(out: Path) -> list[Any]:
    """Outcome and reward of every stored attempt."""
    episodes = [json.loads(path.read_text("utf-8")) for path in out.glob("episodes/*/episode.json")]
    return [episode["episode"]["outcome"] for episode in episodes]


@pytest.mark.timeout(300)
def test_the_expert_wins_on_two_phones_of_one_snapshot(rig: Rig, tmp_path: Path) -> None:
    code, summary, said = evaluate(rig, tmp_path / "out", "--devices", "2")
    assert code == 0, said
    assert (summary["scored"], summary["success"], summary["infra_attempts"]) == (TASKS, TASKS, 0)
    assert rig.logs().count("Boot completed") == 2
    assert "stand-ins" in (tmp_path / "out" / "report.html").read_text("utf-8")


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    "fault",
    [
        "die-after=4 x1",
        pytest.param("hang-after=4 x1", marks=pytest.mark.slow),
        pytest.param("crash-at-start x1", marks=pytest.mark.slow),
    ],
)
def test_a_phone_that_breaks_is_replaced_and_its_task_done_again(rig: Rig, tmp_path: Path, fault: str) -> None:
    rig.faults(fault)
    code, summary, said = evaluate(rig, tmp_path / "out", "--devices", "1")
    assert code in (0, 4), said
    assert (summary["scored"], summary["success"]) == (TASKS, TASKS), said
    broke_off = [outcome for outcome in rewards(tmp_path / "out") if outcome["kind"] != "scored"]
    assert len(broke_off) == (0 if fault.startswith("crash") else 1)
    assert all(outcome["kind"] == "infra_error" and outcome.get("reward") is None for outcome in broke_off)


@pytest.mark.timeout(300)
def test_without_retries_a_dead_phone_is_an_infrastructure_error_and_no_zero(rig: Rig, tmp_path: Path) -> None:
    rig.faults("die-after=4 x1")
    code, summary, said = evaluate(rig, tmp_path / "out", "--devices", "1", "--retries", "0")
    assert code == 4, said
    assert (summary["infra_error"], summary["scored"], summary["success"]) == (1, TASKS - 1, TASKS - 1)
    assert summary["success_rate"] == 1.0


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_emulators_that_never_boot_end_the_run_with_the_reason(rig: Rig, tmp_path: Path) -> None:
    rig.faults("never-boots")
    backend = "emulator=deadlines.booted_s=2"
    code, _, said = evaluate(rig, tmp_path / "out", "--devices", "1", backend=backend)
    assert code not in (0, 2), said
    assert "took longer than 2 s" in said
    assert "Traceback" not in said


def test_a_snapshot_that_does_not_fit_is_a_missing_prerequisite(rig: Rig, tmp_path: Path) -> None:
    (rig.root / "emulator" / "source.properties").write_text("Pkg.Revision=36.1.9\nPkg.BuildId=1\n", "utf-8")
    code, _, said = evaluate(rig, tmp_path / "out")
    assert code == 3 and "farm emulator prepare" in said and "Traceback" not in said


@pytest.mark.timeout(300)
def test_prepare_takes_a_snapshot_that_a_fleet_starts_from(rig: Rig, tmp_path: Path) -> None:
    words = ("emulator", "prepare", "farm", "--set", "snapshot=mine", "--run", "settings put global farm_mark 7")
    ended = farm(rig, *words, "--json")
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout)["snapshot"] == "mine"
    assert "starting from it" in ended.stderr
    checks = ("check", "--only", "observe_is_complete", "--only", "reset_undoes_everything")
    checked = farm(rig, *checks, backend="emulator=farm,snapshot=mine")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_prepare_that_fails_says_why_and_saves_nothing(rig: Rig) -> None:
    ended = farm(rig, "emulator", "prepare", "--set", "snapshot=mine", "--run", "false")
    assert ended.returncode == 1 and "'false' exited with 1" in ended.stderr and "Traceback" not in ended.stderr
    assert not (rig.avd / "snapshots" / "mine").exists()
    missing = farm(rig, "emulator", "prepare", "nobody")
    assert missing.returncode == 2 and "there is farm" in missing.stderr
