"""The suite `androidworld` under AndroidWorld itself, where it is installed, and what must agree with it."""

from __future__ import annotations

import asyncio
import json
import subprocess
from argparse import Namespace
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from world_rig import EXPERT, androidworld_python, config, run

from device_farm.device import Device
from device_farm.types.task import Task
from device_farm.types.trajectory import InfraError, Scored
from gui_agent.benchmarks.androidworld.catalogue import NAMES
from gui_agent.benchmarks.androidworld.checkpoint import group_name, to_checkpoint
from gui_agent.benchmarks.androidworld.crew import Crew, CrewSettings, read_plan
from gui_agent.benchmarks.androidworld.tasks import SUITE as RESTATED
from gui_agent.benchmarks.androidworld.template import WorldTemplate
from gui_agent.benchmarks.base import Ending, Suite
from gui_agent.commands.stored import open_stored, replay_stored
from gui_agent.composition import make_plan
from gui_agent.policies.config import NoopConfig
from gui_agent.runner.collect import collect
from gui_agent.store.reader import RunReader

_LOADED = """
import json, sys, warnings
warnings.filterwarnings("ignore")
from android_world import checkpointer, suite_utils
episodes = checkpointer.IncrementalCheckpointer(sys.argv[1]).load()
table = suite_utils.process_episodes(episodes)
rows = json.loads(table.to_json(orient="records"))
kept = {key: str(value) for key, value in episodes[0].items()}
sys.__stdout__.write("\\n" + json.dumps({"rows": rows, "count": len(episodes), "first": kept}) + "\\n")
"""


def test_catalogue_has_the_116_names_once() -> None:
    assert len(NAMES) == len(set(NAMES)) == 116 and list(NAMES) == sorted(NAMES)


def test_restated_suite_has_exactly_androidworlds_names() -> None:
    assert sorted(template.name for template in RESTATED.templates) == list(NAMES)


def test_names_budgets_and_apps_are_those_of_androidworld() -> None:
    rows = asyncio.run(read_plan(Path(androidworld_python()), seed=30, combinations=1, tasks=()))["tasks"]
    assert [row["name"] for row in rows] == list(NAMES)
    stated = {template.name: template for template in RESTATED.templates}
    for row in rows:
        template = stated[row["name"]]
        assert template.max_steps == row["max_steps"], row["name"]
        assert set(row["apps"]) <= set(template.tags), row["name"]


def test_same_seed_gives_the_same_instances_alone_and_among_all() -> None:
    python = Path(androidworld_python())
    name = "SimpleCalendarAddOneEvent"
    everything = asyncio.run(read_plan(python, seed=5, combinations=2, tasks=()))["tasks"]
    alone = asyncio.run(read_plan(python, seed=5, combinations=2, tasks=(name,)))["tasks"]
    assert alone == [row for row in everything if row["name"] == name] and len(alone) == 2
    assert alone[0]["params"] != alone[1]["params"]


def test_expert_wins_under_androidworld_and_its_own_code_reads_the_checkpoint(tmp_path: Path) -> None:
    python = androidworld_python()
    names = ("SystemBrightnessMax", "ContactsAddContact")
    plan, summary, episodes = run(config(python, names, policy=EXPERT, devices=2), tmp_path / "run")
    assert summary.success == 2, [episode.outcome for episode in episodes.values()]
    assert summary.success_json()["tasks"] == {"ContactsAddContact": 1.0, "SystemBrightnessMax": 1.0}
    assert [task.max_steps for task in plan.tasks] == [12, 10]
    checkpoints = tmp_path / "run" / "androidworld"
    loaded = loaded_by_androidworld(python, checkpoints)
    assert loaded["count"] == 2 and loaded["first"]["task_template"] == "ContactsAddContact"
    assert loaded["first"]["goal"] == episodes["ContactsAddContact"].task.goal
    assert loaded["first"]["is_successful"] == "1.0" and loaded["first"]["agent_name"] == "expert"
    assert [(row["mean_success_rate"], row["num_fail_trials"]) for row in loaded["rows"]] == [(1.0, 0.0), (1.0, 0.0)]

    async def store_failed() -> None:
        episode = episodes["ContactsAddContact"]
        broken = replace(episode, outcome=InfraError(error="E", message="set-up broke", phase="set_up"))
        async with Crew(CrewSettings(python=Path(python), wait_scale=0.0)) as crew:
            stored = to_checkpoint(broken, instance=0, finished_s=0.0)
            await crew.checkpoint(checkpoints, group_name("ContactsAddContact", 0), stored)

    asyncio.run(store_failed())
    failed, whole = loaded_by_androidworld(python, checkpoints)["rows"]
    # AndroidWorld leaves what broke out of its mean, and counts it.
    assert (failed["num_fail_trials"], failed["mean_success_rate"], whole["num_fail_trials"]) == (1.0, None, 0.0)


def loaded_by_androidworld(python: str, folder: Path) -> dict[str, Any]:
    done = subprocess.run([python, "-c", _LOADED, str(folder)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    loaded: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return loaded


def test_noop_fails_a_task_and_passes_one_that_is_known_to_be_vacuous(tmp_path: Path) -> None:
    names = ("SystemBrightnessMax", "SystemBrightnessMaxVerify")
    _, summary, _ = run(config(androidworld_python(), names, policy=NoopConfig()), tmp_path / "run")
    assert summary.success_json()["tasks"] == {"SystemBrightnessMax": 0.0, "SystemBrightnessMaxVerify": 1.0}


class _HalfPushed(WorldTemplate):
    """The phone's database breaks off in the middle between the agent's last step and the verdict."""

    name = "ExpenseAddSingle"

    async def judge(self, device: Device, task: Task, ending: Ending) -> Scored:
        path = "/data/data/com.arduia.expense/databases/accounting.db"
        whole = await device.pull(path)
        await device.push(path, whole[: len(whole) // 2])
        verdict = await super().judge(device, task, ending)
        assert isinstance(verdict, Scored)
        return verdict


def test_database_pushed_half_is_an_infrastructure_error(tmp_path: Path) -> None:
    settings = config(androidworld_python(), ("ExpenseAddSingle",))

    async def scenario() -> None:
        plan = await make_plan(settings)
        assert isinstance(plan.suite, Suite)
        own = plan.suite.template("ExpenseAddSingle")
        assert isinstance(own, WorldTemplate)
        broken = _HalfPushed(own._crew)
        object.__setattr__(plan, "template_of", lambda task: broken)
        await collect(plan, tmp_path / "run")

    asyncio.run(scenario())
    (stored,) = list(RunReader(tmp_path / "run").episodes())
    assert isinstance(stored.episode.outcome, InfraError), stored.episode.outcome
    assert stored.episode.outcome.phase == "evaluate"
    assert "malformed" in stored.episode.outcome.message or "database" in stored.episode.outcome.message.lower()


def test_replayed_task_has_the_name_that_it_was_collected_with(tmp_path: Path) -> None:
    plan, summary, episodes = run(config(androidworld_python(), ("MarkorCreateFolder",), policy=EXPERT), tmp_path)
    assert summary.success == 1
    # The name holds the second at which AndroidWorld made the task.
    assert episodes["MarkorCreateFolder"].task.params["folder_name"] == plan.tasks[0].params["folder_name"]
    stored = open_stored(Namespace(run=tmp_path, suite=None, farm=None, backend=[], devices=1, desktops=None))
    again = asyncio.run(replay_stored(stored, list(episodes.values())))
    assert [entry.reward_now for entry in again] == [1.0]


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", [30])
def test_noop_total_is_that_of_the_known_defects(seed: int, tmp_path: Path) -> None:
    _, summary, episodes = run(config(androidworld_python(), (), seed=seed, devices=4), tmp_path / "run")
    tasks = summary.success_json()["tasks"]
    free = sorted(name for name, score in tasks.items() if score == 1.0)
    verify = [name for name in NAMES if name.startswith("System") and name.endswith("Verify")]
    assert summary.initialised == 116, [episode.outcome for episode in episodes.values()]
    assert free == sorted([*verify, "RecipeDeleteMultipleRecipesWithConstraint"])
