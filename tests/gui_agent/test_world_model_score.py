"""`farm world-model score`: a predictor on a run's transitions, beside a copy; over the wire for models."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fake_suite import SUITE, CountTo, fake_source, run
from test_policy_openai import ChatServer, completion, serving

from device_farm.cli.main import build_parser
from device_farm.errors import ConfigError, DataError
from gui_agent.commands.world_model_scoring import run_score
from gui_agent.export.transitions import export_transitions
from gui_agent.policies.expert import ExpertPolicy
from gui_agent.runner.episode import EpisodeRunner
from gui_agent.runner.queue import Assignment
from gui_agent.store.reader import RunReader
from gui_agent.store.writer import RunWriter


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two presses of the fake device's Add: 0 becomes 1 becomes 2."""
    path = tmp_path_factory.mktemp("runs") / "run"

    async def collect() -> None:
        source = await fake_source(1)
        with RunWriter(path, {"suite": SUITE.name, "seed": 0, "policy": {"type": "expert"}}) as writer:
            async with ExpertPolicy(lambda task: CountTo()) as policy, source.lease("android") as device:
                task = CountTo().task(SUITE.name, 0, {"count": 2})
                writer.add(await EpisodeRunner(policy, lambda task: CountTo()).run(device, Assignment(task=task)))

    run(collect())
    return path


async def scored(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[dict[str, Any], str]:
    namespace = build_parser(["world-model"]).parse_args(["world-model", "score", *arguments, "--json"])
    assert await run_score(namespace) == 0
    said = capsys.readouterr().out
    return json.loads(said.splitlines()[-1]), said


def by_model(port: int) -> str:
    model = {"type": "openai", "model": "m", "base_urls": [f"http://127.0.0.1:{port}/v1"], "retries": 0}
    told = ", ".join(f"{name} = {json.dumps(value)}" for name, value in model.items())
    return f"lookahead.model={{{told}}}"


def asked_in(body: dict[str, Any]) -> str:
    (part,) = body["messages"][-1]["content"]
    return str(part["text"])


async def over_the_wire(
    capsys: pytest.CaptureFixture[str], folder: Path, says: Callable[[str], str]
) -> tuple[dict[str, Any], str, ChatServer]:
    def answer(body: dict[str, Any], number: int) -> tuple[int, dict[str, Any] | str, dict[str, str]]:
        return 200, completion(says(asked_in(body))), {}

    async with serving(answer) as server:
        figures, said = await scored(capsys, str(folder), "--predictor", "model", "--set", by_model(server.port))
    return figures, said, server


def screen_of(asked: str) -> str:
    return asked.partition("Screen:\n")[2].partition("\n\nAction:")[0]


def counted_on(asked: str) -> str:
    """The screen with its count one higher, as pressing Add makes it."""
    return re.sub(
        r"text='(count )?(\d+)'", lambda found: f"text='{found[1] or ''}{int(found[2]) + 1}'", screen_of(asked)
    )


def test_score_of_a_copy_finds_nothing_of_what_changed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    figures, said = run(scored(capsys, str(folder)))
    assert (figures["predictor"], figures["n"], figures["n_changed"]) == ("copy", 2, 2)
    assert figures["f1_changed"] == 0.0 and 0 < figures["f1"] < 1 and figures["miou"] == 1.0
    assert figures["copy"] == {name: figures[name] for name in figures["copy"]}
    assert figures["skipped_steps"] == {"ends": 1} and "steps left out: 1 ends" in said


def test_score_of_a_model_that_is_right_is_perfect(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    figures, said, server = run(over_the_wire(capsys, folder, counted_on))
    assert len(server.requests) == 2 and "Action: click at 32,52 on 'Add'" in asked_in(server.requests[0])
    assert (figures["f1"], figures["f1_changed"], figures["text_similarity_changed"]) == (1.0, 1.0, 1.0)
    assert figures["copy"]["f1_changed"] == 0.0 and figures["tokens_per_prediction"] == 120.0
    assert figures["predictor"] == "model:m" and "model:m on 2 transitions" in said


def test_score_of_a_model_that_copies_is_that_of_the_copy(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    figures, _, _ = run(over_the_wire(capsys, folder, screen_of))
    assert {name: figures[name] for name in figures["copy"]} == figures["copy"]


def test_score_counts_what_is_no_prediction(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    figures, said, _ = run(over_the_wire(capsys, folder, lambda asked: "I would rather not."))
    assert figures["faults"] == {"parse": 2} and figures["f1"] == 0.0 and figures["copy"]["f1"] > 0
    assert "no prediction: 2 parse; the first: parse: no line could be read" in said


def test_score_reads_exported_transitions_as_well(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    export_transitions(RunReader(folder), tmp_path, success_only=False, seed=0)
    path = tmp_path / "transitions_train.jsonl"
    figures, _ = run(scored(capsys, str(path)))
    whole, _ = run(scored(capsys, str(folder)))
    assert figures["f1"] == whole["f1"] and figures["n"] == 2 and figures["skipped_steps"] == {}
    with pytest.raises(ConfigError, match="does not say what succeeded"):
        run(scored(capsys, str(path), "--success-only"))


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--predictor", "guess"), "one of: copy, oracle, model"),
        (("--predictor", "oracle"), "a stored run has none"),
        (("--predictor", "model"), "add a section model"),
        (("--set", "lookahead.type='copy'", "--set", "lookahead.temperature=1"), "lookahead.temperature"),
    ],
)
def test_score_refuses_what_it_cannot_ask(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], complaint: str
) -> None:
    with pytest.raises(ConfigError, match=re.escape(complaint)):
        run(scored(capsys, str(folder), *arguments))


def test_score_of_nothing_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    empty = tmp_path / "transitions_test_apps.jsonl"
    empty.write_text("", "ascii")
    with pytest.raises(DataError, match=r"test_apps.jsonl holds no transition to score"):
        run(scored(capsys, str(empty)))
