"""`farm androidworld`: where AndroidWorld is looked for, and what is said where it is not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from world_rig import androidworld_python, stand_in

from device_farm.errors import PrerequisiteError
from gui_agent.benchmarks.androidworld.install import BUILD_REQUIREMENTS, COMMIT
from gui_agent.benchmarks.androidworld.settings import AndroidWorldConfig, effective_wait_scale, interpreter


def farm(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "device_farm.cli.main", *arguments]
    kept = {name: value for name, value in os.environ.items() if name != "FARM_ANDROIDWORLD_PYTHON"}
    return subprocess.run(command, env=kept | environment, capture_output=True, text=True, check=False, timeout=110)


def test_interpreter_comes_from_config_then_environment_then_the_default_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    for folder in (one, other):
        folder.mkdir()
        stand_in(folder, {})
    monkeypatch.delenv("FARM_ANDROIDWORLD_PYTHON", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    with pytest.raises(PrerequisiteError, match="not installed") as raised:
        interpreter(AndroidWorldConfig())
    assert raised.value.fix == "farm androidworld install"
    default = tmp_path / "data" / "farm" / "androidworld" / "bin" / "python"
    default.parent.mkdir(parents=True)
    default.symlink_to(one / "python")
    assert interpreter(AndroidWorldConfig()) == default
    monkeypatch.setenv("FARM_ANDROIDWORLD_PYTHON", str(other / "python"))
    assert interpreter(AndroidWorldConfig()) == other / "python"
    assert interpreter(AndroidWorldConfig(python=str(one / "python"))) == one / "python"


def test_waits_are_whole_except_where_every_phone_is_simulated() -> None:
    assert effective_wait_scale(AndroidWorldConfig(), simulated=False) == 1.0
    assert effective_wait_scale(AndroidWorldConfig(), simulated=True) == 0.02
    assert effective_wait_scale(AndroidWorldConfig(wait_scale=0.0), simulated=False) == 0.0


def test_without_androidworld_every_command_ends_with_3_and_the_install_command(tmp_path: Path) -> None:
    for arguments in (
        ("eval", "--suite", "androidworld"),
        ("androidworld", "check"),
        ("run", "--suite", "androidworld"),
    ):
        done = farm(*arguments, XDG_DATA_HOME=str(tmp_path))
        assert done.returncode == 3, (arguments, done.stderr)
        assert "farm androidworld install" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--source", "."), "--source: . holds no android_world/suite_utils.py (git clone"),
        (("--source", "checkout", "--venv", "full"), "is not empty and is no virtual environment"),
    ],
)
def test_install_refuses_a_bad_place_before_it_downloads_anything(
    arguments: tuple[str, ...], complaint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "checkout" / "android_world").mkdir(parents=True)
    (tmp_path / "checkout" / "android_world" / "suite_utils.py").touch()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "precious.txt").touch()
    monkeypatch.chdir(tmp_path)
    done = farm("androidworld", "install", *arguments, XDG_DATA_HOME=str(tmp_path / "data"))
    assert done.returncode == 2 and complaint in done.stderr, done.stderr
    assert not (tmp_path / "data").exists() and (tmp_path / "full" / "precious.txt").exists()


def test_install_is_pinned_to_one_commit_and_a_setuptools_that_builds_it() -> None:
    assert len(COMMIT) == 40 and int(COMMIT, 16) >= 0
    assert "setuptools<81" in BUILD_REQUIREMENTS


def test_check_tells_how_many_tasks_there_are() -> None:
    python = androidworld_python()
    done = farm("androidworld", "check", "--androidworld-python", python, "--json")
    said = json.loads(done.stdout.splitlines()[-1])
    assert said["tasks"] == 116 and said["python"] == python
    assert done.returncode == (3 if said["missing"] else 0)
