"""Online RL on simulated phones: asynchronous with bounded staleness against synchronous, in one run.

Both train the miniature (the package's own weights, at a learning rate that leaves them as they are, so that both play
the same episodes) on the same tasks of the suite basics with the same trainer. Its replies are delayed as if a served
model gave them: log-normal, with the 99th percentile at 8 times the median --reply-ms, a function of the reply's seed.

- `synchronous`: `online.max_staleness = 0`, `weights = "shared"`: an update begins when the last episode of its groups
  is over, and no phone moves until it is done.
- `asynchronous`: `online.max_staleness = 1`, `weights = "copied"`: phones go on with the groups of the next update
  while slow episodes end and while the trainer is at work; no group is ever too old, so none is dropped.

The two take turns, --rounds times each; the first update of each turn, in which the phones are started, is left out.
Prints one JSON line: for both, over all turns, `updates_per_min`, `steps_per_s` (steps trained on, by the wall clock),
`device_utilisation` (share of the phones' time that went to episodes), `trainer_busy` (share of the time in updates),
`staleness_max`, `stale_groups` (dropped for their age) and `success`; `speedup` in steps a second. Needs torch.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Any, Self

from bench_common import machine

from gui_agent.config import RunConfig
from gui_agent.miniature.learner import make_learner
from gui_agent.miniature.weight_file import SHIPPED
from gui_agent.models.base import Completion, Model, Sampling
from gui_agent.models.prompt import Prompt
from gui_agent.training.config import (
    ImportedConfig,
    LossConfig,
    OnlineConfig,
    OptimiserConfig,
    ParitySection,
    RolloutConfig,
    TrainConfig,
    TrainerConfig,
)
from gui_agent.training.learner import Learner
from gui_agent.training.metrics import MetricsLog
from gui_agent.training.recipes import train
from gui_agent.training.trainer import METRICS

# P99 = 8 x median: sigma = ln 8 / z(0.99).
SIGMA = math.log(8) / 2.3263478740408408
ARMS = {
    "synchronous": OnlineConfig(max_staleness=0, weights="shared", episodes=False),
    "asynchronous": OnlineConfig(max_staleness=1, weights="copied", episodes=False),
}


class SlowModel:
    """Another model's replies, as late as a served one's."""

    def __init__(self, inner: Model, median_s: float) -> None:
        self._inner, self._median_s = inner, median_s

    @property
    def name(self) -> str:
        return self._inner.name

    async def __aenter__(self) -> Self:
        await self._inner.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._inner.__aexit__(kind, error, trace)

    async def generate(self, prompt: Prompt, sampling: Sampling, *, n: int = 1) -> tuple[Completion, ...]:
        await asyncio.sleep(self._median_s * math.exp(SIGMA * Random(sampling.seed).gauss(0, 1)))
        return await self._inner.generate(prompt, sampling, n=n)


def make_slow_learner(reply_ms: float) -> Learner:
    """What the training config names."""
    learner = make_learner(weights=str(SHIPPED), reference=False)
    return replace(learner, model=SlowModel(learner.model, reply_ms / 1000))


def config_of(arm: str, options: argparse.Namespace) -> TrainConfig:
    return TrainConfig(
        recipe="online",
        policy=ImportedConfig(import_path="bench_online:make_slow_learner", options={"reply_ms": options.reply_ms}),
        trainer=TrainerConfig(
            updates=options.updates + 1,
            checkpoint_every=options.updates + 1,
            seed=options.seed,
            optimiser=OptimiserConfig(lr=1e-12),
        ),
        rollout=RolloutConfig(
            tasks=options.tasks, group=options.group, eta=0.0, refills=0, omega=0.0, thought_required=False
        ),
        online=ARMS[arm],
        loss=LossConfig(kl=0.0),
        parity=ParitySection(every=0),
        run=RunConfig(suite="basics", platform="android", episodes=64, devices=options.devices, report=False),
    )


async def turn(arm: str, options: argparse.Namespace) -> list[dict[str, Any]]:
    """The updates of one turn, without the first."""
    with tempfile.TemporaryDirectory(prefix="bench-online-") as folder:
        await train(config_of(arm, options), Path(folder))
        return MetricsLog(Path(folder) / METRICS).read()[1:]


def figures(turns: list[list[dict[str, Any]]]) -> dict[str, float]:
    records = [record for records in turns for record in records]
    training_s = sum(record["training_s"] for record in records)
    wall_s = training_s + sum(record["sampling_s"] for record in records)
    rollouts = sum(record["rollouts"] for record in records)
    return {
        "updates_per_min": round(60 * len(records) / wall_s, 2),
        "steps_per_s": round(sum(record["rollouts"] * record["steps"] for record in records) / wall_s, 2),
        # It is counted from the start of a turn.
        "device_utilisation": round(sum(records[-1]["device_utilisation"] for records in turns) / len(turns), 4),
        "trainer_busy": round(training_s / wall_s, 4),
        "staleness_max": max(record["staleness_max"] for record in records),
        "stale_groups": sum(record["stale_groups"] for record in records),
        "success": round(sum(record["success"] * record["rollouts"] for record in records) / rollouts, 4),
        "episodes": rollouts,
        "steps_per_episode": round(sum(record["steps"] * record["rollouts"] for record in records) / rollouts, 2),
    }


async def run(options: argparse.Namespace) -> dict[str, Any]:
    turns: dict[str, list[list[dict[str, Any]]]] = {arm: [] for arm in ARMS}
    for number in range(options.rounds):
        for arm in ARMS if number % 2 == 0 else reversed(ARMS):
            sys.stderr.write(f"round {number + 1}: {arm}\n")
            turns[arm].append(await turn(arm, options))
    found = {arm: figures(of_arm) for arm, of_arm in turns.items()}
    speedup = found["asynchronous"]["steps_per_s"] / found["synchronous"]["steps_per_s"]
    return {**found, "speedup": round(speedup, 2)}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--updates", type=int, default=5, help="of a turn, beside the first")
    parser.add_argument("--tasks", type=int, default=4, help="groups an update")
    parser.add_argument("--group", type=int, default=4, help="episodes a group")
    parser.add_argument("--devices", type=int, default=8)
    parser.add_argument("--reply-ms", type=float, default=200.0, help="median delay of a reply")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    if min(options.rounds, options.updates, options.tasks, options.devices) < 1 or options.group < 2:
        parser.error("rounds, updates, tasks and devices are at least 1, a group at least 2")
    print(json.dumps({**asyncio.run(run(options)), "settings": vars(options), "machine": machine()}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
