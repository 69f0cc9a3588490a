"""How well the next screen is foretold on unseen tasks and applications: copy, four ways of training, the oracle.

Every piece stays in one folder and is not made again: episodes, transitions, trained sketchers, scores.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from device_farm.errors import ConfigError
from device_farm.types.task import Platform
from gui_agent.store.reader import RunReader
from gui_agent.transitions.collecting import EXPORTED, collected, exported, sources
from gui_agent.transitions.intervals import Scored, difference, scored, summary
from gui_agent.transitions.lines import read_transitions
from gui_agent.transitions.parts import spread
from gui_agent.transitions.recorded import Recorded
from gui_agent.transitions.replayed_oracle import oracle_comparisons
from gui_agent.transitions.scoring import compared
from world_model.predictors.base import Predictor
from world_model.predictors.copying import CopyPredictor
from world_model.sketcher.orders import ORDERS, Order
from world_model.sketcher.predictor import SketcherPredictor
from world_model.sketcher.weight_file import load_sketcher, write_sketcher

if TYPE_CHECKING:
    from world_model.sketcher.training import Recipe

TESTS: Final = ("test_templates", "test_apps")
COMPARED: Final = ("f1", "f1_changed", "miou")


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictorBench:
    """`keep` is the folder. `episodes` are collected, unless `transitions` is a folder of `farm export --format
    transitions`, which has no devices for an oracle; desktops have none either. `updates` of every training, None as
    the recipe has it; the first `oracle` episodes of each test are played again, 0 for none; `sample` transitions of
    each test are scored.
    """

    keep: Path
    transitions: Path | None = None
    platform: Platform = "android"
    episodes: int = 1056
    orders: tuple[Order, ...] = ORDERS
    seeds: tuple[int, ...] = (0,)
    updates: int | None = None
    oracle: int = 24
    sample: int | None = None
    devices: int = 2
    tell: Callable[[str], None] = lambda text: None

    @property
    def root(self) -> Path:
        """A folder of its own for desktops, whose pieces have the names of the phones'."""
        return self.keep if self.platform == "android" else self.keep / self.platform

    async def data(self) -> Path:
        """Raises as `collected`; ConfigError where the folder that is given holds no transitions."""
        if self.transitions is not None:
            return self.transitions
        if (self.root / "transitions" / EXPORTED).exists():
            return self.root / "transitions"
        what = "simulated phones" if self.platform == "android" else "desktops"
        self.tell(f"collecting {self.episodes} episodes on {self.devices} {what}")
        readers = await collected(
            self.root / "episodes", episodes=self.episodes, platform=self.platform, devices=self.devices
        )
        return await exported(list(readers.values()), self.root / "transitions")

    async def train(self) -> None:
        """Every order with every seed. Raises PrerequisiteError without torch, DataError, PolicyError."""
        missing = [(order, seed) for seed in self.seeds for order in self.orders if not self._made(order, seed)]
        if not missing:
            return
        from gui_agent.transitions.sketcher_recipe import needs_torch, trained

        needs_torch()
        folder = await self.data()
        transitions = await asyncio.to_thread(part, folder, "train")
        for order, seed in missing:
            self.tell(f"training with {order} order, seed {seed}")
            taught = await asyncio.to_thread(trained, transitions, self._recipe(order, seed))
            (self.root / "sketchers").mkdir(parents=True, exist_ok=True)
            figures = {name: getattr(taught, name) for name in ("updates", "loss", "seconds", "cpu_s", "unsaid")}
            told = {"order": order, "seed": seed, "transitions": len(transitions), **figures}
            path = self._weights(order, seed)
            path.with_suffix(".json").write_text(json.dumps(told), encoding="utf-8")
            write_sketcher(path, taught.model)

    def _recipe(self, order: Order, seed: int) -> Recipe:
        from world_model.sketcher.training import Recipe

        recipe = Recipe(order=order, seed=seed)
        return recipe if self.updates is None else replace(recipe, updates=self.updates)

    def _weights(self, order: Order, seed: int) -> Path:
        return self.root / "sketchers" / f"{order}-{seed}.npz"

    def _made(self, order: Order, seed: int) -> bool:
        return self._weights(order, seed).exists()

    async def figures(self) -> dict[str, Any]:
        """`predictors` by name and test, `margins` of each order over the fixed one (the same seeds), `gains` over a
        copy, `trainings`, and what was held out. Of what is there by now: trainings that are missing are left out.
        """
        folder = await self.data()
        found: dict[str, dict[str, Any]] = {}
        margins: dict[str, dict[str, Any]] = {}
        gains: dict[str, dict[str, Any]] = {}
        for test in TESTS:
            transitions = spread(await asyncio.to_thread(part, folder, test), self.sample)
            copy = await self._scored("copy", CopyPredictor(), test, transitions)
            orders = {order: await self._of_order(order, test, transitions) for order in self.orders}
            scores: dict[str, list[Scored]] = {"copy": [copy]}
            scores |= {order: list(by_seed.values()) for order, by_seed in orders.items() if by_seed}
            if self.transitions is None and self.platform == "android" and self.oracle:
                scores["oracle"] = [await self._of_oracle(test, transitions)]
            for name, seeds in scores.items():
                found.setdefault(name, {})[test] = summary(seeds)
            for order, by_seed in orders.items():
                fixed = orders.get("fixed", {})
                if by_seed:
                    gains.setdefault(order, {})[test] = _over(by_seed, dict.fromkeys(by_seed, copy))
                if order != "fixed" and by_seed.keys() & fixed.keys():
                    margins.setdefault(order, {})[test] = _over(by_seed, fixed)
        told = {"predictors": found, "margins": margins, "gains": gains}
        return {**told, "trainings": self._trainings(), "data": _counts(folder)}

    async def _of_order(self, order: Order, test: str, transitions: Sequence[Recorded]) -> dict[int, Scored]:
        """By training seed."""
        made = [seed for seed in self.seeds if self._made(order, seed)]
        return {seed: await self._of_sketcher(order, seed, test, transitions) for seed in made}

    async def _of_sketcher(self, order: Order, seed: int, test: str, transitions: Sequence[Recorded]) -> Scored:
        predictor = SketcherPredictor(load_sketcher(self._weights(order, seed)))
        return await self._scored(f"{order}-{seed}", predictor, test, transitions)

    async def _scored(self, name: str, predictor: Predictor, test: str, transitions: Sequence[Recorded]) -> Scored:
        path = self.root / "scores" / f"{name}-{test}-{len(transitions)}.json"
        if path.exists():
            return dict(json.loads(path.read_text("utf-8")))
        self.tell(f"scoring {name} on {len(transitions)} transitions of {test}")
        return _kept(path, scored((await compared(predictor, transitions))[1]))

    async def _of_oracle(self, test: str, transitions: Sequence[Recorded]) -> Scored:
        path = self.root / "scores" / f"oracle-{test}-{len(transitions)}-{self.oracle}.json"
        if path.exists():
            return dict(json.loads(path.read_text("utf-8")))
        self.tell(f"the oracle on {self.oracle} episodes of {test}, played again")
        readers = {name: RunReader(self.root / "episodes" / name) for name in sources(self.platform)}
        out = self.root / "oracle" / f"{test}-{self.oracle}"
        found = await oracle_comparisons(readers, transitions, out, episodes=self.oracle, devices=self.devices)
        return _kept(path, scored(found))

    def _trainings(self) -> dict[str, Any]:
        told = [json.loads(path.read_text("utf-8")) for path in sorted((self.root / "sketchers").glob("*.json"))]
        found: dict[str, Any] = {}
        for order in self.orders:
            own = [one for one in told if one["order"] == order and one["seed"] in self.seeds]
            if own:
                found[order] = {
                    "seeds": len(own),
                    "updates": own[0]["updates"],
                    "minutes_cpu": round(sum(one["cpu_s"] for one in own) / len(own) / 60, 2),
                    "minutes": round(sum(one["seconds"] for one in own) / len(own) / 60, 2),
                    "loss": round(sum(one["loss"] for one in own) / len(own), 3),
                    "unsaid": round(own[0]["unsaid"], 4),
                }
        return found


def _over(one: Mapping[int, Scored], other: Mapping[int, Scored]) -> dict[str, Any]:
    """Over the training seeds that both have."""
    seeds = sorted(one.keys() & other.keys())
    return {key: difference([one[seed] for seed in seeds], [other[seed] for seed in seeds], key) for key in COMPARED}


def _kept(path: Path, values: Scored) -> Scored:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(values), encoding="utf-8")
    return values


def part(folder: Path, name: str) -> list[Recorded]:
    """Raises ConfigError where the folder has no such file, DataError where it is damaged or empty of training."""
    path = folder / f"transitions_{name}.jsonl"
    if not path.is_file():
        fix = "name a folder of farm export RUN --format transitions"
        raise ConfigError(f"{path} is not there", field="--transitions", fix=fix)
    return list(read_transitions(path))


def _counts(folder: Path) -> dict[str, Any]:
    path = folder / "counts.json"
    if not path.exists():
        return {}
    told = json.loads(path.read_text("utf-8"))
    counts = {name: told[name]["kept"] for name in ("train", *TESTS)}
    return {**counts, "held_out_apps": told["held_out_apps"], "held_out_templates": told["held_out_templates"]}
