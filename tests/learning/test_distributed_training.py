"""Two ranks over gloo on the CPU train as one process does: the same figures, weights and checkpoints."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("transformers", reason="transformers is not installed")

import rank_scenarios as scenarios  # noqa: E402

from device_farm.config import load_config  # noqa: E402
from device_farm.errors import ConfigError  # noqa: E402
from gui_agent.training.checkpoint import checkpoints, load_state, newest  # noqa: E402
from gui_agent.training.config import TrainConfig  # noqa: E402
from gui_agent.training.distributed.launch import check_gpus, torchrun  # noqa: E402
from gui_agent.training.distributed.split import split  # noqa: E402
from gui_agent.training.distributed.team import SOLO  # noqa: E402
from gui_agent.training.distributed.torch_team import place  # noqa: E402
from gui_agent.training.metrics import MetricsLog  # noqa: E402

pytestmark = pytest.mark.timeout(600)
TOLERANCE = 1e-5
"""Relative and absolute, float32: the ranks add up the same numbers in another order."""


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`1` holds the runs of one process, `2` those of two."""
    folder = tmp_path_factory.mktemp("ranks")
    said = scenarios.scenarios(SOLO, folder / "1", folder / "2")
    (folder / "said-1-0.json").write_text(json.dumps(said))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    path = os.pathsep.join(part for part in sys.path if part)
    shared = {**os.environ, "PYTHONPATH": path, "WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
    script = [sys.executable, scenarios.__file__, str(folder)]
    places = [{**shared, "RANK": str(rank), "LOCAL_RANK": str(rank), "OMP_NUM_THREADS": "1"} for rank in range(2)]
    ranks = [subprocess.Popen(script, env=env, stderr=subprocess.PIPE, text=True) for env in places]
    try:
        errors = [rank.communicate(timeout=570)[1] for rank in ranks]
    finally:
        for rank in ranks:
            rank.kill()
    assert [rank.returncode for rank in ranks] == [0, 0], "\n".join(errors)
    return folder


def said(runs: Path, size: int, rank: int) -> dict[str, Any]:
    record: dict[str, Any] = json.loads((runs / f"said-{size}-{rank}.json").read_text())
    return record


def records(run: Path) -> list[dict[str, Any]]:
    lines = MetricsLog(run / "metrics.jsonl").read()
    return [{name: value for name, value in line.items() if not name.endswith("_s")} for line in lines]


def close(run: Path, other: Path) -> None:
    """The same figures, trained state and exported policy, within the tolerance."""
    one, two = records(run), records(other)
    assert [line["update"] for line in one] == [1, 2, 3, 4, 5, 6]
    assert one == [pytest.approx(line, rel=TOLERANCE, abs=TOLERANCE) for line in two]
    first, second = (newest(folder / "checkpoints").folder for folder in (run, other))
    assert first is not None and second is not None
    before, after = load_state(first), load_state(second)
    same_tensors(before["module"], after["module"])
    same_tensors(before["optimiser"]["state"], after["optimiser"]["state"])
    assert before["source"] == after["source"]
    for path in (first / "policy").iterdir():
        same_tensors(torch.load(path), torch.load(second / "policy" / path.name))


def same_tensors(one: Any, other: Any) -> None:
    assert type(one) is type(other)
    if isinstance(one, torch.Tensor):
        torch.testing.assert_close(one, other, rtol=TOLERANCE, atol=TOLERANCE)
    elif isinstance(one, dict):
        assert list(one) == list(other)
        for key, value in one.items():
            same_tensors(value, other[key])
    else:
        assert one == other


@pytest.mark.parametrize("gather", ["update", "layer"])
@pytest.mark.parametrize("kind", ["", "odd-", "one-", "clipped-"])
def test_two_ranks_train_as_one_process(runs: Path, kind: str, gather: str) -> None:
    close(runs / "2" / f"{kind}{gather}", runs / "1" / f"{kind}{gather}")


def test_clips_bind_in_the_later_steps_of_an_update(runs: Path) -> None:
    assert all(line["clip_fraction"] > 0 for line in records(runs / "2" / "clipped-update"))


@pytest.mark.parametrize("recipe", ["sft", "semi-online"])
def test_recipe_on_two_ranks_has_the_figures_of_one_process(runs: Path, recipe: str) -> None:
    close(runs / "2" / recipe, runs / "1" / recipe)


def test_model_with_eyes_on_two_ranks_has_the_figures_and_weights_of_one_process(runs: Path) -> None:
    one, two = runs / "1" / "language", runs / "2" / "language"
    assert [line["update"] for line in records(two)] == [1, 2, 3, 4]
    assert records(one) == [pytest.approx(line, rel=1e-4, abs=1e-4) for line in records(two)]
    before, after = (load_state(checkpoints(run / "checkpoints")[-1])["module"] for run in (one, two))
    assert list(before) == list(after)
    for name, value in before.items():
        torch.testing.assert_close(after[name], value, rtol=1e-3, atol=1e-4)


def test_run_of_two_ranks_resumes_bit_for_bit(runs: Path) -> None:
    assert records(runs / "2" / "broken") == records(runs / "2" / "whole")
    whole, broken = (load_state(checkpoints(runs / "2" / name / "checkpoints")[-1]) for name in ("whole", "broken"))
    assert all(torch.equal(value, whole["module"][name]) for name, value in broken["module"].items())


def test_checkpoint_of_two_ranks_goes_on_in_one_process_and_back(runs: Path) -> None:
    scenarios.run(SOLO, runs / "2" / "moved", scenarios.OddPolicy(), resume=True)
    close(runs / "2" / "moved", runs / "1" / "odd-update")
    close(runs / "1" / "moved", runs / "1" / "odd-update")


def test_no_number_on_one_rank_skips_the_update_on_both(runs: Path) -> None:
    one, two = records(runs / "1" / "wild"), records(runs / "2" / "wild")
    lost = [line["loss"] is None for line in two]
    assert lost == [line["loss"] is None for line in one]
    assert 0 < sum(lost) < 6
    assert two[-1]["skipped"] == sum(lost)
    state = load_state(checkpoints(runs / "2" / "wild" / "checkpoints")[-1])
    assert all(bool(torch.isfinite(value).all()) for value in state["module"].values())


def test_error_of_one_rank_is_raised_on_all_with_its_text(runs: Path) -> None:
    assert said(runs, 1, 0)["failed"] == "DataError: prompt: eight tokens"
    texts = {said(runs, 2, rank)["failed"] for rank in range(2)}
    assert len(texts) == 2
    assert "DataError: prompt: eight tokens" in texts
    assert texts & {f"DataError: prompt: rank {rank}: eight tokens" for rank in range(2)}
    assert said(runs, 2, 0)["agreed"] == "PolicyError: rank 1: ZeroDivisionError: integer division or modulo by zero"
    assert said(runs, 2, 1)["taken"].startswith("ConfigError: --out: rank 0: ")


def test_work_is_shared_and_its_results_are_everywhere_in_order(runs: Path) -> None:
    for rank in range(2):
        assert said(runs, 2, rank)["map"] == [2, 4, 6]
        assert said(runs, 2, rank)["first"] == "rank 0"
    assert said(runs, 2, 0)["map_error"] == "DataError: item: rank 1: no such item (take another)"
    assert (
        said(runs, 2, 1)["map_error"] == said(runs, 1, 0)["map_error"] == "DataError: item: no such item (take another)"
    )


@pytest.mark.parametrize(
    ("keys", "lengths", "shares"),
    [
        ("ab", [3, 3], [[0], [1]]),
        ("aab", [3, 3, 3], [[0, 1], [2]]),
        (["", "", ""], [1, 5, 3], [[1], [0, 2]]),
        ("a", [1], [[0], []]),
        ("", [], [[], []]),
        ("abcd", [0, 0, 0, 0], [[0, 2], [1, 3]]),
    ],
)
def test_split_balances_lengths_and_keeps_trajectories_together(
    keys: str, lengths: list[int], shares: list[list[int]]
) -> None:
    assert split(list(keys), lengths, 2) == shares


def test_place_is_what_torchrun_says() -> None:
    assert place({}) is None
    assert place({"WORLD_SIZE": "1", "RANK": "0"}) is None
    whole = {"WORLD_SIZE": "4", "RANK": "3", "LOCAL_RANK": "1", "MASTER_ADDR": "a", "MASTER_PORT": "1"}
    found = place(whole)
    assert found is not None
    assert (found.size, found.local_rank) == (4, 1)
    del whole["MASTER_PORT"]
    with pytest.raises(ConfigError, match=r"MASTER_PORT: WORLD_SIZE is 4, but MASTER_PORT is not set.*torchrun"):
        place(whole)


def test_shipped_training_config_parses() -> None:
    config = load_config(TrainConfig, paths=[Path(__file__).parents[2] / "configs" / "train" / "cluster.toml"])
    assert (config.trainer.sharding.gather, config.trainer.sharding.compute) == ("update", "bfloat16")


def test_more_gpus_than_there_are_is_refused_with_a_way_out() -> None:
    check_gpus(2, 2)
    with pytest.raises(ConfigError, match=r"--gpus: 4 were asked for, this machine has 2 \(ask for at most 2\)"):
        check_gpus(4, 2)
    with pytest.raises(ConfigError, match=r"this machine has 0 \(on the CPU: torchrun"):
        check_gpus(2, 0)
    assert torchrun(3, ["train", "sft"])[-4:] == ["-m", "device_farm.cli.main", "train", "sft"]
