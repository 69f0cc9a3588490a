"""Online RL from end to end: `farm train online` on fake and simulated phones, with what can go wrong."""

from __future__ import annotations

import argparse
import asyncio
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch", reason="torch is not installed")


from gui_agent.commands.train import COMMAND
from gui_agent.training.metrics import MetricsLog

CONFIG = """
[policy]
import_path = "tiny_presser:make"

[run]
suite = "tiny_presser:SUITE"
episodes = 3
backends = [{ type = "import", import_path = "tiny_presser:backend", devices = 2 }]

[trainer]
updates = 12
checkpoint_every = 4

[trainer.optimiser]
lr = 0.3

[rollout]
tasks = 2
group = 4
omega = 0.0
eta = 0.1
refills = 1

[loss]
kl = 0.0
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "train.toml"
    path.write_text(CONFIG)
    return path


def farm_train(config: Path, out: Path, *settings: str) -> int:
    return asyncio.run(training(config, out, *settings))


def training(config: Path, out: Path, *settings: str) -> Any:
    parser = argparse.ArgumentParser()
    COMMAND.configure(parser)
    more = [part for setting in settings for part in (("--set", setting) if "=" in setting else (setting,))]
    return COMMAND.run(parser.parse_args(["online", "--config", str(config), "--out", str(out), "--json", *more]))


def untimed(out: Path) -> list[dict[str, Any]]:
    records = MetricsLog(out / "metrics.jsonl").read()
    devices = ("device_utilisation", "waiting")
    return [
        {name: value for name, value in record.items() if not name.endswith("_s") and name not in devices}
        for record in records
    ]


def test_online_training_raises_the_share_of_tasks_solved(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert farm_train(config, tmp_path / "run", "trainer.updates=40") == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    records = untimed(tmp_path / "run")
    assert (result["recipe"], result["update"], len(records)) == ("online", 40, 40)
    early = np.mean([record["success"] for record in records[:5]])
    late = np.mean([record["success"] for record in records[-5:]])
    assert early < 0.5 and late > 0.9, (early, late)
    assert max(record["staleness_max"] for record in records) == 1
    assert sum(record["stale_rollouts"] for record in records) == 0
