"""Training runs that `test_distributed_training` makes with one process and with two; each ends in a JSON-like record.

python rank_scenarios.py FOLDER    with the environment that torchrun gives its processes
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import test_training_loop as loop
import tiny_clicker
import torch

from device_farm.config import load_config
from device_farm.errors import DataError, FarmError
from gui_agent.rl.types import TrainSample
from gui_agent.training.batches import Padded
from gui_agent.training.config import OptimiserConfig, TrainerConfig
from gui_agent.training.distributed.config import ShardingConfig
from gui_agent.training.distributed.team import SOLO, Team, agreed, first_does, team_map
from gui_agent.training.distributed.torch_team import joined
from gui_agent.training.distributed.weights import held_weights
from gui_agent.training.objective import LikelihoodObjective, PolicyObjective
from gui_agent.training.policy import TokenScores
from gui_agent.training.source import FixedSource
from gui_agent.training.trainer import Trainer


class Block(torch.nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.inner = torch.nn.Linear(width, width)

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        return hidden + torch.tanh(self.inner(hidden))


class Odd(torch.nn.Module):
    """Tied words, a frozen weight, a single number, a buffer, two blocks, and sizes that two ranks cannot halve."""

    _no_split_modules = ("Block",)

    def __init__(self) -> None:
        super().__init__()
        self.words = torch.nn.Embedding(loop.WORDS, 7)
        self.blocks = torch.nn.ModuleList([Block(7), Block(7)])
        self.frozen = torch.nn.Linear(7, 7)
        self.frozen.requires_grad_(False)
        self.head = torch.nn.Linear(7, loop.WORDS, bias=False)
        self.head.weight = self.words.weight
        self.scale = torch.nn.Parameter(torch.tensor(1.5))
        self.register_buffer("shift", torch.full((loop.WORDS,), 0.1))

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        hidden = self.frozen(self.words(ids))
        for block in self.blocks:
            hidden = block(hidden)
        return self.head(hidden) * self.scale + self.shift


class OddPolicy(loop.TinyPolicy):
    def __init__(self, seed: int = 0) -> None:
        super().__init__(seed)
        self.module = Odd()


class FailingPolicy(loop.TinyPolicy):
    """Cannot read a sample of eight tokens, which is in the third update's batch."""

    def score(self, samples: Sequence[TrainSample]) -> TokenScores:
        if any(len(sample.response_ids_T) == 8 for sample in samples):
            raise DataError("eight tokens", field="prompt")
        return super().score(samples)


class NoNumber(LikelihoodObjective):
    """No number where a batch holds the sample of weight 7."""

    def __call__(self, scores: TokenScores, batch: Padded, *, tokens: int) -> Any:
        loss, figures = super().__call__(scores, batch, tokens=tokens)
        return (loss * float("nan") if bool((batch.advantages_NT == 7).any()) else loss), figures


SAMPLED = [
    replace(one, sampled_logprobs_T=np.full(len(one.response_ids_T), -2.0, dtype=np.float32)) for one in loop.SAMPLES
]
"""As a sampler of other weights gave them, so that an update of several steps weighs, and clips, around its first."""


def run(
    team: Team,
    out: Path,
    policy: loop.TinyPolicy,
    *,
    updates: int = 6,
    samples: Sequence[TrainSample] = loop.SAMPLES,
    size: int = 4,
    resume: bool = False,
    gather: str = "update",
    objective: Any = None,
    epochs: int = 1,
) -> dict[str, Any]:
    """The last figures and the sum of the weights."""
    config = TrainerConfig(
        updates=updates,
        epochs=epochs,
        tokens=8,
        checkpoint_every=3,
        keep=9,
        optimiser=OptimiserConfig(lr=0.05, clip_norm=0.5),
    )
    source = FixedSource(samples, [len(one.response_ids_T) for one in samples], size=size, seed=0)
    weights = held_weights(policy, team, ShardingConfig.model_validate({"gather": gather}))
    trainer = Trainer(
        policy,
        objective or LikelihoodObjective(),
        source,
        config,
        out,
        team=team,
        weights=weights,
    )
    return asyncio.run(trainer.run(resume=resume))


def failure(work: Callable[[], Any]) -> str:
    try:
        work()
    except (FarmError, ArithmeticError) as error:
        return f"{type(error).__name__}: {error}"
    return ""


def scenarios(team: Team, root: Path, other: Path) -> dict[str, Any]:
    """`other` holds the runs of the other number of processes."""
    said: dict[str, Any] = {}
    for gather in ("update", "layer"):
        run(team, root / gather, loop.TinyPolicy(dropout=0.0), gather=gather)
        run(team, root / f"odd-{gather}", OddPolicy(seed=2 * team.rank), gather=gather)
        run(team, root / f"one-{gather}", loop.TinyPolicy(dropout=0.0), samples=loop.SAMPLES[:1], gather=gather)
        clipped = PolicyObjective(kl=0.0, importance=2.0)
        run(
            team,
            root / f"clipped-{gather}",
            loop.TinyPolicy(dropout=0.0),
            samples=SAMPLED,
            gather=gather,
            objective=clipped,
            epochs=3,
        )
    run(team, root / "whole", loop.TinyPolicy())
    run(team, root / "broken", loop.TinyPolicy(), updates=3)
    run(team, root / "broken", loop.TinyPolicy(seed=9), resume=True)
    run(team, root / "moved", OddPolicy(), updates=3)
    if other.exists():
        run(team, other / "moved", OddPolicy(), resume=True)
    wild = [*loop.SAMPLES[:9], loop.sample([2, 3], weight=7.0)]
    run(team, root / "wild", loop.TinyPolicy(dropout=0.0), samples=wild, objective=NoNumber())
    long = [*loop.SAMPLES[:9], loop.sample([2] * 8)]
    said["failed"] = failure(lambda: run(team, root / "failed", FailingPolicy(), samples=long))
    said["taken"] = failure(lambda: run(team, root / "whole", loop.TinyPolicy()))
    said["map"] = asyncio.run(team_map(team, doubled, [1, 2, 3]))
    said["map_error"] = failure(lambda: asyncio.run(team_map(team, doubled, [1, 13, 3])))
    said["agreed"] = failure(lambda: agreed(team, lambda: 1 // (1 - team.rank)))
    said["first"] = first_does(team, lambda: f"rank {team.rank}")
    said["recipes"] = recipes(team, root)
    language(team, root)
    return said


async def doubled(item: int) -> int:
    if item == 13:
        raise DataError("no such item", field="item", fix="take another")
    return 2 * item


def recipes(team: Team, root: Path) -> list[str]:
    from gui_agent.training.config import TrainConfig
    from gui_agent.training.recipes import train

    if team.rank == 0:
        tiny_clicker.write_tasks(root / "tasks.jsonl")
    team.gather(None)
    for recipe in ("sft", "semi-online"):
        config = TrainConfig.model_validate(
            {
                "recipe": recipe,
                "policy": {"import_path": "tiny_clicker:make"},
                "data": {"path": str(root / "tasks.jsonl"), "screen": (100, 100)},
                "samples": 5,
                "trainer": {"updates": 6, "optimiser": {"lr": 0.1}, "checkpoint_every": 3},
                "rollout": {"tasks": 3, "group": 6, "refills": 2},
            }
        )
        asyncio.run(train(config, root / recipe, team=team))
    return ["sft", "semi-online"]


def language(team: Team, root: Path) -> None:
    """A tiny Qwen2.5-VL that is taught by screens, packed, two steps an update."""
    from test_transformers_training import CONFIG, write_data

    from gui_agent.training.config import TrainConfig
    from gui_agent.training.language.from_config import SHAPES, build_model
    from gui_agent.training.recipes import train

    model, data = root / "model", root / "data.jsonl"
    if team.rank == 0:
        build_model(model, "qwen2_5_vl", SHAPES["tiny"], ["click the red square"])
        write_data(root)
    team.gather(None)
    written = root / f"language-{team.rank}.toml"
    written.write_text(CONFIG.format(model=model, data=data))
    config = load_config(TrainConfig, paths=[written], overrides=["recipe=sft", "trainer.epochs=2"])
    asyncio.run(train(config, root / "language", team=team))


def main(folder: Path) -> None:
    torch.set_num_threads(1)
    rank = int(os.environ.get("RANK", "0"))
    with joined() as team:
        said = scenarios(team, folder / str(team.size), folder / ("1" if team.size > 1 else "2"))
        (folder / f"said-{team.size}-{rank}.json").write_text(json.dumps(said))


if __name__ == "__main__":
    assert SOLO.size == 1
    main(Path(sys.argv[1]))
