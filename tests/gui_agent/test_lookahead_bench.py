"""The bench of looking ahead: every arm plays, pieces stay, and figures are over the same tasks."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from gui_agent.commands.world_model_lookahead import lookahead_bench
from gui_agent.lookahead.bench import ARMS, REACTIVE, LookaheadBench, share_of_gain
from gui_agent.store.reader import RunReader


def test_arms_play_once_and_are_compared_on_the_same_tasks(tmp_path: Path) -> None:
    async def play() -> None:
        for name in (REACTIVE, "copy", "oracle"):
            await bench.play(name)

    bench = LookaheadBench(keep=tmp_path, episodes=1, devices=1)
    asyncio.run(play())
    stamps = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("episode.json")}
    assert len(stamps) == 3
    asyncio.run(play())
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("episode.json")} == stamps
    figures = bench.figures()
    assert list(figures) == [REACTIVE, "copy", "oracle"] and {told["n"] for told in figures.values()} == {1}
    assert figures[REACTIVE] == {
        "success": figures[REACTIVE]["success"],
        "n": 1,
        "interval_95": figures[REACTIVE]["interval_95"],
        "ms_per_step": 0.0,
        "tokens_per_step": 0.0,
    }
    looked = [entry.episode for entry in RunReader(tmp_path / "oracle").episodes()]
    assert figures["oracle"]["steps"] == sum(len(episode.steps) for episode in looked) > 0
    assert figures["oracle"]["worse"] == 0 and json.dumps(figures)


def test_a_model_plays_only_where_a_sketcher_is_there(tmp_path: Path) -> None:
    assert set(ARMS) - set(lookahead_bench(tmp_path).arms) == {"model"}
    (tmp_path / "sketchers").mkdir()
    for name in ("fixed-0.npz", "matched-1.npz", "matched-0.npz"):
        (tmp_path / "sketchers" / name).touch()
    bench = lookahead_bench(tmp_path, seed=2)
    assert bench.arms == tuple(ARMS) and bench.sketcher == tmp_path / "sketchers" / "matched-0.npz"
    assert (bench.seed, bench.keep) == (6002, tmp_path / "lookahead")


@pytest.mark.parametrize(
    ("reactive", "model", "oracle", "share"), [(0.5, 0.6, 0.75, 0.4), (0.5, 0.4, 0.75, -0.4), (0.5, 0.6, 0.5, None)]
)
def test_share_of_what_the_oracle_gains(reactive: float, model: float, oracle: float, share: float | None) -> None:
    figures = {name: {"success": value} for name, value in ((REACTIVE, reactive), ("model", model), ("oracle", oracle))}
    assert share_of_gain(figures, "model", "oracle") == share
    assert share_of_gain(figures, "copy", "oracle") is None
