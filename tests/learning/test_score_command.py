"""`farm score sop` as its users call it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from device_farm.cli.main import main

STEP = {"action_content": {"action": "wait", "time": 1}, "screenshot": "a.png"}
OPEN = {"action_content": {"action": "open", "text": "Maps"}, "screenshot": "a.png"}
WAIT = '<think>t</think><action>{"action": "wait", "time": 1}</action>'


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    data, predictions = tmp_path / "d.jsonl", tmp_path / "p.jsonl"
    data.write_text(
        json.dumps({"goal": "one", "steps": [STEP, STEP]}) + "\n" + json.dumps({"goal": "two", "steps": [STEP, OPEN]})
    )
    predictions.write_text(json.dumps({"outputs": [WAIT, WAIT]}) + "\n" + json.dumps({"outputs": [WAIT, WAIT]}) + "\n")
    return data, predictions


def sop(data: Path, predictions: Path, *more: str) -> int:
    return main(["score", "sop", "--data", str(data), "--predictions", str(predictions), *more])


@pytest.mark.parametrize("scorer", ["strict", "legacy"])
def test_score_prints_fractions_with_and_without_open(
    files: tuple[Path, Path], scorer: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sop(*files, "--scorer", scorer, "--screen", "1080x2400", "--json") == 0
    result = json.loads(capsys.readouterr().out)
    assert (result["pg"], result["tsr"], result["score"]) == (0.75, 0.5, 0.625)
    assert (result["tasks"], result["steps"]) == (2, 4)
    assert (result["without_open"]["tsr"], result["with_open"]["tsr"]) == (1.0, 0.0)
    assert result["actions"]["Wait"] == {"steps": 3, "reached": 3, "type": 1.0, "exact": 1.0}
    assert result["first_failures"] == {"OpenApp": 1}
    assert set(result["interval_95"]) == {"pg", "tsr", "score"}


def test_score_prints_tables(files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert sop(*files, "--screen", "1080x2400") == 0
    assert "without open" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"outputs": 5}', "outputs: must be a list"),
        ('{"output": []}', "outputs: is missing"),
        ('{"outputs": [5]}', "outputs[0]: must be text or null"),
        ('{"outputs": [], "error": 5}', "error: must be text"),
        ('{"outputs": [NaN]}', "NaN is no number in JSON"),
        ("[]", "is no JSON object"),
        ("{", "is no JSON"),
    ],
)
def test_score_names_a_bad_prediction(
    files: tuple[Path, Path], line: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    data, predictions = files
    predictions.write_text(line + "\n")
    assert sop(data, predictions, "--screen", "1080x2400") == 1
    assert message in capsys.readouterr().err


def test_score_names_file_line_and_field_of_the_data(
    files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    data, predictions = files
    lines = data.read_text().splitlines()
    bad = {"action_content": {"action": "click", "coordinate": [1]}, "screenshot": "a.png"}
    data.write_text(lines[0] + "\n" + json.dumps({"goal": "two", "steps": [STEP, bad]}) + "\n")
    assert sop(data, predictions, "--screen", "1080x2400") == 1
    told = capsys.readouterr().err
    assert "d.jsonl:2" in told and "steps[1].action_content" in told and "coordinate" in told


def test_score_leaves_out_what_was_broken_off(files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    data, predictions = files
    broken = {"outputs": [WAIT, None], "error": "PolicyError: gone"}
    predictions.write_text(json.dumps({"outputs": [WAIT, WAIT]}) + "\n" + json.dumps(broken) + "\n")
    assert sop(data, predictions, "--screen", "1080x2400", "--json") == 0
    result = json.loads(capsys.readouterr().out)
    assert (result["tasks"], result["unfinished"], result["pg"], result["missing"]) == (1, 1, 1.0, 0)
    assert sop(data, predictions, "--screen", "1080x2400") == 0
    assert "1 tasks were broken off" in capsys.readouterr().out


def test_score_refuses_files_of_unequal_length(files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    data, predictions = files
    predictions.write_text(json.dumps({"outputs": [WAIT]}) + "\n")
    assert sop(data, predictions, "--screen", "1080x2400") == 1
    assert "has fewer lines" in capsys.readouterr().err


def test_score_refuses_a_malformed_screen(files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert sop(*files, "--screen", "big") == 2
    assert "--screen: 'big' is not WxH" in capsys.readouterr().err


def test_score_of_published_data_gives_the_experts_own_actions_everything(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = Path(__file__).resolve().parents[3] / "shared" / "data" / "androidcontrol" / "eval_dev.jsonl"
    if not data.is_file():
        pytest.skip("needs AndroidControl's evaluation file of UI-S1")
    predictions = tmp_path / "p.jsonl"
    with data.open() as lines, predictions.open("w") as out:
        for line in lines:
            actions = [step["action_content"] for step in json.loads(line)["steps"]]
            outputs = [f"<think>t</think><action>{json.dumps(action)}</action>" for action in actions]
            out.write(json.dumps({"outputs": outputs}) + "\n")
    for scorer in ("strict", "legacy"):
        assert sop(data, predictions, "--scorer", scorer, "--screen", "1080x2400", "--json") == 0
        assert json.loads(capsys.readouterr().out)["tsr"] == 1.0
