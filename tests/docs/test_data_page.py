"""The commands and the example of docs/data.md, as a reader would use them."""

from __future__ import annotations

import asyncio
import json
import re
import runpy
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[2] / "docs" / "data.md").read_text("utf-8")
COMMANDS = [line[2:].partition(" # ")[0].strip() for line in PAGE.splitlines() if line.startswith("$ farm ")]
EXPORTS = [line for line in COMMANDS if line.startswith("farm export") and "parquet" not in line]


def farm(folder: Path, line: str, *more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "device_farm.cli.main", *shlex.split(line)[1:], *more]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=110)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    there = tmp_path_factory.mktemp("reader")
    collect = next(line for line in COMMANDS if line.startswith("farm collect"))
    done = farm(there, collect, "--episodes", "3", "--json")
    assert done.returncode == 0, done.stderr[-2000:]
    return there


@pytest.mark.parametrize("line", EXPORTS)
def test_export_of_the_page_writes_something(folder: Path, line: str) -> None:
    done = farm(folder, line, "--json")
    assert done.returncode == 0, done.stderr
    written = json.loads(done.stdout.splitlines()[-1])
    assert written["episodes"] == 3 and written["rows"] >= 3
    assert all((folder / path).is_file() for path in written["files"])


def test_example_of_the_page_makes_questions(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    monkeypatch.chdir(folder)
    example = folder / "example.py"
    example.write_text(code, encoding="utf-8")
    names = runpy.run_path(str(example))
    question = asyncio.run(names["questions"].question(3))
    assert question.reply and len(names["questions"]) > 50
    assert {"grounding", "backtrack_and_plan"} <= {
        exchange.kind for dialogue in names["dialogues"] for exchange in dialogue.exchanges
    }


def test_run_folder_of_the_page_is_evaluated_offline(folder: Path) -> None:
    done = farm(folder, "farm eval --offline --data demos --policy random --out off --json")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout.splitlines()[-1])
    scored = farm(folder, "farm score sop --data demos --predictions off/predictions.jsonl --json")
    assert scored.returncode == 0, scored.stderr
    again = json.loads(scored.stdout)
    assert again["tasks"] == result["tasks"] == 3 and again["score"] == result["score"]


def test_keys_of_the_page_exist() -> None:
    from gui_agent.history.config import HistoryConfig
    from gui_agent.policies.config import OpenAiConfig, TransformersConfig, VllmConfig

    table = PAGE.partition("| Key | |")[2]
    named = {
        key
        for row in table.splitlines()
        if row.startswith("| `")
        for key in re.findall(r"`([\w.]+)`", row.split("|")[1])
    }
    known = {*OpenAiConfig.model_fields, *TransformersConfig.model_fields, *VllmConfig.model_fields}
    known |= {f"history.{name}" for name in HistoryConfig.model_fields}
    assert named <= known and len(named) > 25
    # And the other way round: no key of the servers' section is left out.
    assert set(OpenAiConfig.model_fields) - named - {"history", "rest_s", "token_ids"} == set()
