"""`farm train mobile-r1` and `farm train uitron`: stage after stage, each from where the one before ended."""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")

from device_farm.config import load_config  # noqa: E402
from device_farm.errors import ConfigError, PolicyError  # noqa: E402
from gui_agent.commands.collect import COMMAND as COLLECT  # noqa: E402
from gui_agent.commands.train import COMMAND  # noqa: E402
from gui_agent.training.checkpoint import load_state  # noqa: E402
from gui_agent.training.choices import check_choices  # noqa: E402
from gui_agent.training.config import TrainConfig  # noqa: E402
from gui_agent.training.metrics import MetricsLog  # noqa: E402
from gui_agent.training.stages import stage_configs  # noqa: E402

ROOT = Path(__file__).parents[2]
CONFIG = """
samples = 4

[policy]
import_path = "tiny_presser:make"

[data]
path = "{data}"

[run]
suite = "tiny_presser:SUITE"
episodes = 3
backends = [{{ type = "fake", devices = 2 }}]

[trainer]
updates = 3
checkpoint_every = 2

[trainer.optimiser]
lr = 0.3

[rollout]
tasks = 2
group = 4
eta = 0.0
refills = 0

[online]
max_staleness = 0
episodes = false
"""


@pytest.fixture(scope="module")
def demonstrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The expert's episodes of three tasks."""
    out = tmp_path_factory.mktemp("expert") / "run"
    parser = argparse.ArgumentParser()
    COLLECT.configure(parser)
    suite = ["--suite", "tiny_presser:SUITE", "--backend", "fake=1", "--episodes", "3", "--policy", "expert"]
    arguments = parser.parse_args([*suite, "--out", str(out), "--set", "report=false"])

    async def collected() -> int:
        return await COLLECT.run(arguments)

    assert asyncio.run(collected()) == 0
    return out


@pytest.fixture
def config(tmp_path: Path, demonstrated: Path) -> Path:
    path = tmp_path / "train.toml"
    path.write_text(CONFIG.format(data=demonstrated))
    return path


def farm_train(recipe: str, config: Path, out: Path, *settings: str) -> int:
    return asyncio.run(training(recipe, config, out, *settings))


async def training(recipe: str, config: Path, out: Path, *settings: str) -> int:
    parser = argparse.ArgumentParser()
    COMMAND.configure(parser)
    more = [part for setting in settings for part in (("--set", setting) if "=" in setting else (setting,))]
    arguments = parser.parse_args([recipe, "--config", str(config), "--out", str(out), "--json", *more])
    return await COMMAND.run(arguments)


def untimed(out: Path) -> list[dict[str, Any]]:
    left_out = ("device_utilisation", "waiting")
    return [
        {name: value for name, value in record.items() if not name.endswith("_s") and name not in left_out}
        for record in MetricsLog(out / "metrics.jsonl").read()
    ]


STAGES = {
    "mobile-r1": {"format": "sft", "action": "offline", "task": "online"},
    "uitron": {"perception": "sft", "planning": "sft", "steps": "offline", "curriculum": "online"},
}


@pytest.mark.parametrize("recipe", STAGES)
def test_stages_follow_one_another_and_end_in_one_object(
    recipe: str, config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "run"
    assert farm_train(recipe, config, out) == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert {name: stage["recipe"] for name, stage in result["stages"].items()} == STAGES[recipe]
    names = list(STAGES[recipe])
    assert result["recipe"] == recipe and result["checkpoint"] == str(out / names[-1] / "checkpoints/update-00000003")
    assert [record["stage"] for record in untimed(out)] == [name for name in names for _ in range(3)]
    for name, after in itertools.pairwise(names):
        assert json.dumps(str(out / name / "checkpoints/update-00000003")) in (out / after / "config.toml").read_text()


def test_stage_begins_with_the_weights_of_the_one_before(config: Path, tmp_path: Path) -> None:
    still = ("stages.action.trainer.optimiser.lr=1e-12", "stages.task.trainer.optimiser.lr=1e-12")
    farm_train("mobile-r1", config, tmp_path / "run", "stages.format.trainer.updates=6", *still)
    weights = [
        load_state(next((tmp_path / "run" / name / "checkpoints").glob(f"update-{last:08d}")))["module"]["weight"]
        for name, last in (("format", 6), ("action", 3), ("task", 3))
    ]
    assert weights[0].abs().max() > 0.5
    assert torch.allclose(weights[0], weights[1], atol=1e-6) and torch.allclose(weights[0], weights[2], atol=1e-6)
    for name in ("action", "task"):
        distances = [record["kl"] for record in untimed(tmp_path / "run" / name) if "kl" in record]
        assert distances == pytest.approx([0] * len(distances), abs=1e-6) and distances, name


@pytest.mark.parametrize("recipe", STAGES)
def test_run_that_broke_off_in_any_stage_resumes_to_the_same_figures(
    recipe: str, config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    farm_train(recipe, config, tmp_path / "whole")
    whole = untimed(tmp_path / "whole")
    for stage in STAGES[recipe]:
        out = tmp_path / stage
        broken_off(recipe, config, out, stage)
        farm_train(recipe, config, out, "--resume")
        assert untimed(out) == whole
    capsys.readouterr()


def broken_off(recipe: str, config: Path, out: Path, stage: str) -> None:
    """Cancelled as soon as the stage has written its first checkpoint."""

    async def run() -> None:
        task = asyncio.create_task(training(recipe, config, out))
        while not task.done() and not list(out.glob(f"{stage}/checkpoints/update-*")):
            await asyncio.sleep(0.001)
        task.cancel()
        await asyncio.wait([task])

    asyncio.run(run())


def test_start_is_a_checkpoint_of_any_run(config: Path, tmp_path: Path) -> None:
    farm_train("sft", config, tmp_path / "sft", "trainer.updates=6")
    farm_train("offline", config, tmp_path / "offline", f"start={tmp_path / 'sft' / 'checkpoints'}")
    first = untimed(tmp_path / "offline")[0]
    assert first["matched"] > 0.5
    with pytest.raises(ConfigError, match=r"start: there is no whole checkpoint"):
        farm_train("offline", config, tmp_path / "other", f"start={tmp_path}")


def test_sections_of_a_stage_lie_over_the_others(config: Path) -> None:
    base = {"policy": {"import_path": "a:b"}, "data": {"path": "d"}, "loss": {"kind": "gspo"}}
    stages = {"format": {"samples": 7, "trainer": {"updates": 5}}, "task": {"loss": {"kind": "ppo"}}}
    made = stage_configs(TrainConfig.model_validate({"recipe": "mobile-r1", **base, "stages": stages}))
    assert [(name, one.samples, one.trainer.updates, one.loss.kind) for name, one in made.items()] == [
        ("format", 7, 5, "ppo"),
        ("action", 32, 100, "gspo"),
        ("task", 32, 100, "ppo"),
    ]
    uitron = stage_configs(TrainConfig.model_validate({"recipe": "uitron", **base, "loss": {}}))
    assert uitron["perception"].teach == ("perception",)
    assert uitron["planning"].teach == ("actions", "backtracking")
    assert uitron["curriculum"].online.curriculum == "success_rate" and len(uitron["curriculum"].online.scorers) == 1


@pytest.mark.parametrize(
    ("recipe", "setting", "message"),
    [
        ("mobile-r1", "stages.perception.samples=3", r"stages\.perception: mobile-r1 has no stage 'perception'"),
        ("mobile-r1", "stages.task.recipe=sft", r"stages\.task\.recipe: a stage's recipe is fixed"),
        ("mobile-r1", "stages.task.rollout.gruop=3", r"stages\.task\.rollout\.gruop: unknown key"),
        ("mobile-r1", "stages.task.loss.kind=elpo", r"stages\.task\.loss\.kind: elpo needs"),
        ("sft", "stages.task.samples=3", "stages: sft has no stages"),
    ],
)
def test_bad_stage_is_refused_before_anything_is_trained(
    recipe: str, setting: str, message: str, config: Path, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match=message):
        farm_train(recipe, config, tmp_path / "run", setting)


def test_resumed_stage_with_other_settings_is_refused(config: Path, tmp_path: Path) -> None:
    farm_train("mobile-r1", config, tmp_path / "run")
    with pytest.raises(ConfigError, match=r"stages\.task\.rollout: differs"):
        farm_train("mobile-r1", config, tmp_path / "run", "--resume", "stages.task.rollout.group=6")


def test_stage_that_fails_keeps_what_was_learnt_before(config: Path, tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="the server is gone"):
        farm_train("mobile-r1", config, tmp_path / "run", "stages.task.policy.options.fault=dead")
    assert (tmp_path / "run" / "action" / "checkpoints" / "update-00000003" / "manifest.json").exists()
    assert {record["stage"] for record in untimed(tmp_path / "run")} >= {"format"}


@pytest.mark.parametrize("path", sorted((ROOT / "configs" / "train").glob("*.toml")), ids=lambda path: path.stem)
def test_shipped_training_configs_go_together(path: Path) -> None:
    loaded = load_config(TrainConfig, paths=[path])
    if not stage_configs(loaded):
        check_choices(loaded)
