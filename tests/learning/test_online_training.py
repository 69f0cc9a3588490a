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


from device_farm.backends.config import FakeConfig
from device_farm.client import FarmClient
from device_farm.embedded import running_farm
from device_farm.errors import ConfigError, PolicyError
from device_farm.farm.templates import make_templates
from gui_agent.commands.train import COMMAND
from gui_agent.store.reader import RunReader
from gui_agent.training.checkpoint import checkpoints
from gui_agent.training.metrics import MetricsLog

CONFIG = """
[policy]
import_path = "tiny_presser:make"

[run]
suite = "tiny_presser:SUITE"
episodes = 3
backends = [{ type = "import", import_path = "tiny_presser:backend", devices = 2 }]

[trainer]
updates = 8
checkpoint_every = 4

[trainer.optimiser]
lr = 0.3

[rollout]
tasks = 2
group = 4
omega = 0.0
eta = 0.1
refills = 1

[online]
episodes = false

[loss]
kl = 0.0
"""


KEEP = "online.episodes=true"
LOSING = """
{ type = "import", import_path = "tiny_presser:backend", devices = 2, options = { drop_after_calls = 40 } }
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "train.toml"
    path.write_text(CONFIG)
    return path


def farm_train(config: Path, out: Path, *settings: str) -> int:
    return asyncio.run(training(config, out, *settings))


async def training(config: Path, out: Path, *settings: str) -> int:
    parser = argparse.ArgumentParser()
    COMMAND.configure(parser)
    more = [part for setting in settings for part in (("--set", setting) if "=" in setting else (setting,))]
    return await COMMAND.run(parser.parse_args(["online", "--config", str(config), "--out", str(out), "--json", *more]))


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
    assert farm_train(config, tmp_path / "run", "trainer.updates=25", "trainer.optimiser.lr=0.6") == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    records = untimed(tmp_path / "run")
    assert (result["recipe"], result["update"], len(records)) == ("online", 25, 25)
    early = np.mean([record["success"] for record in records[:5]])
    late = np.mean([record["success"] for record in records[-5:]])
    assert early < 0.5 and late > 0.9, (early, late)
    assert max(record["staleness_max"] for record in records) == 1
    assert sum(record["stale_rollouts"] for record in records) == 0


@pytest.mark.parametrize("weights", ["copied", "shared"])
def test_resumed_synchronous_run_has_the_metrics_of_an_unbroken_one(weights: str, config: Path, tmp_path: Path) -> None:
    synchronous = ("online.max_staleness=0", f"online.weights={weights}")
    farm_train(config, tmp_path / "whole", *synchronous)
    farm_train(config, tmp_path / "broken", *synchronous, "trainer.updates=4")
    farm_train(config, tmp_path / "broken", "--resume", "trainer.updates=8")
    assert untimed(tmp_path / "broken") == untimed(tmp_path / "whole")
    assert {record["staleness_max"] for record in untimed(tmp_path / "whole")} == {0}


def test_lost_devices_cost_no_rollout(config: Path, tmp_path: Path) -> None:
    farm_train(config, tmp_path / "run", "trainer.updates=4", f"run.backends=[{LOSING.strip()}]", "run.retries=5", KEEP)
    records = untimed(tmp_path / "run")
    assert sum(record["attempts_retried"] for record in records) > 0
    assert all(record["masked_infra_error"] == 0 for record in records)
    assert all(record["rollouts"] == 4 * record["groups"] for record in records)
    groups = int(sum(record["groups"] for record in records))
    scored = [
        stored.episode.task.id
        for stored in RunReader(tmp_path / "run" / "rollouts").episodes()
        if stored.episode.outcome.kind == "scored"
    ]
    assert len(scored) == len(set(scored))
    told = [event["event"] for event in RunReader(tmp_path / "run" / "rollouts").events()]
    assert "attempt_ended" in told
    over = {name.rpartition("~")[2] for name in scored}
    assert {f"{number}.{index}" for number in range(groups) for index in range(4)} <= over


def test_cancelled_run_goes_on_where_its_checkpoint_is(config: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"

    async def cancelled() -> None:
        task = asyncio.create_task(training(config, out, KEEP))
        while len(MetricsLog(out / "metrics.jsonl").read()) < 5:
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        left = [other for other in asyncio.all_tasks() if other is not asyncio.current_task()]
        assert not left, left

    asyncio.run(cancelled())
    farm_train(config, out, KEEP, "--resume")
    records = untimed(out)
    assert [record["update"] for record in records] == list(range(1, 9))
    ids = [stored.episode.id for stored in RunReader(out / "rollouts").episodes()]
    assert len(ids) == len(set(ids))


def test_groups_that_are_too_old_are_dropped_and_counted(config: Path, tmp_path: Path) -> None:
    old = ("online.max_staleness=0", "online.ahead=8")
    farm_train(config, tmp_path / "run", *old)
    records = untimed(tmp_path / "run")
    assert sum(record["stale_rollouts"] for record in records) > 0
    assert {record["staleness_max"] for record in records} == {0}
    assert len(records) == 8


def test_episodes_without_a_verdict_are_masked_and_counted(config: Path, tmp_path: Path) -> None:
    judge = 'online.verifier={import_path = "tiny_presser:SecondJudge", options = {undecided = 1, breaks = 2}}'
    farm_train(config, tmp_path / "run", judge, KEEP, "run.retries=0", "trainer.updates=4", "online.max_staleness=0")
    records = untimed(tmp_path / "run")
    assert sum(record["masked_undecided"] for record in records) > 0
    assert sum(record["masked_infra_error"] for record in records) > 0
    judged = sum(record["rollouts"] - record["masked_undecided"] - record["masked_infra_error"] for record in records)
    stored = [one.episode for one in RunReader(tmp_path / "run" / "rollouts").episodes()]
    assert judged == sum(episode.outcome.kind == "scored" for episode in stored)
    assert not {len(episode.steps) for episode in stored if episode.outcome.kind == "scored"} & {1, 2}


@pytest.mark.parametrize("fault", ["flaky", "hangs"])
def test_endpoint_that_breaks_off_now_and_then_masks_those_rollouts(fault: str, config: Path, tmp_path: Path) -> None:
    settings = (f"policy.options.fault={fault}", "rollout.reply_timeout_s=0.1")
    farm_train(config, tmp_path / "run", *settings, "trainer.updates=4")
    records = untimed(tmp_path / "run")
    assert sum(record["masked_policy_error"] for record in records) > 0
    assert sum(record["samples"] for record in records) > 0
    assert all(0 <= record["reward"] <= 1 for record in records)


def test_endpoint_that_dies_ends_the_run_after_what_it_gave_was_learnt(config: Path, tmp_path: Path) -> None:
    with pytest.raises(
        PolicyError, match="rollouts of the update broke off, the last: PolicyError: the server is gone"
    ):
        farm_train(config, tmp_path / "run", "policy.options.fault=dies", "trainer.checkpoint_every=1")
    records = untimed(tmp_path / "run")
    assert records and checkpoints(tmp_path / "run" / "checkpoints")[-1].name.endswith(f"{len(records)}")


def test_model_that_answers_nonsense_teaches_nothing_and_is_counted(config: Path, tmp_path: Path) -> None:
    settings = ("policy.options.fault=nonsense", "trainer.updates=3", "rollout.refills=2")
    farm_train(config, tmp_path / "run", *settings)
    for number, record in enumerate(untimed(tmp_path / "run"), 1):
        assert (record["unreadable_replies"], record["steps"], record["reward"]) == (1.0, 6.0, 0.0)
        assert record["groups_equal"] == record["groups"] == 6 and record["groups_kept"] == 0
        assert record["skipped"] == number and record["loss"] is None


@pytest.mark.parametrize(
    ("setting", "kind", "message"),
    [
        ("policy.options.fault=dead", PolicyError, "all 16 rollouts .* PolicyError: the server is gone"),
        ("policy.options.fault=no tokens", ConfigError, "without their tokens"),
        ("run.suite=tiny_presser:NOTHING", ConfigError, "NOTHING"),
        ('run.tasks=["Nothing"]', ConfigError, "no task 'Nothing'"),
        ("run.farm.address=nowhere", ConfigError, "--farm"),
        ('online.verifier={import_path="tiny_presser:WORDS"}', ConfigError, r"online\.verifier.*cannot be called"),
        ('online.verifier={import_path="builtins:list"}', ConfigError, r"which has no judge\(\)"),
        ("online.weights=borrowed", ConfigError, r"online\.weights"),
    ],
)
def test_bad_online_run_ends_with_a_clear_error(
    setting: str, kind: type[Exception], message: str, config: Path, tmp_path: Path
) -> None:
    with pytest.raises(kind, match=message):
        farm_train(config, tmp_path / "run", setting)


def test_screen_prompts_train_as_chat_prompts_do(config: Path, tmp_path: Path) -> None:
    synchronous = ("online.max_staleness=0", "trainer.updates=3")
    farm_train(config, tmp_path / "chat", *synchronous)
    farm_train(config, tmp_path / "screen", *synchronous, "policy.options.screens=true")
    assert untimed(tmp_path / "screen") == untimed(tmp_path / "chat")


def test_simulated_phones_give_what_fake_ones_give(config: Path, tmp_path: Path) -> None:
    phones = ('run.backends=[{type = "simulator", devices = 2}]', "run.suite=basics", 'run.tasks=["PhoneTimer"]')
    sizes = ("run.episodes=1", "run.limits.max_steps=4", "rollout.tasks=1", "rollout.refills=0", "trainer.updates=2")
    farm_train(config, tmp_path / "run", "policy.import_path=tiny_presser:make_blind", KEEP, *phones, *sizes)
    records = untimed(tmp_path / "run")
    assert [(record["rollouts"], record["masked_infra_error"]) for record in records] == [(4, 0), (4, 0)]
    assert 1 <= records[0]["steps"] <= 4
    stored = [one.episode for one in RunReader(tmp_path / "run" / "rollouts").episodes()]
    assert {episode.provenance.backend for episode in stored} == {"simulator"}
    assert all(turn.token_ids and turn.logprobs for episode in stored for step in episode.steps if (turn := step.turn))


def test_devices_of_a_running_farm_are_given_back(config: Path, tmp_path: Path) -> None:
    async def scenario() -> list[str]:
        templates = await make_templates({"fake": FakeConfig(devices=2)})
        async with running_farm(templates) as port:
            await training(config, tmp_path / "run", "--farm", f"127.0.0.1:{port}", "trainer.updates=2")
            async with FarmClient.connect(f"127.0.0.1:{port}") as client, asyncio.timeout(20):
                while (states := [device.state for device in await client.devices()]) != ["ready", "ready"]:
                    # Far below the lease's own deadline of a minute.
                    await asyncio.sleep(0.05)
                return states

    assert asyncio.run(scenario()) == ["ready", "ready"]
    assert [record["masked_infra_error"] for record in untimed(tmp_path / "run")] == [0, 0]


def test_dry_run_counts_the_tasks_and_starts_no_device(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    farm_train(config, tmp_path / "run", "--dry-run")
    facts = json.loads(capsys.readouterr().out)
    assert (facts["live_tasks"], facts["trajectories"], facts["parameters"]) == (3, 0, 4 * 10 * 3)
    assert not (tmp_path / "run").exists()
    with pytest.raises(ConfigError, match=r"loss\.kind: gspo has one ratio"):
        farm_train(config, tmp_path / "run", "--dry-run", "loss.kind=gspo")
