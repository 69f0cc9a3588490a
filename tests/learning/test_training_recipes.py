"""`farm train` and its recipes, from a data file to a better policy."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")

import tiny_clicker  # noqa: E402

from device_farm.errors import ConfigError, DataError, PolicyError  # noqa: E402
from gui_agent.commands.train import COMMAND  # noqa: E402
from gui_agent.datasets.ui_s1 import load_ui_s1  # noqa: E402
from gui_agent.rl.types import TrainSample  # noqa: E402
from gui_agent.training.batches import pad  # noqa: E402
from gui_agent.training.metrics import MetricsLog  # noqa: E402
from gui_agent.training.objective import LikelihoodObjective, PolicyObjective  # noqa: E402
from gui_agent.training.policy import TokenScores  # noqa: E402
from gui_agent.training.sft import demonstrations  # noqa: E402
from gui_agent.training.source import Cycle, EpochSource  # noqa: E402

CONFIG = """
samples = 5

[policy]
import_path = "tiny_clicker:make"

[data]
path = "{path}"
screen = [100, 100]

[trainer]
updates = 25
checkpoint_every = 10

[trainer.optimiser]
lr = 0.1

[rollout]
tasks = 3
group = 6
refills = 1
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "train.toml"
    path.write_text(CONFIG.format(path=tiny_clicker.write_tasks(tmp_path / "tasks.jsonl")))
    return path


def farm_train(recipe: str, config: Path, out: Path, *more: str) -> int:
    parser = argparse.ArgumentParser()
    COMMAND.configure(parser)
    arguments = parser.parse_args([recipe, "--config", str(config), "--out", str(out), "--json", *more])
    return asyncio.run(COMMAND.run(arguments))


def untimed(out: Path) -> list[dict[str, Any]]:
    records = MetricsLog(out / "metrics.jsonl").read()
    return [{name: value for name, value in record.items() if not name.endswith("_s")} for record in records]


def right(checkpoint: str) -> float:
    """The share of screens on which the stored policy's likeliest click is the expert's."""
    clicker = tiny_clicker.Clicker()
    clicker.module.load_state_dict(torch.load(Path(checkpoint) / "policy" / "clicker.pt", weights_only=True))
    best = clicker.module(torch.arange(15)).argmax(-1).tolist()
    return sum(best[task * 3 + step] == (task + step) % 4 for task in range(5) for step in range(3)) / 15


def test_sft_learns_the_demonstrations(config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert farm_train("sft", config, tmp_path / "run") == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    records = untimed(tmp_path / "run")
    assert (result["recipe"], result["update"], len(records)) == ("sft", 25, 25)
    assert result["loss"] < records[0]["loss"] / 3
    assert right(result["checkpoint"]) == 1.0
    assert result["epoch"] == pytest.approx(24 / 3)


@pytest.mark.parametrize("recipe", ["offline", "semi-online"])
def test_reinforcement_learning_raises_the_reward(
    recipe: str, config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert farm_train(recipe, config, tmp_path / "run", "--set", "trainer.updates=60") == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    records = untimed(tmp_path / "run")
    early = np.mean([record["reward"] for record in records[:5]])
    assert np.mean([record["reward"] for record in records[-5:]]) > early + 0.2
    assert right(result["checkpoint"]) > 0.8
    assert records[0]["kl"] == pytest.approx(0, abs=1e-6)
    assert records[0]["ratio_mean"] == pytest.approx(1, abs=1e-5)
    assert records[0]["rollouts_masked"] == 0


@pytest.mark.parametrize("recipe", ["sft", "offline", "semi-online"])
def test_resumed_recipe_has_the_metrics_of_an_unbroken_one(recipe: str, config: Path, tmp_path: Path) -> None:
    farm_train(recipe, config, tmp_path / "whole")
    farm_train(recipe, config, tmp_path / "broken", "--set", "trainer.updates=10")
    with (tmp_path / "broken" / "metrics.jsonl").open("a") as file:
        file.write('{"update": 11, "loss"')
    farm_train(recipe, config, tmp_path / "broken", "--resume")
    assert untimed(tmp_path / "broken") == untimed(tmp_path / "whole")


def test_resume_with_other_data_or_seed_is_refused(config: Path, tmp_path: Path) -> None:
    farm_train("sft", config, tmp_path / "run", "--set", "trainer.updates=1")
    with pytest.raises(ConfigError, match=r"trainer\.seed: differs"):
        farm_train("sft", config, tmp_path / "run", "--resume", "--seed", "3")
    with pytest.raises(ConfigError, match="recipe: differs"):
        farm_train("offline", config, tmp_path / "run", "--resume")
    with pytest.raises(ConfigError, match="holds a run"):
        farm_train("sft", config, tmp_path / "run")


def test_dry_run_trains_nothing(config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    farm_train("sft", config, tmp_path / "run", "--dry-run")
    facts = json.loads(capsys.readouterr().out)
    assert (facts["trajectories"], facts["steps"], facts["parameters"]) == (5, 15, 16 * 12 + 13 * 4)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("setting", "kind", "message"),
    [
        ("policy.options.fault=dead", PolicyError, "all 18 rollouts .* PolicyError: the server is gone"),
        ("policy.options.fault=no tokens", ConfigError, "without their tokens"),
        ("policy.options.reference=false", ConfigError, r"loss\.kl.*set it to 0"),
        ("policy.options.colour=red", ConfigError, r"policy\.options: tiny_clicker:make refused"),
        ("policy.import_path=tiny_clicker:reply_of", ConfigError, "refused its options"),
        ("policy.import_path=tiny_clicker:CELLS", ConfigError, "cannot be called"),
        ("policy.import_path=builtins:list", ConfigError, "returned list instead of a Learner"),
        ("data.path=/nowhere.jsonl", DataError, r"data\.path: cannot read /nowhere.*farm collect"),
        ("rollout.gruop=3", ConfigError, "rollout.gruop: unknown key"),
    ],
)
def test_bad_run_ends_with_a_clear_error(
    setting: str, kind: type[Exception], message: str, config: Path, tmp_path: Path
) -> None:
    with pytest.raises(kind, match=message):
        farm_train("semi-online", config, tmp_path / "run", "--set", setting)


def test_steps_behind_one_without_words_are_counted_not_taught(tmp_path: Path) -> None:
    data = tmp_path / "d.jsonl"
    far = {"action_content": {"action": "click", "coordinate": [25, 25]}, "screenshot": "1.png", "thought": "</think>"}
    data.write_text(json.dumps({"goal": "g", "steps": [tiny_clicker.step_line(0, 1), far, far]}))
    trajectories = list(load_ui_s1(data, screen=tiny_clicker.Size(100, 100)))
    shown = demonstrations(trajectories, tiny_clicker.make())
    assert (shown.steps, shown.unsayable) == (((0, 0),), 2)


def test_step_that_the_policy_cannot_read_is_left_out_and_counted(config: Path, tmp_path: Path) -> None:
    lines = [{"goal": "g", "steps": [tiny_clicker.step_line(0, 1), tiny_clicker.step_line(99, 1)]}]
    lines.append({"goal": "h", "steps": [tiny_clicker.step_line(3)]})
    (tmp_path / "tasks.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    farm_train("sft", config, tmp_path / "run", "--set", "trainer.updates=2")
    last = untimed(tmp_path / "run")[-1]
    assert (last["samples"], last["unreadable"], last["skipped"]) == (1, 4, 0)


def test_run_none_of_whose_samples_can_be_made_ends_with_the_reason(config: Path, tmp_path: Path) -> None:
    lines = [{"goal": "g", "steps": [tiny_clicker.step_line(99, 1)]}] * 3
    (tmp_path / "tasks.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    with pytest.raises(DataError, match="3 samples in a row cannot be made, the last:"):
        farm_train("sft", config, tmp_path / "run")
    assert not (tmp_path / "run" / "checkpoints").exists()


def test_samples_lost_in_mid_run_end_it_after_32_in_a_row() -> None:
    there = sample_of([1])
    lost: set[int] = set()

    async def make(index: int) -> TrainSample:
        if index in lost:
            raise DataError("is gone", field="screenshot")
        return there

    async def run() -> None:
        source = EpochSource(make, [1] * 40, size=8, seed=0)
        assert [len((await source.next(0)).samples) for _ in range(5)] == [8] * 5
        lost.update(range(40))
        assert [len((await source.next(0)).samples) for _ in range(3)] == [0] * 3
        with pytest.raises(DataError, match="screenshot: 32 samples in a row cannot be made, the last: is gone"):
            await source.next(0)
        lost.clear()
        assert (await source.next(0)).figures["unreadable"] == 32

    asyncio.run(run())


def test_data_without_tasks_is_refused(config: Path, tmp_path: Path) -> None:
    (tmp_path / "tasks.jsonl").write_text("")
    for recipe in ("sft", "offline", "semi-online"):
        with pytest.raises(DataError, match="there is no"):
            farm_train(recipe, config, tmp_path / recipe)


def test_lora_trains_little_and_compares_with_the_policy_without_it(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("peft", reason="peft cannot be imported", exc_type=ImportError)
    lora = ("--set", "lora.rank=2", "--set", "policy.options.reference=false", "--set", "loss.kl=0.1")
    farm_train("semi-online", config, tmp_path / "dry", "--dry-run", *lora)
    assert json.loads(capsys.readouterr().out)["trained_parameters"] == 2 * (12 + 4)
    farm_train("semi-online", config, tmp_path / "run", *lora)
    records = untimed(tmp_path / "run")
    assert records[0]["kl"] == pytest.approx(0, abs=1e-6)
    assert max(record.get("kl", 0) for record in records) > 1e-4
    farm_train("semi-online", config, tmp_path / "broken", *lora, "--set", "trainer.updates=10")
    farm_train("semi-online", config, tmp_path / "broken", *lora, "--resume")
    assert untimed(tmp_path / "broken") == records


def test_lora_adapters_begin_as_nothing_and_can_be_left_out() -> None:
    pytest.importorskip("peft", reason="peft cannot be imported", exc_type=ImportError)
    from gui_agent.training.config import LoraSection
    from gui_agent.training.lora import add_adapters, without_adapters

    module, inputs = tiny_clicker.Clicker().module, torch.arange(4)
    before = module(inputs)
    add_adapters(module, LoraSection(rank=2))
    assert torch.equal(module(inputs), before)
    adapters = [weight for name, weight in module.named_parameters() if "lora_" in name]
    with torch.no_grad():
        for weight in adapters:
            weight.add_(0.5)
    assert not torch.allclose(module(inputs), before)
    with without_adapters(module):
        assert torch.equal(module(inputs), before)
    assert {tuple(weight.shape) for weight in adapters} == {(2, 12), (4, 2)}
    with pytest.raises(ConfigError, match=r"lora\.targets"):
        add_adapters(tiny_clicker.Clicker().module, LoraSection(targets=("nothing",)))


def sample_of(ids: list[int], advantage: float = 1.0, old: float = 0.0) -> TrainSample:
    return TrainSample(
        prompt=tiny_clicker.ChatPrompt(messages=()),
        response_ids_T=np.array(ids),
        sampled_logprobs_T=np.full(len(ids), old, dtype=np.float32),
        advantages_T=np.full(len(ids), advantage, dtype=np.float32),
        mask_T=np.ones(len(ids), dtype=np.bool_),
    )


def scored(logprobs: list[float], advantage: float, old: float) -> tuple[TokenScores, Any]:
    length = len(logprobs)
    sample = sample_of(list(range(length)), advantage, old)
    values = torch.tensor([logprobs], requires_grad=True)
    entropies = torch.full((1, length), 0.5)
    return TokenScores(logprobs_NT=values, entropies_NT=entropies), pad([sample], torch.device("cpu"))


def test_likelihood_by_hand() -> None:
    scores, batch = scored([-1.0, -3.0], 1.0, 0.0)
    loss, figures = LikelihoodObjective()(scores, batch, tokens=4)
    assert float(loss.detach()) == pytest.approx((1 + 3) / 4)
    assert figures == pytest.approx({"entropy": 0.5, "likelihood": (np.exp(-1) + np.exp(-3)) / 2})


def test_policy_objective_by_hand() -> None:
    scores, batch = scored([-1.0], 2.0, -1.0 - float(np.log(1.5)))
    loss, figures = PolicyObjective(kl=0.0, entropy=0.2)(scores, batch, tokens=2)
    assert float(loss.detach()) == pytest.approx((-1.2 * 2 - 0.2 * 0.5) / 2)
    assert figures["clip_fraction"] == 1
    reference = pad([], torch.device("cpu"))
    assert reference.reference_NT is None
    with pytest.raises(DataError, match="reference"):
        PolicyObjective(kl=0.1)(scores, batch, tokens=2)


def test_cycle_takes_every_number_once_before_it_starts_again() -> None:
    cycle = Cycle(3, seed=5)
    first = [*cycle.take(2), *cycle.take(1)]
    assert sorted(first) == [0, 1, 2]
    again = Cycle(3, seed=5)
    again.taken = 2
    assert again.take(5) == [first[2], *cycle.take(4)]


def test_the_command_and_its_config_load_no_torch() -> None:
    code = "import sys, gui_agent.commands.train, gui_agent.training.config; print('torch' in sys.modules)"
    path = os.pathsep.join(part for part in sys.path if part)
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": path}
    )
    assert done.stdout.strip() == "False"


VARIANTS = {
    "gspo": ("loss.kind=gspo", "loss.clip_low=0.2", "loss.clip_high=0.2"),
    "luspo": ("loss.kind=luspo", "loss.clip_low=0.2", "loss.clip_high=0.2"),
    "elpo": ("loss.kind=elpo", "advantage.kind=elpo"),
    "epo": ("loss.kind=epo", "loss.entropy=0.01"),
    "g-ra": ("advantage.kind=g-ra", "advantage.gate=0.5"),
    "g2rpo": ("advantage.kind=g2rpo",),
    "stepo": ("advantage.kind=stepo",),
    "no patch": ("rollout.epsilon=0",),
    "any number of patches": ("rollout.epsilon=-1", "rollout.patch=off_policy"),
    "on-policy patches": ("rollout.patch=on_policy",),
    "released": ("rollout.form=released", "rollout.reward=released"),
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_variant_learns_and_resumes_as_an_unbroken_run(variant: str, config: Path, tmp_path: Path) -> None:
    settings = [part for setting in VARIANTS[variant] for part in ("--set", setting)]
    farm_train("semi-online", config, tmp_path / "whole", *settings)
    farm_train("semi-online", config, tmp_path / "broken", *settings, "--set", "trainer.updates=10")
    farm_train("semi-online", config, tmp_path / "broken", "--resume", "--set", "trainer.updates=25")
    records = untimed(tmp_path / "whole")
    assert untimed(tmp_path / "broken") == records
    assert np.mean([record["reward"] for record in records[-5:]]) > records[0]["reward"]
