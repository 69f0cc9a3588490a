"""The commands and the example of docs/verification.md, as a reader would use them."""

from __future__ import annotations

import contextlib
import io
import json
import re
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from device_farm.cli.main import main

PAGE = (Path(__file__).parents[2] / "docs" / "verification.md").read_text("utf-8")


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


def farm(folder: Path, line: str) -> Done:
    stdout, stderr = io.StringIO(), io.StringIO()
    with (
        contextlib.chdir(folder),
        contextlib.redirect_stdout(stdout),
        contextlib.redirect_stderr(stderr),
        contextlib.ExitStack() as stack,
    ):
        sys.path.insert(0, str(folder))
        stack.callback(sys.path.remove, str(folder))
        try:
            code = int(main(shlex.split(line)[1:]))
        except SystemExit as error:  # argparse
            code = int(error.code or 0)
    return Done(code, stdout.getvalue(), stderr.getvalue())


def line_with(words: str) -> str:
    (found,) = [line[2:] for line in PAGE.splitlines() if line.startswith("$ farm ") and words in line]
    return found


def last(done: Done) -> dict[str, Any]:
    assert done.returncode == 0, done.stderr[-2000:]
    document: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return document


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With the modules and the config of the page, and its run of two tasks."""
    there = tmp_path_factory.mktemp("reader")
    for name, code in re.findall(r"```python\n# (\w+\.py)\n(.*?)```", PAGE, re.DOTALL):
        (there / name).write_text(code, "utf-8")
    (config,) = re.findall(r"\$ cat verifier\.toml\n(.*?)\$ farm", PAGE, re.DOTALL)
    (there / "verifier.toml").write_text(config.replace(":8000", ":9"), "utf-8")
    done = farm(there, line_with("--tasks PhoneWifi,PhoneBluetooth"))
    assert done.returncode == 0, done.stderr
    return there


def test_example_judges_what_it_knows_and_leaves_the_rest_undecided(folder: Path) -> None:
    values = last(farm(folder, line_with("my_verifier:WifiVerifier")))
    shown = next(json.loads(line) for line in PAGE.splitlines() if line.startswith('{"verifier": "wifi"'))
    assert {name: values[name] for name in values if name != "cost"} == {
        name: shown[name] for name in shown if name != "cost"
    }
    assert (values["success"], values["undecided"], values["faults"]) == (1, 1, 0)


def test_model_that_is_away_leaves_everything_undecided(folder: Path) -> None:
    retries = "--set verifier.model.retries=0"
    values = last(farm(folder, f"farm verify runs/wifi --config verifier.toml {retries} --offline --json"))
    assert (values["verifier"], values["undecided"], values["faults"], values["disagreements"]) == ("qwen", 2, 2, 0)
    assert (
        last(farm(folder, f"farm verify runs/wifi --config verifier.toml {retries} --offline --json"))["judged_now"]
        == 2
    )


def test_options_of_the_page_are_there(folder: Path) -> None:
    for command, flags in (
        ("farm verify --help", ("--verifier", "--again", "--sample", "--offline")),
        ("farm verify audit --help", ("--verifier", "--seeds", "--androidworld-python")),
        ("farm collect --help", ("--verifier", "--reject-satisfied")),
        ("farm train --help", ("--verifier",)),
    ):
        said = farm(folder, command).stdout
        assert all(flag in said for flag in flags), command
