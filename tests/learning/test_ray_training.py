"""`farm train` as two ranks on a local Ray cluster trains as one process does."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("ray", reason="ray is not installed")

import tiny_clicker  # noqa: E402

from device_farm.cli.main import main  # noqa: E402
from device_farm.errors import PolicyError  # noqa: E402
from gui_agent.cluster.train_worker import train_on_cluster  # noqa: E402
from gui_agent.training.metrics import MetricsLog  # noqa: E402

CONFIG = """
policy = {{ import_path = "tiny_clicker:make" }}
data = {{ path = "{data}", screen = [100, 100] }}
trainer = {{ updates = 4, optimiser = {{ lr = 0.1 }} }}
rollout = {{ tasks = 3, group = 6, refills = 2 }}
"""


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_two_ranks_on_ray_train_as_one_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import ray

    paths = [str(Path(__file__).parent), str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(paths))
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    monkeypatch.setenv("RAY_AUTH_TOKEN", "0" * 64)
    config = tmp_path / "c.toml"
    config.write_text(CONFIG.format(data=tiny_clicker.write_tasks(tmp_path / "tasks.jsonl")))
    arguments = ["train", "semi-online", "--config", str(config), "--out"]
    assert main([*arguments, str(tmp_path / "one")]) == 0
    for attempt in range(4):
        try:
            ray.init(num_cpus=2, include_dashboard=False, object_store_memory=100 * 1024 * 1024, namespace="farm")
            break
        except Exception:  # noqa: BLE001 - a bare one, where a busy machine takes longer than 30 s to start
            ray.shutdown()
            assert attempt < 3
    try:
        asyncio.run(train_on_cluster("auto", 2, [*arguments, str(tmp_path / "two")]))
        with pytest.raises(PolicyError, match=r"rank .*ended with exit code 2; its log says why"):
            asyncio.run(train_on_cluster("auto", 2, [*arguments, str(tmp_path / "two")]))
    finally:
        ray.shutdown()
    one, two = (MetricsLog(tmp_path / name / "metrics.jsonl").read() for name in ("one", "two"))
    assert [record["update"] for record in two] == [1, 2, 3, 4]
    for before, after in zip(one, two, strict=True):
        for name in ("loss", "reward", "tokens", "gradient_norm", "groups_kept"):
            assert after[name] == pytest.approx(before[name], rel=1e-5, abs=1e-5), name
