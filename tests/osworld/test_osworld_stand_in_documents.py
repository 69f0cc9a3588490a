"""Documents of ours for OSWorld's own tasks: the same each time, laid where it looks, told apart by it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from device_farm.backends.config import XvfbConfig
from device_farm.backends.xvfb import XvfbBackend
from device_farm.errors import ConfigError, DataError, PrerequisiteError
from gui_agent.benchmarks.osworld import stand_ins
from gui_agent.benchmarks.osworld.experts import find_expert
from gui_agent.benchmarks.osworld.mirror import Mirror, assets_of
from gui_agent.benchmarks.osworld.stand_in_documents.model import StandIn
from gui_agent.benchmarks.osworld.stand_in_documents.write import assets_for, makers, write_stand_ins
from gui_agent.benchmarks.osworld.taskfile import TaskFile, read_tasks

COPIED_COLUMN = "1273e544-688f-496b-8d89-3e0f40aa0606"
PADDED_NUMBERS = "0bf05a7d-b28b-44d2-955a-50b41e24012a"
STRUCK = "72b810ef-4156-4d09-8f08-a0cf57e7cefe"
ALIGNED = "05dd4c1d-c489-4c85-8389-a7836c4f0567"
# Of these the metric wants an object further along than in the expected file, so that one is no solution.
MOVED = {
    "2b94c692-6abb-48ae-ab0b-b3e8a19cb340",
    "ac1b39ff-ee4d-4483-abce-c117e98942f0",
    "ed43c15f-00cb-4054-9c95-62c880865d68",
}
_METRICS = """
import json, sys
sys.path.insert(0, sys.argv[1])
from stand_ins import StandIns
sys.path.pop(0)
sys.meta_path.append(StandIns("desktop_env"))
import desktop_env.evaluators.metrics as metrics
scores = {}
for name, (func, files, options) in json.load(sys.stdin).items():
    scores[name] = float(getattr(metrics, func)(*files, **options))
print(json.dumps(scores))
"""


def task(name: str, *expected: str) -> TaskFile:
    """A task file of ours with a maker's id, that downloads one file and compares it with others."""
    file = {"url": f"https://example.invalid/{name}/open", "path": "/home/user/book.xlsx"}
    urls = [f"https://example.invalid/{name}/{dest}" for dest in expected]
    getter = {"type": "cloud_file", "path": urls, "dest": list(expected), "multi": True}
    document = {
        "id": name,
        "instruction": "Do it.",
        "config": [{"type": "download", "parameters": {"files": [file]}}],
        "evaluator": {"func": "compare_table", "expected": getter},
    }
    return TaskFile(name=name, domain="libreoffice_calc", document=document)


def osworld_tasks() -> list[TaskFile]:
    """OSWorld's own of the tasks that have stand-in documents; the test skips where its files are not there."""
    folder = os.environ.get("FARM_OSWORLD_TASKS", "")
    if not folder:
        pytest.skip("FARM_OSWORLD_TASKS names no folder of OSWorld's task files")
    return [file for file in read_tasks(Path(folder)) if file.id in makers()]


@pytest.mark.parametrize("name", sorted(makers()))
def test_stand_in_is_the_same_each_time(name: str) -> None:
    make = makers()[name]
    first = make()
    assert first == make()
    assert all((*first.sources, *first.expected))


@pytest.mark.parametrize("name", sorted(makers()))
def test_every_stand_in_has_an_expert(name: str) -> None:
    assert find_expert(task(name)) is not None


def test_stand_ins_are_laid_where_the_task_looks_for_them(tmp_path: Path) -> None:
    files = [task("someone-elses"), task(COPIED_COLUMN, "gold.xlsx"), task(PADDED_NUMBERS, "a.xlsx", "a-Sheet1.csv")]
    for _ in range(2):
        assert write_stand_ins(files, tmp_path / "mirror") == [COPIED_COLUMN, PADDED_NUMBERS]
    mirror = Mirror(tmp_path / "mirror")
    assert [len(mirror.missing(file)) for file in files] == [1, 0, 0]
    assert sorted(mirror.digests) == sorted(asset.path for file in files[1:] for asset in assets_of(file))
    mirror.seed(files[2], tmp_path / "cache")
    printed = (tmp_path / "cache" / PADDED_NUMBERS / "a-Sheet1.csv").read_text().splitlines()
    assert printed[:2] == ["Customer,Old ID,New 7 Digit ID", "Amber Ltd,12,0000012"]


def test_stand_ins_replace_no_other_file(tmp_path: Path) -> None:
    file = task(COPIED_COLUMN, "gold.xlsx")
    real = tmp_path / COPIED_COLUMN / "gold.xlsx"
    real.parent.mkdir()
    real.write_bytes(b"the real one")
    with pytest.raises(DataError, match="is another file"):
        write_stand_ins([file], tmp_path)
    assert real.read_bytes() == b"the real one"


def test_task_that_names_other_files_is_refused() -> None:
    with pytest.raises(DataError, match="names 3 files, and there are 2 stand-in documents"):
        assets_for(task(COPIED_COLUMN, "one.xlsx", "two.xlsx"), StandIn(sources=(b"x",), expected=(b"y",)))


def test_mirror_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ConfigError, match="cannot be written"):
        write_stand_ins([task(COPIED_COLUMN, "gold.xlsx")], tmp_path / "file")


def test_mirror_with_a_broken_list_of_digests_is_named(tmp_path: Path) -> None:
    (tmp_path / "digests.json").write_text("[")
    with pytest.raises(ConfigError, match="is no list of digests"):
        write_stand_ins([task(COPIED_COLUMN, "gold.xlsx")], tmp_path)
    assert not (tmp_path / COPIED_COLUMN).exists()


def test_osworld_finds_every_stand_in(tmp_path: Path) -> None:
    files = osworld_tasks()
    assert write_stand_ins(files, tmp_path) == [file.id for file in files]
    assert {file.id for file in files} == makers().keys()
    mirror = Mirror(tmp_path)
    assert [mirror.missing(file) for file in files] == [[]] * len(files)


def test_osworld_metrics_tell_the_expected_from_the_source(tmp_path: Path) -> None:
    python = os.environ.get("FARM_OSWORLD_PYTHON", "")
    if not python:
        pytest.skip("FARM_OSWORLD_PYTHON names no interpreter with OSWorld")
    files = osworld_tasks()
    write_stand_ins(files, tmp_path)
    judged = [file for file in files if file.document["evaluator"].get("expected")]
    before = _scores(python, {file.id: _question(file, tmp_path, solved=False) for file in judged})
    after = _scores(python, {file.id: _question(file, tmp_path, solved=True) for file in judged})
    assert before == {file.id: 0.0 for file in judged}
    assert after == {file.id: float(file.id not in MOVED) for file in judged}


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_experts_solve_what_a_no_op_does_not(tmp_path: Path) -> None:
    if not os.environ.get("FARM_OSWORLD_PYTHON", ""):
        pytest.skip("FARM_OSWORLD_PYTHON names no interpreter with OSWorld")
    chosen = [file for file in osworld_tasks() if file.id in (COPIED_COLUMN, STRUCK, ALIGNED)]
    try:
        XvfbBackend(XvfbConfig()).preflight()
    except PrerequisiteError as error:
        pytest.skip(str(error))
    write_stand_ins(chosen, tmp_path / "mirror")
    names = ",".join(file.id for file in chosen)
    words = ("--tasks-dir", os.environ["FARM_OSWORLD_TASKS"], "--assets", str(tmp_path / "mirror"), "--tasks", names)
    for policy, score in (("noop", 0.0), ("expert", 1.0)):
        command = [sys.executable, "-m", "device_farm.cli.main", "eval", "--suite", "osworld", "--policy", policy]
        command += [*words, "--devices", "1", "--out", str(tmp_path / policy), "--json"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.stdout.strip(), done.stderr[-2000:]
        assert json.loads(done.stdout.splitlines()[-1])["tasks"] == {file.id: score for file in chosen}


def _question(file: TaskFile, mirror: Path, *, solved: bool) -> list[Any]:
    """Metric, files and options: the expected file, or the source in its place, against the expected one."""
    source, expected, *printed = [mirror / asset.path for asset in assets_of(file)]
    result = expected if solved else source
    if printed and not solved:
        # What the office would print of the source: the source has no such file, the metric then says 0.
        result = expected.with_name(f"source{expected.suffix}")
        result.write_bytes(source.read_bytes())
    evaluator = file.document["evaluator"]
    return [evaluator["func"], [str(result), str(expected)], evaluator.get("options") or {}]


def _scores(python: str, questions: dict[str, list[Any]]) -> dict[str, float]:
    folder = str(Path(stand_ins.__file__).parent)
    asked = json.dumps(questions)
    done = subprocess.run([python, "-c", _METRICS, folder], input=asked, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    scores: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return scores
