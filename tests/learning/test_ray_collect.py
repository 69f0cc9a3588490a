"""`farm collect --ray` on a Ray cluster of two machines, both of them processes here; one is killed in mid-run."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from device_farm.errors import PrerequisiteError
from device_farm.types.trajectory import InfraError
from gui_agent.cluster.connection import check_ray
from gui_agent.cluster.crew import worker_shares
from gui_agent.composition import make_plan
from gui_agent.config import RunConfig
from gui_agent.runner.collect import collect
from gui_agent.runner.events import AttemptEnded, DeviceTrouble, RunEvent
from gui_agent.store.reader import RunReader, final_attempts


@pytest.mark.parametrize(
    ("workers", "count", "shares"),
    [
        ({"android": 4}, 2, [{"android": 2}, {"android": 2}]),
        ({"android": 3, "desktop": 1}, 2, [{"android": 2, "desktop": 1}, {"android": 1}]),
        ({"android": 1}, 5, [{"android": 1}]),
        ({"android": 5}, 1, [{"android": 5}]),
    ],
)
def test_devices_are_shared_out_over_workers(workers: Any, count: int, shares: list[Any]) -> None:
    assert worker_shares(workers, count) == shares


def test_missing_ray_is_a_prerequisite_with_its_fix() -> None:
    check_ray("", installed=False)
    check_ray("auto", installed=True)
    with pytest.raises(PrerequisiteError, match=r"pip install 'gui-agent-farm\[cluster\]'"):
        check_ray("auto", installed=False)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """A head without room for work, and two machines with room for one worker each."""
    pytest.importorskip("ray", reason="ray is not installed")
    quiet = {
        "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_ENABLE_METRICS_COLLECTION": "0",
        "RAY_AUTH_TOKEN": "0" * 64,
    }
    paths = {"PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")])}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**quiet, **paths}.items():
            patch.setenv(name, value)
        from ray.cluster_utils import Cluster

        made = Cluster(
            initialize_head=True,
            head_node_args={"num_cpus": 0, "include_dashboard": False, "object_store_memory": MEMORY},
        )
        try:
            yield made
        finally:
            made.shutdown()


MEMORY = 100 * 1024 * 1024


def machine(cluster: Any) -> Any:
    """Ray gives a node 30 s to start, which a busy machine may exceed."""
    for _ in range(4):
        try:
            return cluster.add_node(num_cpus=1, object_store_memory=MEMORY)
        except Exception as error:  # noqa: BLE001 - ray raises a bare Exception
            last = error
    raise last


class Killer:
    """Ends a machine of the cluster when as many attempts have ended."""

    def __init__(self, cluster: Any, node: Any, after: int) -> None:
        self._cluster, self._node, self._left = cluster, node, after
        self.troubles: list[str] = []
        self.killing: asyncio.Task[None] | None = None

    def on_event(self, event: RunEvent) -> None:
        match event:
            case DeviceTrouble(error=error):
                self.troubles.append(error)
            case AttemptEnded():
                self._left -= 1
                if self._left == 0:
                    kill = asyncio.to_thread(self._cluster.remove_node, self._node, allow_graceful=False)
                    self.killing = asyncio.get_running_loop().create_task(kill)
            case _:
                return


def config(cluster: Any, episodes: int, **more: Any) -> RunConfig:
    values = {"episodes": episodes, "devices": 2, "report": False, "policy": {"type": "expert"}}
    ray = {"address": cluster.address, "replace_s": 60, **more}
    return RunConfig.model_validate({**values, "ray": ray})


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_no_episode_is_lost_or_doubled_when_a_machine_dies(cluster: Any, tmp_path: Path) -> None:
    machines = [machine(cluster) for _ in range(2)]
    cluster.wait_for_nodes()
    killer = Killer(cluster, machines[0], after=4)

    async def run() -> Any:
        plan = await make_plan(config(cluster, 24, workers=2))
        summary = await collect(plan, tmp_path / "run", listeners=[killer])
        assert killer.killing is not None
        await killer.killing
        return plan, summary

    plan, summary = asyncio.run(run())
    stored = [entry.episode for entry in RunReader(tmp_path / "run").episodes()]
    final = final_attempts(stored)
    assert [episode.task.id for episode in final] == sorted(task.id for task in plan.tasks)
    assert (summary.episodes, summary.success) == (24, 24)
    assert Counter((episode.task.id, episode.attempt) for episode in stored).most_common(1)[0][1] == 1
    broken = [episode for episode in stored if isinstance(episode.outcome, InfraError)]
    assert len(stored) == 24 + len(broken)
    assert any("is gone, another takes its place" in trouble for trouble in killer.troubles)
    nodes = {episode.provenance.extra.get("ray_node") for episode in final}
    assert len(nodes) == 2
    cluster.remove_node(machines[1])
