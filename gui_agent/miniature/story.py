"""The whole story in one folder: expert episodes, imitation, offline and semi-online RL from the same start, online RL.

    DIR/demonstrations, DIR/held_out    run folders of the experts, in the words of either half
    DIR/sft, offline, semi-online, online    training runs, with `metrics.jsonl` and checkpoints
    DIR/eval/NAME                       run folders of the live episodes that judge a stage
    DIR/stages.json, result.json        what is done, and the figures

Every part goes on where it stopped; a stage that `stages.json` holds is not looked at again.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from gui_agent.datasets.episodes import load_episodes
from gui_agent.datasets.types import Trajectory
from gui_agent.miniature.config import MiniatureConfig
from gui_agent.miniature.data import prepare, small_part
from gui_agent.miniature.judging import judge_offline, play
from gui_agent.miniature.online import train_online
from gui_agent.miniature.tasks import Half, suite
from gui_agent.miniature.training import Recipe, learner_of, newest_weights, train_stage
from gui_agent.policies.config import ExpertConfig, MiniConfig, NoopConfig, PolicyConfig, RandomConfig
from gui_agent.runner.events import Listener as RunListener
from gui_agent.training.metrics import Listener

HELD_OUT_SEED: Final = 1000
STAGES, RESULT = "stages.json", "result.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Who is told of progress: a line a stage, the episodes of each run, every update of a training of so many."""

    line: Callable[[str], None]
    episodes: Callable[[], AbstractContextManager[RunListener | None]] = nullcontext
    updates: Callable[[int], Sequence[Listener]] = field(default=lambda updates: ())


class Story:
    """One folder. `run` tells it from where it stands to its end."""

    def __init__(self, config: MiniatureConfig, out: Path, shown: Shown) -> None:
        self._config, self._out, self._shown = config, out, shown
        self._stages: dict[str, dict[str, Any]] = {}
        path = out / STAGES
        if path.exists():
            self._stages = json.loads(path.read_text("utf-8"))

    async def run(self) -> dict[str, Any]:
        """The result, as `result.json` holds it.

        Raises:
            DataError: a stored part is damaged.
            PolicyError: training met numbers that are not finite.
            CapacityError, PrerequisiteError, TransportError, StorageError: as a run of episodes.
        """
        await self._collect("demonstrations", "train", self._config.seeds, 0)
        await self._collect("held_out", "held_out", self._config.held_out, HELD_OUT_SEED)
        await self._baseline("noop", NoopConfig())
        await self._baseline("random", RandomConfig(seed=self._config.seed))
        await self._train("sft", after=None)
        await self._train("offline", after="sft")
        await self._train("semi-online", after="sft")
        if self._config.online.updates:
            await self._online(after="semi-online")
        result = {"recipe": "miniature", **self._figures(), "out": str(self._out)}
        _write(self._out / RESULT, result)
        return result

    async def _collect(self, name: str, half: Half, seeds: int, first_seed: int) -> None:
        if name in self._stages:
            return
        self._shown.line(f"{name}: experts on simulated phones")
        begun_s = time.monotonic()
        episodes = seeds * len(self._config.templates or suite(half).templates)
        summary = await self._play(half, ExpertConfig(), self._out / name, episodes, first_seed)
        self._done(name, {**_counts(summary), "seconds": round(time.monotonic() - begun_s, 1)})

    async def _baseline(self, name: str, policy: PolicyConfig) -> None:
        if name not in self._stages:
            self._shown.line(f"{name}: live episodes")
            begun_s = time.monotonic()
            live = await self._live(name, policy)
            self._done(name, {"live": live, "seconds": round(time.monotonic() - begun_s, 1)})

    async def _train(self, recipe: Recipe, *, after: str | None) -> None:
        if recipe in self._stages:
            return
        config, out = self._config, self._out / recipe
        shown = prepare(await asyncio.to_thread(self._trajectories, "demonstrations"), thoughts=config.thoughts)
        data = small_part(shown.trajectories, config.sft.seeds) if recipe == "sft" else shown.trajectories
        updates = config.sft.updates if recipe == "sft" else config.rl.updates
        self._shown.line(f"{recipe}: {updates} updates on {len(data)} demonstrations")
        begun_s = time.monotonic()
        last = await train_stage(
            recipe,
            config,
            data,
            out,
            weights=newest_weights(self._out / after) if after else None,
            listeners=self._shown.updates(updates),
        )
        await self._judge(recipe, {**_kept(last), "demonstrations": len(data)}, time.monotonic() - begun_s)

    async def _online(self, *, after: str) -> None:
        if "online" in self._stages:
            return
        updates = self._config.online.updates
        self._shown.line(f"online: {updates} updates on live episodes")
        begun_s = time.monotonic()
        listeners = self._shown.updates(updates)
        last = await train_online(
            self._config, self._out / "online", newest_weights(self._out / after), listeners=listeners
        )
        await self._judge("online", _kept(last), time.monotonic() - begun_s)

    async def _judge(self, name: str, trained: dict[str, Any], training_s: float) -> None:
        self._shown.line(f"{name}: {self._config.episodes} live episodes, and the experts' screens")
        begun_s = time.monotonic()
        weights = newest_weights(self._out / name)
        learner = learner_of(self._config, weights, reference=False)
        held_out = prepare(await asyncio.to_thread(self._trajectories, "held_out"), thoughts=self._config.thoughts)
        async with learner.model:
            offline = await judge_offline(learner, held_out.trajectories)
        live = await self._live(name, MiniConfig(weights=str(weights), history=self._config.history))
        seconds = {"training_s": round(training_s, 1), "judging_s": round(time.monotonic() - begun_s, 1)}
        self._done(name, {"live": live, **offline.to_json(), "training": trained, **seconds})

    async def _live(self, name: str, policy: PolicyConfig) -> dict[str, Any]:
        folder = self._out / "eval" / name
        summary = await self._play("held_out", policy, folder, self._config.episodes, HELD_OUT_SEED)
        return {**_counts(summary), **summary.success_json()}

    async def _play(self, half: Half, policy: PolicyConfig, folder: Path, episodes: int, seed: int) -> Any:
        with self._shown.episodes() as display:
            return await play(
                half,
                policy,
                folder,
                episodes=episodes,
                seed=seed,
                devices=self._config.devices,
                templates=self._config.templates,
                listeners=[display] if display is not None else [],
            )

    def _trajectories(self, name: str) -> list[Trajectory]:
        return list(load_episodes(self._out / name))

    def _done(self, name: str, record: dict[str, Any]) -> None:
        self._stages[name] = record
        _write(self._out / STAGES, self._stages)
        live = record.get("live")
        if live:
            low, high = live["interval_95"]
            self._shown.line(f"{name}: live success {live['success_rate']:.1%} ({low:.1%} to {high:.1%})")

    def _figures(self) -> dict[str, Any]:
        return {
            "seed": self._config.seed,
            "stages": self._stages,
            "success": {name: one["live"]["success_rate"] for name, one in self._stages.items() if "live" in one},
        }


def _counts(summary: Any) -> dict[str, Any]:
    return {name: value for name, value in summary.to_json().items() if name in _COUNTED}


_COUNTED = ("episodes", "success", "undecided", "infra_error", "timeout", "policy_error", "steps", "wall_s")
_TRAINED = ("update", "loss", "reward", "matched", "samples", "skipped", "success")


def _kept(last: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in last.items() if name in _TRAINED}


def _write(path: Path, value: dict[str, Any]) -> None:
    begun = path.with_suffix(".new")
    begun.write_text(json.dumps(value, indent=1), encoding="utf-8")
    begun.replace(path)
