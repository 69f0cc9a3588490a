"""Several optimiser steps on the samples of one update: the clips bind, around the policy before the first of them.

The policy has two logits, z and −z, for two words in every place; AdamW's first step moves each by the learning rate.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")

from gui_agent.models.prompt import ChatPrompt, Message  # noqa: E402
from gui_agent.rl.types import TrainSample  # noqa: E402
from gui_agent.training.config import OptimiserConfig, TrainerConfig  # noqa: E402
from gui_agent.training.metrics import MetricsLog  # noqa: E402
from gui_agent.training.objective import PolicyObjective  # noqa: E402
from gui_agent.training.policy import TokenScores  # noqa: E402
from gui_agent.training.source import FixedSource  # noqa: E402
from gui_agent.training.trainer import METRICS, Trainer  # noqa: E402


class Coin:
    def __init__(self, z: float) -> None:
        self.module = torch.nn.ParameterList([torch.nn.Parameter(torch.tensor([z, -z]))])
        self.passes = 0

    def score(self, samples: Sequence[TrainSample]) -> TokenScores:
        self.passes += 1
        table = self.module[0].log_softmax(-1)
        chosen = torch.stack([table[torch.from_numpy(one.response_ids_T)] for one in samples])
        return TokenScores(logprobs_NT=chosen, entropies_NT=-(table.exp() * table).sum().expand_as(chosen))

    def save(self, folder: Path) -> None:
        torch.save(self.module.state_dict(), folder / "coin.pt")


def sample(advantage: float, sampled: float) -> TrainSample:
    """One token, the first word, which the sampler gave the log-probability `sampled`."""
    return TrainSample(
        prompt=ChatPrompt(messages=(Message.of_text("user", "go"),)),
        response_ids_T=np.zeros(1, dtype=np.int64),
        sampled_logprobs_T=np.full(1, sampled, dtype=np.float32),
        advantages_T=np.full(1, advantage, dtype=np.float32),
        mask_T=np.ones(1, dtype=np.bool_),
    )


def run(
    out: Path,
    coin: Coin,
    samples: Sequence[TrainSample],
    *,
    updates: int = 1,
    epochs: int = 2,
    lr: float = 0.5,
    resume: bool = False,
    **objective: Any,
) -> dict[str, Any]:
    config = TrainerConfig(
        updates=updates, epochs=epochs, checkpoint_every=1, optimiser=OptimiserConfig(lr=lr, clip_norm=0.0)
    )
    source = FixedSource(samples, [1] * len(samples), size=len(samples), seed=0)
    made = PolicyObjective(**{"kl": 0.0, **objective})
    reference = Coin(0.0) if made.needs_reference else None
    return asyncio.run(Trainer(coin, made, source, config, out, reference=reference).run(resume=resume))


def log_sigmoid(x: float) -> float:
    return -math.log1p(math.exp(-x))


def test_one_step_an_update_clips_nothing(tmp_path: Path) -> None:
    found = run(tmp_path / "run", Coin(0.0), [sample(1.0, math.log(0.5))], epochs=1)
    assert (found["clip_fraction"], found["dual_clip_fraction"]) == (0.0, 0.0)
    assert found["loss"] == pytest.approx(-1.0)
    assert found["gradient_norm"] == pytest.approx(math.hypot(0.5, 0.5))


def test_second_step_is_clipped_around_the_policy_before_the_first(tmp_path: Path) -> None:
    coin = Coin(0.0)
    found = run(tmp_path / "run", coin, [sample(1.0, math.log(0.5))])
    # The first step takes π from 1/2 to σ(1), a ratio of 1.462 and above 1.2, where the loss is flat.
    ratio = 2 * math.exp(log_sigmoid(1.0))
    assert coin.passes == 2
    assert found["clip_fraction"] == 0.5
    assert found["ratio_mean"] == pytest.approx((1 + ratio) / 2, rel=1e-5)
    assert found["loss"] == pytest.approx((-1 - 1.2) / 2, rel=1e-5)
    assert found["gradient_norm"] == pytest.approx(math.hypot(0.5, 0.5) / 2, rel=1e-5)


def test_dual_clip_bounds_what_a_bad_sample_costs(tmp_path: Path) -> None:
    # π of the word goes from σ(−4) to σ(−2), a ratio of 6.63: the good sample is clipped, the bad one costs 3.
    start = log_sigmoid(-4.0)
    found = run(tmp_path / "run", Coin(-2.0), [sample(2.0, start), sample(-1.0, start)], lr=1.0)
    assert (found["clip_fraction"], found["dual_clip_fraction"]) == (0.25, 0.25)
    assert found["loss"] == pytest.approx(((-2 + 1) / 2 + (-2 * 1.2 + 3) / 2) / 2, rel=1e-4)


def test_weights_for_age_keep_the_clip_around_the_policy_before_the_update(tmp_path: Path) -> None:
    # The sampler said 0.4 and the policy before the update says 0.5: every term is weighed by 1.25.
    found = run(tmp_path / "run", Coin(0.0), [sample(1.0, math.log(0.4))], importance=2.0)
    assert found["clip_fraction"] == 0.5
    assert found["staleness_weight_mean"] == pytest.approx(1.25, rel=1e-5)
    assert found["ratio_mean"] == pytest.approx((1 + 2 * math.exp(log_sigmoid(1.0))) / 2, rel=1e-5)
    assert found["loss"] == pytest.approx(1.25 * (-1 - 1.2) / 2, rel=1e-5)


def test_responses_are_clipped_in_later_steps(tmp_path: Path) -> None:
    found = run(tmp_path / "run", Coin(0.0), [sample(1.0, math.log(0.5))], kind="gspo")
    assert found["loss"] == pytest.approx((-1 - 1.0004) / 2, rel=1e-6)
    assert found["clip_fraction"] == 0.5


@pytest.mark.parametrize("kind", ["ppo", "epo"])
def test_resumed_run_of_several_steps_an_update_is_exact(kind: str, tmp_path: Path) -> None:
    samples = [sample(1.0, math.log(0.5)), sample(-0.4, math.log(0.5))]
    more: dict[str, Any] = {"lr": 0.05, "epochs": 3, "kind": kind, "kl": 0.1, "entropy": 0.01}
    whole, broken = Coin(0.0), Coin(0.0)
    run(tmp_path / "whole", whole, samples, updates=6, **more)
    run(tmp_path / "broken", broken, samples, updates=4, **more)
    again = Coin(3.0)
    run(tmp_path / "broken", again, samples, updates=6, resume=True, **more)
    assert torch.equal(again.module[0], whole.module[0])
    assert untimed(tmp_path / "broken") == untimed(tmp_path / "whole")


def untimed(out: Path) -> list[dict[str, Any]]:
    records = MetricsLog(out / METRICS).read()
    assert len(records) == 6
    return [{name: value for name, value in record.items() if not name.endswith("_s")} for record in records]


class Breaking(Coin):
    """No number in the second pass."""

    def score(self, samples: Sequence[TrainSample]) -> TokenScores:
        found = super().score(samples)
        bad = torch.nan if self.passes == 2 else 0.0
        return TokenScores(logprobs_NT=found.logprobs_NT + bad, entropies_NT=found.entropies_NT)


def test_pass_without_a_finite_loss_ends_the_update_and_is_counted(tmp_path: Path) -> None:
    coin = Breaking(0.0)
    found = run(tmp_path / "run", coin, [sample(1.0, math.log(0.5))], epochs=3)
    assert (found["loss"], found["skipped"], coin.passes) == (None, 1, 2)
    assert coin.module[0].tolist() == pytest.approx([0.5, -0.5], rel=1e-5)
