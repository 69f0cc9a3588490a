"""`farm train miniature`: every stage in small, and going on with a story that was broken off."""

from __future__ import annotations

import argparse
import asyncio
import json
from pathlib import Path

import pytest

from device_farm.errors import ConfigError

pytest.importorskip("torch")

from gui_agent.commands.train import COMMAND
from gui_agent.miniature.weight_file import read_weights

TINY = (
    *("templates=['PhoneAirplaneMode', 'PhoneScreenTimeout']", "seeds=2", "held_out=1", "sft.seeds=1", "sft.updates=4"),
    *("rl.updates=2", "rl.tasks=2", "rl.group=2", "rl.refills=0", "online.updates=1", "online.tasks=1"),
    *("online.group=2", "width=16", "layers=1"),
)


def farm_train_miniature(out: Path, *more: str) -> int:
    parser = argparse.ArgumentParser()
    COMMAND.configure(parser)
    sets = [part for setting in TINY for part in ("--set", setting)]
    arguments = ["miniature", "--out", str(out), "--json", "--episodes", "2", "--devices", "2", *sets, *more]
    return int(asyncio.run(COMMAND.run(parser.parse_args(arguments))))


def last_line(capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = json.loads(capsys.readouterr().out.strip().splitlines()[-1])
    return found


@pytest.mark.timeout(600)
def test_the_story_is_told_once_and_gone_on_with(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "story"
    assert farm_train_miniature(out) == 0
    told = last_line(capsys)
    assert list(told["success"]) == ["noop", "random", "sft", "offline", "semi-online", "online"]
    stage = told["stages"]["semi-online"]
    assert isinstance(stage, dict) and stage["live"]["episodes"] == 2 and 0 <= stage["sop"]["tsr"] <= 1
    assert json.loads((out / "result.json").read_text()) == told
    for name, updates in (("sft", 4), ("offline", 2), ("semi-online", 2), ("online", 1)):
        assert len((out / name / "metrics.jsonl").read_text().splitlines()) == updates
        assert read_weights(out / name / "checkpoints" / f"update-{updates:08d}" / "policy")[0].width == 16

    with pytest.raises(ConfigError, match="--suite"):
        farm_train_miniature(tmp_path / "other", "--suite", "basics")
    with pytest.raises(ConfigError, match="--resume"):
        farm_train_miniature(out)
    with pytest.raises(ConfigError, match="another story"):
        farm_train_miniature(out, "--resume", "--seed", "5")
    # A stage that is forgotten is judged anew, from the checkpoint that is there; the others stay as they are.
    stages = json.loads((out / "stages.json").read_text())
    del stages["offline"]
    (out / "stages.json").write_text(json.dumps(stages))
    assert farm_train_miniature(out, "--resume") == 0
    again = last_line(capsys)
    assert again["success"] == told["success"]
    assert again["stages"]["sft"] == told["stages"]["sft"]
    assert len((out / "offline" / "metrics.jsonl").read_text().splitlines()) == 2
