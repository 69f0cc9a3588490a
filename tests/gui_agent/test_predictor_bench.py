"""The held-out figures of predictors: their intervals, and the bench from transitions to one JSON object."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "world_model"))

from sketcher_phone import HOME, OFF, SOUND, WIFI, page, transition, transitions

from device_farm.cli.main import build_parser
from device_farm.errors import ConfigError, DataError
from device_farm.types.action import Click
from gui_agent.commands.world_model_bench import run_bench
from gui_agent.commands.world_model_scoring import run_score
from gui_agent.lookahead.config import ModelLookaheadConfig
from gui_agent.transitions.intervals import difference, interval_of, scored, summary
from gui_agent.transitions.lines import line_of
from gui_agent.transitions.parts import spread
from gui_agent.transitions.predictor_bench import PredictorBench
from gui_agent.transitions.recorded import Recorded
from world_model.matching.scores import compare
from world_model.sketcher.weight_file import write_sketcher


def recorded(count: int = 100) -> list[Recorded]:
    return [Recorded(transition=one, origin=f"e{at // 2}/{at % 2}") for at, one in enumerate(transitions())][:count]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "transitions"
    path.mkdir()
    for name, count in (("train", 100), ("test_templates", 4), ("test_apps", 3)):
        text = "".join(f"{line_of(one)}\n" for one in recorded(count))
        (path / f"transitions_{name}.jsonl").write_text(text, "ascii")
    return path


def test_interval_is_over_episodes_not_over_their_steps() -> None:
    """Two episodes, of three steps at 1 and of one at 0: the mean is 3/4, and an episode drawn twice stands alone."""
    one = {"a/0": {"f1": 1.0}, "a/1": {"f1": 1.0}, "a/2": {"f1": 1.0}, "b/0": {"f1": 0.0}}
    assert interval_of([one], "f1") == (0.75, [0.0, 1.0])
    alike = {origin: {"f1": 0.5} for origin in one}
    assert interval_of([alike, alike], "f1") == (0.5, [0.5, 0.5])


def test_interval_of_nothing_is_null() -> None:
    assert interval_of([{}], "f1") == (None, None)
    assert interval_of([{"a/0": {"f1": 1.0}}], "f1_changed") == (None, None)


def test_difference_is_paired_by_transition_and_seed() -> None:
    fixed = [{"a/0": {"f1": 0.2}, "b/0": {"f1": 0.9}}, {"a/0": {"f1": 0.3}, "b/0": {"f1": 0.8}}]
    other = [{"a/0": {"f1": 0.3}, "b/0": {"f1": 1.0}}, {"a/0": {"f1": 0.4}, "b/0": {"f1": 0.9}}]
    told = difference(other, fixed, "f1")
    assert told["difference"] == pytest.approx(0.1)
    assert told["interval_95"] == pytest.approx([0.1, 0.1])


def test_summary_keeps_changed_elements_apart() -> None:
    stays = transition(HOME, Click(at=SOUND.box.center), HOME)
    opens = transition(HOME, Click(at=WIFI.box.center), page(OFF))
    told = {f"e/{at}": compare(one.before, one.before, one.after) for at, one in enumerate((stays, opens))}
    found = summary([scored(told)])
    assert (found["n"], found["n_changed"], found["f1_changed"]) == (2, 1, 0.0)
    assert 0.5 < found["f1"] < 1 and found["f1_95"][0] <= found["f1"] <= found["f1_95"][1]


def test_spread_keeps_even_gaps() -> None:
    assert [one.origin for one in spread(recorded(), 3)] == ["e0/0", "e2/0", "e4/1"]
    assert spread(recorded(2), 9) == spread(recorded(2), None) == recorded(2)


def test_bench_ends_with_every_predictor_on_both_tests(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("torch", reason="torch is not installed")
    line = ["world-model", "bench", "--part", "predictors", "--small", "--json", "--sample", "3"]
    line += ["--transitions", str(folder), "--out", str(tmp_path / "out")]
    namespace = build_parser(["world-model"]).parse_args(line)
    assert asyncio.run(run_bench(namespace)) == 0
    found = json.loads(capsys.readouterr().out.splitlines()[-1])["predictors"]
    assert list(found) == ["copy", "fixed", "random", "matched", "transport"]
    for tests in found.values():
        assert tests["test_templates"]["n"] == tests["test_apps"]["n"] == 3
        assert all(0 <= tests["test_apps"][name] <= 1 for name in ("f1", "miou", "text_similarity", "f1_changed"))
    assert found["copy"]["test_templates"]["f1_changed"] == 0


def test_pieces_that_are_there_are_not_made_again(folder: Path, tmp_path: Path) -> None:
    from test_sketcher_file import sketcher

    told: list[str] = []
    bench = PredictorBench(keep=tmp_path / "keep", transitions=folder, orders=("fixed",), tell=told.append)
    (bench.keep / "sketchers").mkdir(parents=True)
    write_sketcher(bench.keep / "sketchers" / "fixed-0.npz", sketcher())
    asyncio.run(bench.train())
    assert told == []
    first = asyncio.run(bench.figures())
    assert [text for text in told if "training" in text] == [] and len(told) == 4
    assert asyncio.run(replace(bench, tell=pytest.fail).figures()) == first
    assert set(first["predictors"]) == {"copy", "fixed"} and first["margins"] == {}


def test_a_folder_without_transitions_is_refused_before_anything_is_done(tmp_path: Path) -> None:
    line = [
        "world-model",
        "bench",
        "--part",
        "predictors",
        "--transitions",
        str(tmp_path),
        "--out",
        str(tmp_path / "o"),
    ]
    with pytest.raises(ConfigError, match="is not there") as caught:
        asyncio.run(run_bench(build_parser(["world-model"]).parse_args(line)))
    assert caught.value.field == "--transitions" and not (tmp_path / "o").exists()


def test_torn_transitions_name_file_and_line(folder: Path, tmp_path: Path) -> None:
    path = folder / "transitions_test_apps.jsonl"
    path.write_text(path.read_text("ascii")[:-40], "ascii")
    line = ["world-model", "bench", "--part", "predictors", "--transitions", str(folder), "--out", str(tmp_path / "o")]
    with pytest.raises(DataError, match=r"transitions_test_apps\.jsonl:3"):
        asyncio.run(run_bench(build_parser(["world-model"]).parse_args(line)))


def test_score_takes_a_sketcher_in_place_of_a_model(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from test_sketcher_file import sketcher

    path = write_sketcher(tmp_path / "small.npz", sketcher())
    line = ["world-model", "score", str(folder / "transitions_train.jsonl"), "--predictor", "model", "--json"]
    line += ["--set", f"lookahead.sketcher={json.dumps(str(path))}"]
    assert asyncio.run(run_score(build_parser(["world-model"]).parse_args(line))) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (told["predictor"], told["n"], told["tokens_per_prediction"]) == ("sketcher:small", 14, 0)
    path.write_bytes(b"PK")
    with pytest.raises(DataError, match=r"small\.npz"):
        asyncio.run(run_score(build_parser(["world-model"]).parse_args(line)))


def test_looking_ahead_with_neither_model_nor_sketcher_is_refused() -> None:
    with pytest.raises(ValueError, match="or name a sketcher"):
        ModelLookaheadConfig()
    assert ModelLookaheadConfig(sketcher="at.npz").model is None
