"""`farm verify bench` on simulated phones: the contract, going on where it was stopped, and bad input."""

from __future__ import annotations

import contextlib
import gzip
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from device_farm.cli.main import main
from gui_agent.labelled.file import SHIPPED, read_labelled, write_labelled

TWO = ("--verifiers", "scripted,agentic")


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str

    @property
    def values(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.stdout.strip().splitlines()[-1])
        return document


def bench(*arguments: str) -> Done:
    stdout, stderr = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr):
        try:
            code = int(main(("verify", "bench", *arguments)))
        except SystemExit as error:  # argparse
            code = int(error.code or 0)
    return Done(code, stdout.getvalue(), stderr.getvalue())


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    """Three of the set's successes, and three attempts that did what was asked for and something else as well."""
    episodes = [one for one in read_labelled().episodes if one.platform == "android" and one.label.reward >= 1]
    done = [one for one in episodes if one.kind == "expert"][:3]
    too_much = [one for one in episodes if one.kind == "side_effect" and not one.label.success][:3]
    path = tmp_path_factory.mktemp("labelled") / SHIPPED
    write_labelled(path, [*done, *too_much])
    return ("--labelled", str(path), "--devices", "2")


def test_bench_of_all_verifiers_ends_with_the_contracted_object(small: tuple[str, ...]) -> None:
    done = bench(*small, "--json")
    assert done.returncode == 0, done.stderr
    values = done.values
    assert (values["episodes"], values["not_reproduced"]) == (6, [])
    names = ["scripted", "last-screen", "trajectory", "unanimous", "agentic"]
    names += ["agentic-no-shell", "agentic-no-gui", "agentic-no-stages", "agentic-no-memory"]
    assert list(values["verifiers"]) == names
    wanted = {"accuracy", "precision", "recall", "f1", "undecided", "n", "interval_95"}
    wanted |= {"steps", "images", "tokens", "seconds"}
    for figures in values["verifiers"].values():
        assert wanted <= set(figures["balanced"]) and wanted <= set(figures["at_10_percent"])
    assert set(values["kinds"]) == {"expert", "side_effect"}
    assert all(list(line) == names for line in values["kinds"].values())
    # Evaluators look at what a task asks for only; the verifier sees that more was changed.
    assert values["kinds"]["side_effect"]["scripted"] == 0.0
    assert values["kinds"]["side_effect"]["agentic"] == 1.0
    assert values["verifiers"]["scripted"]["balanced"]["recall"] == 1.0
    assert values["verifiers"]["agentic"]["balanced"]["seconds"] > 0
    assert values["simulated_majority"]["wraps"] == "agentic"
    assert done.stdout.splitlines()[-5].startswith("agentic-no-shell ")


def test_bench_that_was_stopped_goes_on_where_it_was(tmp_path: Path, small: tuple[str, ...]) -> None:
    folder = tmp_path / "kept"
    first = bench(*small, *TWO, "--out", str(folder), "--json")
    assert first.returncode == 0, first.stderr
    file = folder / "verdicts.jsonl"
    lines = file.read_bytes().splitlines(keepends=True)
    assert len(lines) == 6
    # Killed in the middle of the fourth line.
    file.write_bytes(b"".join(lines[:3]) + lines[3][:40])
    again = bench(*small, *TWO, "--out", str(folder), "--json")
    assert again.returncode == 0, again.stderr
    now = file.read_bytes().splitlines(keepends=True)
    assert now[:3] == lines[:3] and len(now) == 6
    for name in ("scripted", "agentic"):
        then, later = (done.values["verifiers"][name]["balanced"] for done in (first, again))
        assert {**then, "seconds": 0} == {**later, "seconds": 0}
    # All is there: nothing is done again.
    assert bench(*small, *TWO, "--out", str(folder)).returncode == 0
    assert file.read_bytes() == b"".join(now)
    other = bench(*small, "--verifiers", "scripted", "--out", str(folder))
    assert other.returncode == 2 and "verdicts of other verifiers" in other.stderr
    file.write_bytes(b'{"episode": 3}\n' + b"".join(now))
    broken = bench(*small, *TWO, "--out", str(folder))
    assert broken.returncode != 0 and "line 1" in broken.stderr and "--out" in broken.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--verifiers", "scripted,agentc"), "unknown name 'agentc'"),
        (("--kinds", "experts"), "unknown name 'experts'"),
        (("--sample", "0"), "0 is not at least 1"),
        (("--runs", "3"), "name a model with --model"),
        (("--platform", "desktop", "--kinds", "mini"), "no labelled episode is left"),
    ],
)
def test_bench_refuses_bad_input_before_any_device_starts(arguments: tuple[str, ...], said: str) -> None:
    done = bench(*arguments)
    assert done.returncode == 2 and said in done.stderr


def test_bench_names_the_line_of_a_damaged_set_and_the_fix(tmp_path: Path) -> None:
    path = tmp_path / SHIPPED
    write_labelled(path, read_labelled().episodes[:3])
    lines = gzip.decompress(path.read_bytes()).splitlines(keepends=True)
    path.write_bytes(gzip.compress(b"".join(lines[:2]) + lines[2][:70]))
    done = bench("--labelled", str(path))
    assert done.returncode != 0 and "line 3" in done.stderr and "make_labelled.py" in done.stderr
    path.write_bytes(gzip.compress(b"".join((*lines[:2], b'{"id": 7}\n', *lines[3:]))))
    done = bench("--labelled", str(path))
    assert done.returncode != 0 and "line 3" in done.stderr and "make_labelled.py" in done.stderr
    assert "Traceback" not in done.stderr
