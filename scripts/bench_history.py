"""What a past in the prompt is worth, and what it costs: one small vision-language model, five histories.

The model has Qwen2.5-VL's architecture and random weights from a config; its tokenizer is made of the demonstrations.
It imitates experts on simulated phones from pixels (`history_tasks.py`: in all tasks the present screen does not tell
what to do next), with the same data, updates and seeds for each history, and is then judged greedily, with its own
past, live on simulated phones and on the experts' screens. Goals are those that were demonstrated: what is compared is
memory, not what a goal never seen would need. Summaries are taught from a rule over the demonstrated actions
(`gui_agent.datasets.summaries`), as no demonstration holds one.

Prints one JSON line: `parameters`; for each of `histories`

- `success` live, all seeds, with `interval_95` (bootstrap over the three tasks and the seeds), `by_seed`, and by task;
- `sop_pg` and `sop_tsr` on the demonstrations, with the own past;
- `prompt_tokens` a step (exact, mean over the demonstrated steps), of these `image_tokens`; `first_prompt` and
  `last_prompt` of an episode; `reply_tokens`;
- `reply_s` and `training_s`: CPU seconds a reply, alone on one core, and of the training;

and `paired` differences in success on the same tasks and seeds. Needs torch.

    python scripts/bench_history.py [--keep runs/history] [--seeds 0,1] [--history NAME ...] [--updates 300]
        [--samples 16] [--lr 8e-3] [--size bench | small] [--device auto]
    python scripts/bench_history.py --keep runs/history-gpu --size small --updates 3000 --samples 64 --lr 6e-4

Every finished piece stays in DIR and is not done again. The second command is for a GPU: the model of 45 million
parameters of `make_small_model.py`, at screens of up to 448 by 1008 pixels.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from bench_common import machine

from gui_agent.composition import make_plan
from gui_agent.config import RunConfig
from gui_agent.datasets.episodes import load_episodes
from gui_agent.datasets.types import Trajectory
from gui_agent.history.config import HistoryConfig
from gui_agent.matching.offline import SPACE, WRITTEN, play
from gui_agent.matching.sop import report, score_task
from gui_agent.matching.strict import StrictMatcher
from gui_agent.miniature.compare import bootstrap_mean, outcomes, paired_difference, table
from gui_agent.models.base import Sampling
from gui_agent.policies.chat_loader import load_chat_policy
from gui_agent.policies.config import ExpertConfig, PolicyConfig, TransformersConfig
from gui_agent.runner.collect import collect
from gui_agent.store.layout import Layout
from gui_agent.training.checkpoint import POLICY, newest
from gui_agent.training.config import DataConfig, OptimiserConfig, TrainConfig, TrainerConfig
from gui_agent.training.language.config import TransformersPolicyConfig
from gui_agent.training.language.from_config import SHAPES, ModelShape, build_model, texts_of
from gui_agent.training.recipes import load_learner, train
from gui_agent.training.sft import sft_sample
from gui_agent.training.trainer import CHECKPOINTS, METRICS

SUITE = "history_tasks:SUITE"
HISTORIES: Mapping[str, HistoryConfig] = {
    "none": HistoryConfig(mode="none"),
    "images_1": HistoryConfig(mode="images", images=1),
    "images_2": HistoryConfig(mode="images", images=2),
    "actions": HistoryConfig(mode="actions"),
    "summary": HistoryConfig(mode="summary", images=1),
}
PAIRS = (
    ("images_1", "none"),
    ("images_2", "images_1"),
    ("actions", "images_1"),
    ("summary", "images_1"),
    ("summary", "actions"),
)
KINDS = ("Tour", "Photos", "Volume")
GOALS = 3
TAUGHT_ROUNDS, JUDGED_ROUNDS, JUDGED_SEED = 4, 5, 1000
DIALECT: Literal["ui_s1"] = "ui_s1"
TIMED = 24
"""Replies whose CPU time is taken."""
BENCH = ModelShape(
    hidden=64,
    layers=2,
    heads=4,
    kv_heads=2,
    inner=192,
    eye=32,
    eye_layers=2,
    eye_heads=2,
    vocabulary=640,
    min_pixels=56 * 56,
    max_pixels=112 * 252,
    context=2048,
)
"""A phone's screen becomes 112 by 224 pixels, 32 tokens."""
SIZES = {"bench": BENCH, "small": SHAPES["small"]}


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """DIR/demonstrations, DIR/HISTORY-SEED with model, run and live episodes, and DIR/HISTORY-SEED.json of each."""

    keep: Path
    shape: ModelShape
    device: str
    updates: int
    samples: int
    lr: float

    async def episodes(self, policy: PolicyConfig, out: Path, *, rounds: int, seed: int) -> None:
        config = RunConfig(suite=SUITE, policy=policy, episodes=rounds * GOALS, seed=seed, devices=4, report=False)
        await collect(await make_plan(config), out, resume=Layout(out).config.exists())

    async def demonstrations(self) -> list[Trajectory]:
        out = self.keep / "demonstrations"
        await self.episodes(ExpertConfig(), out, rounds=TAUGHT_ROUNDS, seed=0)
        return list(load_episodes(out))

    async def piece(self, name: str, seed: int, shown: Sequence[Trajectory]) -> None:
        """Trains and judges one history with one seed."""
        record = self.keep / f"{name}-{seed}.json"
        if record.exists():
            return
        say(f"history {name}, seed {seed}")
        folder = self.keep / f"{name}-{seed}"
        model = build_model(folder / "model", "qwen2_5_vl", self.shape, texts_of(shown, DIALECT), seed=seed)
        config = self.config(model, HISTORIES[name], seed)
        begun_s = time.process_time()
        last = await train(config, folder / "run", resume=(folder / "run" / METRICS).exists())
        training_s = time.process_time() - begun_s
        found = newest(folder / "run" / CHECKPOINTS).folder
        assert found is not None
        policy = self.policy(found / POLICY, HISTORIES[name])
        await self.episodes(policy, folder / "live", rounds=JUDGED_ROUNDS, seed=JUDGED_SEED)
        once = [one for one in shown if one.id.split("/")[-1].startswith("0")]
        figures = {
            "likelihood": last["likelihood"],
            "training_s": training_s,
            **await judged_offline(policy, once),
            **await costs(config, once),
        }
        record.write_text(json.dumps(figures), encoding="utf-8")

    def config(self, model: Path, history: HistoryConfig, seed: int) -> TrainConfig:
        optimiser = OptimiserConfig(
            lr=self.lr, schedule="cosine", warmup=20, final_share=0.05, betas=(0.9, 0.98), weight_decay=0.01
        )
        trainer = TrainerConfig(
            updates=self.updates, tokens=8192, seed=seed, checkpoint_every=self.updates, keep=1, optimiser=optimiser
        )
        policy = TransformersPolicyConfig(
            kind="transformers", model=str(model), dialect=DIALECT, history=history, device=self.device
        )
        data = DataConfig(path=str(self.keep / "demonstrations"))
        return TrainConfig(recipe="sft", policy=policy, data=data, samples=self.samples, trainer=trainer)

    def policy(self, weights: Path, history: HistoryConfig) -> TransformersConfig:
        return TransformersConfig(
            model=str(weights),
            dialect=DIALECT,
            history=history,
            device=self.device,
            min_pixels=self.shape.min_pixels,
            max_pixels=self.shape.max_pixels,
            max_tokens=128,
            batch=4,
        )

    def figures(self, seeds: Sequence[int]) -> dict[str, Any]:
        """Of the histories that every seed was judged with."""
        done = [name for name in HISTORIES if all((self.keep / f"{name}-{seed}.json").exists() for seed in seeds)]
        live = {name: [by_task(outcomes(self.keep / f"{name}-{seed}" / "live")) for seed in seeds] for name in done}
        records = {
            name: [json.loads((self.keep / f"{name}-{seed}.json").read_text("utf-8")) for seed in seeds]
            for name in done
        }
        return {
            "seeds": len(seeds),
            "histories": {name: of_history(live[name], records[name]) for name in done},
            "paired": {
                f"{one} over {other}": paired_difference(live[one], live[other])
                for one, other in PAIRS
                if one in live and other in live
            },
        }


def by_task(run: Mapping[str, float]) -> dict[str, float]:
    """Success a task: its episodes begin alike, so an interval must not count them as so many tasks."""
    return {kind.lower(): share([value for name, value in run.items() if f"/{kind}" in name]) for kind in KINDS}


def of_history(live: Sequence[Mapping[str, float]], records: Sequence[Mapping[str, float]]) -> dict[str, Any]:
    """`live` has the success of each task, a seed each."""
    mean_success, low, high = bootstrap_mean(table(live)[1])
    return {
        "success": round(mean_success, 4),
        "interval_95": [round(low, 4), round(high, 4)],
        "by_seed": [share(list(run.values())) for run in live],
        "episodes": len(live) * JUDGED_ROUNDS * GOALS,
        **{kind.lower(): share([run[kind.lower()] for run in live]) for kind in KINDS},
        **{key: round(sum(one[key] for one in records) / len(records), 4) for key in records[0]},
    }


def share(values: Sequence[float]) -> float:
    return round(sum(values) / max(1, len(values)), 4)


async def judged_offline(config: TransformersConfig, shown: Sequence[Trajectory]) -> dict[str, float]:
    """SOP, greedy, as `farm eval --offline` has it."""
    matcher = StrictMatcher()
    policy = load_chat_policy(config)
    async with policy:
        played = await asyncio.gather(*(play(policy, one, [matcher]) for one in shown))
    broken = next((one.error for one in played if one.error and "did not parse" not in one.error), "")
    if broken:
        raise RuntimeError(broken)
    found = report(
        [score_task(one, list(said.outputs), matcher, WRITTEN, SPACE) for one, said in zip(shown, played, strict=True)]
    ).to_json()
    return {"sop_pg": found["pg"], "sop_tsr": found["tsr"]}


async def costs(config: TrainConfig, shown: Sequence[Trajectory]) -> dict[str, float]:
    """Tokens of the demonstrated steps, exact, and the CPU time of a reply to some of them."""
    learner = load_learner(config)
    encoder = learner.policy.parts.encoder  # type: ignore[attr-defined]
    prompts, replies, images, first, last = [], [], [], [], []
    asked = []
    for trajectory in shown:
        for index in range(len(trajectory.steps)):
            sample = await sft_sample(trajectory, index, learner)
            encoded = encoder.encode(sample.prompt)
            asked.append(sample.prompt)
            prompts.append(len(encoded.ids_T))
            replies.append(len(sample.response_ids_T))
            images.append(sum(image.tokens for image in encoded.images))
        first.append(prompts[-len(trajectory.steps)])
        last.append(prompts[-1])
    greedy = Sampling(temperature=0.0, max_tokens=round(mean(replies)))
    async with learner.model:
        begun_s = time.process_time()
        for prompt in asked[:: max(1, len(asked) // TIMED)][:TIMED]:
            await learner.model.generate(prompt, greedy)
        reply_s = (time.process_time() - begun_s) / min(TIMED, len(asked))
    return {
        "prompt_tokens": mean(prompts),
        "image_tokens": mean(images),
        "first_prompt": mean(first),
        "last_prompt": mean(last),
        "reply_tokens": mean(replies),
        "reply_s": reply_s,
    }


def mean(values: Sequence[float]) -> float:
    return sum(values) / max(1, len(values))


async def run(bench: Bench, names: Sequence[str], seeds: Sequence[int]) -> None:
    shown = await bench.demonstrations()
    for seed in seeds:
        for name in names:
            await bench.piece(name, seed, shown)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keep", type=Path, default=Path("runs/history"), metavar="DIR", help="where pieces stay")
    parser.add_argument("--seeds", default="0,1", help="training seeds")
    parser.add_argument("--history", action="append", choices=tuple(HISTORIES), default=[], help="default: all")
    parser.add_argument("--updates", type=int, default=300)
    parser.add_argument("--samples", type=int, default=16, help="demonstrated steps an update")
    parser.add_argument("--lr", type=float, default=8e-3)
    parser.add_argument("--size", choices=tuple(SIZES), default="bench")
    parser.add_argument("--device", default="auto", help="cpu, cuda, or auto: a GPU where there is one")
    options = parser.parse_args()
    bench = Bench(
        keep=options.keep,
        shape=SIZES[options.size],
        device=options.device,
        updates=options.updates,
        samples=options.samples,
        lr=options.lr,
    )
    seeds = [int(seed) for seed in options.seeds.split(",")]
    asyncio.run(run(bench, options.history or list(HISTORIES), seeds))
    print(json.dumps({"parameters": parameters(bench), **bench.figures(seeds), "machine": machine()}))
    return 0


def parameters(bench: Bench) -> int:
    from safetensors import safe_open

    (weights,) = sorted(bench.keep.glob("*-*/model/model.safetensors"))[:1]
    with safe_open(weights, framework="pt") as file:
        return sum(file.get_tensor(name).numel() for name in file.keys())  # noqa: SIM118 - no dictionary


if __name__ == "__main__":
    sys.exit(main())
