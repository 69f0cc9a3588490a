"""The examples of docs/bring-your-own-app.md and docs/bring-your-own-task.md, as a reader would use them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
_BLOCK = re.compile(r"```python\n# (\w+\.py)\n(.*?)```", re.DOTALL)
SUITE = ("--suite", "shopping_tasks:SUITE", "--app", "shopping:Shopping")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the modules that the two pages show."""
    there = tmp_path_factory.mktemp("reader")
    for page in ("bring-your-own-app.md", "bring-your-own-task.md"):
        found = _BLOCK.findall((DOCS / page).read_text("utf-8"))
        assert found, page
        for name, code in found:
            (there / name).write_text(code, "utf-8")
    return there


def farm(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "device_farm.cli.main", *arguments]
    # As installed: the current folder is on the path only because farm puts it there.
    environment = {**os.environ, "PYTHONSAFEPATH": "1"}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=110
    )


def result(done: subprocess.CompletedProcess[str]) -> dict[str, object]:
    assert done.returncode == 0, done.stderr[-3000:]
    said: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return said


def test_expert_of_the_pages_wins_on_three_seeds(folder: Path) -> None:
    arguments = ("--policy", "expert", "--combinations", "3", "--devices", "2", "--out", "expert", "--json")
    said = result(farm(folder, "eval", *SUITE, *arguments))
    assert said["tasks"] == {"AddItem": [1.0] * 3, "CountItems": [1.0] * 3}


def test_noop_on_the_pages_wins_nothing(folder: Path) -> None:
    arguments = ("--policy", "noop", "--combinations", "1", "--devices", "1", "--out", "noop", "--json")
    said = result(farm(folder, "eval", *SUITE, *arguments))
    assert said["tasks"] == {"AddItem": 0.0, "CountItems": 0.0} and said["noop_total"] == 0.0


def test_task_of_the_pages_takes_a_parameter_and_its_run_is_confirmed(folder: Path) -> None:
    arguments = ("AddItem", "--param", "title=Green tea", "--policy", "expert", "--out", "one")
    done = farm(folder, "run", *SUITE, *arguments)
    assert done.returncode == 0 and "Green tea" in done.stdout, done.stdout + done.stderr
    refused = farm(folder, "verify", "one")
    assert refused.returncode == 2 and "--app shopping:Shopping" in refused.stderr
    confirmed = farm(folder, "verify", "one", *SUITE)
    assert confirmed.returncode == 0, confirmed.stdout + confirmed.stderr


@pytest.mark.parametrize(
    ("module", "before", "after", "arguments", "complaint"),
    [
        ("shopping", "\"com.example.shopping\"", "\"shopping\"", ("simulator", "--app", "x:Shopping"),
         "x:Shopping.package: 'shopping' is no package name (write for example"),
        ("shopping", "activity=ItemList()", "activity=ItemList", ("simulator", "--app", "x:Shopping"),
         "x:Shopping.activities[0].activity: ItemList is not the object of an Activity (write activity=ItemList())"),
        ("shopping", "CREATE TABLE", "CREATE TABEL", ("simulator", "--app", "x:Shopping"),
         "cannot be installed: OperationalError"),
        ("shopping", "label = \"Shopping\"", "label = \"\"", ("simulator", "--app", "x:Shopping"), "x:Shopping.label"),
        ("shopping", "", "", ("simulator", "--app", "x:Shoping"), "did you mean Shopping?"),
        ("shopping", "", "", ("simulator", "--app", "x:SCHEMA"), "is a str, not an App"),
        ("shopping", "", "", ("simulator", "--app", "absent:App"), "cannot import 'absent:App'"),
        ("shopping_tasks", "“{title}”", "“{titel}”", ("eval", "--suite", "x:SUITE"),
         "x:SUITE.templates[0].goal: {titel} is no parameter of AddItem (declare it in params"),
        ("shopping_tasks", "CountItems())", "CountItems)", ("eval", "--suite", "x:SUITE"),
         "x:SUITE.templates[1]: CountItems is not the object of a TaskTemplate (write CountItems())"),
        ("shopping_tasks", "name = \"CountItems\"", "name = \"AddItem\"", ("eval", "--suite", "x:SUITE"),
         "x:SUITE.templates[1].name: 'AddItem' is there twice"),
        ("shopping_tasks", "max_steps = 6", "max_steps = 0", ("eval", "--suite", "x:SUITE"),
         "x:SUITE.templates[1].max_steps: 0 is out of range"),
        ("shopping_tasks", "from shopping import", "from shoping import", ("eval", "--suite", "x:SUITE"),
         "cannot import 'x:SUITE'"),
        ("shopping_tasks", "SUITE = Suite", "1 / 0\nSUITE = Suite", ("eval", "--suite", "x:SUITE"),
         "ZeroDivisionError"),
    ],
)  # fmt: skip
def test_mistake_names_the_attribute_and_the_fix(
    module: str, before: str, after: str, arguments: tuple[str, ...], complaint: str, folder: Path, tmp_path: Path
) -> None:
    for name in ("shopping.py", "shopping_tasks.py"):
        (tmp_path / name).write_text((folder / name).read_text("utf-8"), "utf-8")
    code = (folder / f"{module}.py").read_text("utf-8")
    assert before in code
    (tmp_path / "x.py").write_text(code.replace(before, after) if before else code, "utf-8")
    done = farm(tmp_path, *arguments)
    assert done.returncode == 2, done.stdout + done.stderr
    assert complaint in done.stderr and "Traceback" not in done.stderr


def test_template_without_an_expert_is_the_policys_failure(folder: Path, tmp_path: Path) -> None:
    code = (folder / "shopping_tasks.py").read_text("utf-8")
    bare = re.sub(r"    def expert\(self.*?\n\n\n", "\n", code, flags=re.DOTALL)
    assert "def expert" not in bare
    (tmp_path / "x.py").write_text(bare, "utf-8")
    (tmp_path / "shopping.py").write_text((folder / "shopping.py").read_text("utf-8"), "utf-8")
    flags = ("--policy", "expert", "--combinations", "1", "--devices", "1", "--out", "r", "--json")
    done = farm(tmp_path, "eval", "--suite", "x:SUITE", "--app", "shopping:Shopping", *flags)
    assert result(done)["tasks"] == {"AddItem": "policy_error", "CountItems": "policy_error"}
