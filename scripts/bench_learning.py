"""What learning brings the miniature, live on simulated phones, in the words of the half that no training saw.

Prints one JSON line with, as far as they are there:

- `stages`: random, no-op, SFT, offline RL, semi-online RL and online RL: `success` (live, all training seeds, bootstrap
  over tasks and seeds); on experts' screens SOP with the own past, and with the expert's past the share of right steps
  (`single_step`) and of demonstrations right throughout (`whole`); and `paired` differences on the same tasks;
- `sop`: over all checkpoints that were judged both ways, R² of live success on SOP's TSR and on single-step accuracy;
- `ablations`: semi-online RL from the same start with one thing changed each;
- `online_variants`: online RL after semi-online RL in other ways, paired with where it began.

    python scripts/bench_learning.py [--keep runs/learning] [--seeds 0,1,2]
        [--part stages|sop|ablations|online ...] [--episodes 200] [--side-episodes 99] [--set KEY=VALUE ...]

Every finished piece stays in DIR and is not done again, so the same command goes on where one was stopped; a run over
part of the seeds or parts prints what DIR holds by then. Needs torch.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench_common import machine

from device_farm.config import load_config
from gui_agent.datasets.episodes import load_episodes
from gui_agent.datasets.types import Trajectory
from gui_agent.miniature.compare import (
    bootstrap_mean,
    outcomes,
    paired_difference,
    r_squared_interval,
    table,
)
from gui_agent.miniature.config import MiniatureConfig
from gui_agent.miniature.data import prepare, small_part
from gui_agent.miniature.judging import judge_offline, play
from gui_agent.miniature.online import train_online
from gui_agent.miniature.story import HELD_OUT_SEED, Shown, Story
from gui_agent.miniature.training import learner_of, newest_weights, train_stage
from gui_agent.policies.config import MiniConfig
from gui_agent.training.checkpoint import POLICY, checkpoints
from gui_agent.training.trainer import CHECKPOINTS

PARTS = ("stages", "sop", "ablations", "online")
STAGES = ("noop", "random", "sft", "offline", "semi-online", "online")
TRAINED = STAGES[2:]
PAIRS = (("offline", "sft"), ("semi-online", "sft"), ("semi-online", "offline"), ("online", "semi-online"))
ABLATIONS: Mapping[str, Mapping[str, Any]] = {
    "epsilon_0": {"epsilon": 0},
    "epsilon_1": {},
    "epsilon_2": {"epsilon": 2},
    "epsilon_inf": {"epsilon": -1},
    "patch_off_policy": {"patch": "off_policy"},
    "patch_on_policy": {"patch": "on_policy"},
    "gamma_0": {"gamma": 0.0},
    "gamma_09": {"gamma": 0.9},
    "gamma_1": {"gamma": 1.0},
    "no_episode_advantage": {"episode": 0.0},
    "no_step_advantage": {"omega": 0.0},
}
HISTORIES: Mapping[str, Mapping[str, Any]] = {
    "history_none": {"history": False},
    "history_demonstrated_thoughts": {"thoughts": True},
}
"""These begin with an imitation of their own; offline RL beside semi-online RL."""
ONLINE: Mapping[str, Mapping[str, Any]] = {
    "wide": {"tasks": 24, "updates": 6},
    "wide_curriculum": {"tasks": 24, "updates": 6, "curriculum": "success_rate"},
}
"""Against updates that have next to nothing to learn from: more groups each, and those of tasks solved now and then."""


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """DIR/seed-N are stories; DIR/sop and DIR/ablations hold what seed 0 is judged by beside them."""

    keep: Path
    config: MiniatureConfig
    side_episodes: int

    def story(self, seed: int) -> Path:
        return self.keep / f"seed-{seed}"

    async def tell(self, seed: int) -> None:
        """The story of one training seed; all of them share the experts' episodes of the first."""
        out = self.story(seed)
        out.mkdir(parents=True, exist_ok=True)
        for name in ("demonstrations", "held_out"):
            shared = self.keep / name
            shared.mkdir(exist_ok=True)
            if not (out / name).exists():
                (out / name).symlink_to(shared.resolve(), target_is_directory=True)
        config = self.config.model_copy(update={"seed": seed, "keep": 100})
        await Story(config, out, Shown(line=lambda text: say(f"seed {seed}: {text}"))).run()

    def trajectories(self, name: str, config: MiniatureConfig) -> list[Trajectory]:
        return list(prepare(load_episodes(self.keep / name), thoughts=config.thoughts).trajectories)

    async def judged(
        self, name: str, config: MiniatureConfig, weights: Path, *, episodes: int | None = None
    ) -> dict[str, Any]:
        """The weights live on `episodes` (default: `side_episodes`) tasks and offline, kept as DIR/judged/NAME.json."""
        record = self.keep / "judged" / f"{name}.json"
        if record.exists():
            return dict(json.loads(record.read_text("utf-8")))
        say(f"judging {name}")
        learner = learner_of(config, weights, reference=False)
        async with learner.model:
            offline = await judge_offline(learner, self.trajectories("held_out", config))
        run = self.keep / "judged" / name
        policy = MiniConfig(weights=str(weights), history=config.history)
        live = await play(
            "held_out",
            policy,
            run,
            episodes=episodes or self.side_episodes,
            seed=HELD_OUT_SEED,
            devices=config.devices,
        )
        judged = {"success_rate": live.success / max(1, live.rated), "episodes": live.rated, **offline.to_json()}
        record.parent.mkdir(parents=True, exist_ok=True)
        record.write_text(json.dumps(judged), encoding="utf-8")
        return judged

    async def sop(self, seed: int) -> None:
        """Every checkpoint that the story of a seed kept."""
        config = self.config.model_copy(update={"seed": seed})
        for stage in TRAINED:
            for folder in checkpoints(self.story(seed) / stage / CHECKPOINTS):
                await self.judged(f"sop-{seed}-{stage}-{folder.name}", config, folder / POLICY)

    async def ablate(self, seed: int) -> None:
        for name, change in ABLATIONS.items():
            rl = self.config.rl.model_copy(update=dict(change))
            config = self.config.model_copy(update={"seed": seed, "rl": rl})
            out = self.keep / "ablations" / name
            start = newest_weights(self.story(seed) / "sft")
            say(f"ablation {name}")
            demonstrations = self.trajectories("demonstrations", config)
            await train_stage("semi-online", config, demonstrations, out, weights=start)
            await self.judged(f"ablation-{name}", config, newest_weights(out))
        for name, change in HISTORIES.items():
            await self._history(name, self.config.model_copy(update={"seed": seed, **change}))

    async def _history(self, name: str, config: MiniatureConfig) -> None:
        root, demonstrations = self.keep / "ablations" / name, self.trajectories("demonstrations", config)
        say(f"ablation {name}")
        await train_stage("sft", config, small_part(demonstrations, config.sft.seeds), root / "sft")
        await self.judged(f"ablation-{name}-sft", config, newest_weights(root / "sft"))
        for recipe in ("offline", "semi-online"):
            start = newest_weights(root / "sft")
            await train_stage(recipe, config, demonstrations, root / recipe, weights=start)
            await self.judged(f"ablation-{name}-{recipe}", config, newest_weights(root / recipe))

    async def online(self, seed: int) -> None:
        start = newest_weights(self.story(seed) / "semi-online")
        for name, change in ONLINE.items():
            online = self.config.online.model_copy(update=dict(change))
            config = self.config.model_copy(update={"seed": seed, "online": online})
            out = self.keep / "online" / name / f"seed-{seed}"
            say(f"online {name}, seed {seed}")
            await train_online(config, out, start)
            await self.judged(f"online-{name}-{seed}", config, newest_weights(out), episodes=config.episodes)

    def figures(self) -> dict[str, Any]:
        """Of everything that DIR holds by now."""
        found: dict[str, Any] = {}
        stories = [path.parent for path in sorted(self.keep.glob("seed-*/stages.json"))]
        if stories:
            found["stages"] = stage_figures(stories)
        records = {path.stem: json.loads(path.read_text("utf-8")) for path in self.keep.glob("judged/*.json")}
        points = [one for name, one in sorted(records.items()) if name.startswith("sop-")]
        if len(points) >= 3:
            found["sop"] = sop_figures(points)
        ablations = {name.removeprefix("ablation-"): one for name, one in records.items() if name.startswith("abl")}
        if ablations:
            found["ablations"] = {name: side_figures(one) for name, one in sorted(ablations.items())}
        for name in ONLINE:
            ended = [str(seed) for seed in range(len(stories)) if f"online-{name}-{seed}" in records]
            if ended:
                found.setdefault("online_variants", {})[name] = self._online_figures(name, ended)
        return found

    def _online_figures(self, name: str, seeds: list[str]) -> dict[str, Any]:
        runs = [outcomes(self.keep / "judged" / f"online-{name}-{seed}") for seed in seeds]
        before = [outcomes(self.keep / f"seed-{seed}" / "eval" / "semi-online") for seed in seeds]
        return {"seeds": len(seeds), **_success(runs), "over semi-online": paired_difference(runs, before)}


def _success(runs: list[dict[str, float]]) -> dict[str, Any]:
    mean, low, high = bootstrap_mean(table(runs)[1])
    by_seed = [round(sum(run.values()) / max(1, len(run)), 4) for run in runs]
    interval = [round(low, 4), round(high, 4)]
    return {"success": round(mean, 4), "interval_95": interval, "by_seed": by_seed, "episodes": sum(map(len, runs))}


def stage_figures(stories: list[Path]) -> dict[str, Any]:
    """Over all training seeds whose story has the stage."""
    told = [json.loads((path / "stages.json").read_text("utf-8")) for path in stories]
    runs = {
        stage: [outcomes(path / "eval" / stage) for path, one in zip(stories, told, strict=True) if stage in one]
        for stage in STAGES
    }
    figures: dict[str, Any] = {"seeds": len(stories)}
    for stage, of_seeds in runs.items():
        if not of_seeds:
            continue
        mean, low, high = bootstrap_mean(table(of_seeds)[1])
        records = [one[stage] for one in told if stage in one]
        steps = sum(one["live"]["steps"] for one in records) / sum(one["live"]["episodes"] for one in records)
        figures[stage] = {
            "success": round(mean, 4),
            "interval_95": [round(low, 4), round(high, 4)],
            "by_seed": [one["live"]["success_rate"] for one in records],
            "episodes": sum(one["live"]["episodes"] for one in records),
            "steps_per_episode": round(steps, 2),
        }
        if stage in TRAINED:
            for key in ("pg", "tsr", "score"):
                figures[stage][f"sop_{key}"] = round(sum(one["sop"][key] for one in records) / len(records), 4)
            for key in ("single_step", "whole"):
                figures[stage][key] = round(sum(one[key] for one in records) / len(records), 4)
            figures[stage]["training_s"] = round(sum(one["training_s"] for one in records) / len(records), 1)
    paired = {}
    for one, other in PAIRS:
        both = [path for path, said in zip(stories, told, strict=True) if one in said and other in said]
        if both:
            compared = [[outcomes(path / "eval" / stage) for path in both] for stage in (one, other)]
            paired[f"{one} over {other}"] = paired_difference(*compared)
    return {**figures, "paired": paired}


def sop_figures(points: list[dict[str, Any]]) -> dict[str, Any]:
    live = [one["success_rate"] for one in points]
    figures: dict[str, Any] = {"checkpoints": len(points), "episodes_each": points[0]["episodes"]}
    for key in ("tsr", "pg", "score"):
        figures[key] = r_squared_interval([one["sop"][key] for one in points], live)
    figures["single_step"] = r_squared_interval([one["single_step"] for one in points], live)
    return figures


def side_figures(judged: dict[str, Any]) -> dict[str, Any]:
    sop = {f"sop_{key}": round(judged["sop"][key], 4) for key in ("pg", "tsr")}
    steps = {key: round(judged[key], 4) for key in ("single_step", "whole")}
    return {"success": round(judged["success_rate"], 4), "episodes": judged["episodes"], **sop, **steps}


async def run(bench: Bench, seeds: list[int], parts: list[str]) -> None:
    for seed in seeds:
        if "stages" in parts:
            await bench.tell(seed)
    if "sop" in parts:
        for seed in seeds[:1]:
            await bench.sop(seed)
    if "ablations" in parts:
        await bench.ablate(seeds[0])
    for seed in seeds:
        if "online" in parts:
            await bench.online(seed)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keep", type=Path, default=Path("runs/learning"), metavar="DIR", help="where pieces stay")
    parser.add_argument("--seeds", default="0,1,2", help="training seeds")
    parser.add_argument("--part", action="append", choices=PARTS, default=[], help="default: all")
    parser.add_argument("--episodes", type=int, default=200, help="live episodes of a stage and seed")
    parser.add_argument("--side-episodes", type=int, default=99, help="live episodes of a checkpoint or an ablation")
    parser.add_argument("--config", type=Path, action="append", default=[], metavar="FILE")
    parser.add_argument("--set", action="append", default=[], dest="overrides", metavar="KEY=VALUE")
    options = parser.parse_args()
    overrides = [f"episodes={options.episodes}", *options.overrides]
    config = load_config(MiniatureConfig, paths=options.config, overrides=overrides)
    options.keep.mkdir(parents=True, exist_ok=True)
    bench = Bench(keep=options.keep, config=config, side_episodes=options.side_episodes)
    seeds = [int(seed) for seed in options.seeds.split(",")]
    asyncio.run(run(bench, seeds, options.part or list(PARTS)))
    print(json.dumps({**bench.figures(), "config": config.model_dump(mode="json"), "machine": machine()}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
