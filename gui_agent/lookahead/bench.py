"""What looking ahead is worth: one imperfect policy on the same tasks, reactive and with each predictor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from gui_agent.composition import make_plan
from gui_agent.config import RunConfig
from gui_agent.lookahead.agreement import lookahead_figures
from gui_agent.lookahead.config import (
    CopyLookaheadConfig,
    LookaheadConfig,
    ModelLookaheadConfig,
    OracleLookaheadConfig,
)
from gui_agent.miniature.compare import bootstrap_mean, outcomes, paired_difference, table
from gui_agent.miniature.tasks import SUITE_PATHS
from gui_agent.policies.config import MiniConfig
from gui_agent.runner.collect import collect
from gui_agent.store.layout import Layout
from gui_agent.store.reader import RunReader

REACTIVE: Final = "reactive"
SURE: Final = 0.9
"""Where the policy gives its own action this probability, nothing is imagined. Chosen on the tasks of `TUNING_SEED`."""
TUNING_SEED: Final = 5000
MEASURED_SEED: Final = 6000
_TOLD: Final = ("changed", "steps", "fell_back", "reasons", "faults", "ms_per_step", "tokens_per_step", "agreement")


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """One way to act: which predictor, who chooses, how many actions far, and the milliseconds of a decision."""

    type: Literal["copy", "oracle", "model"]
    chooser: Literal["policy", "reader", "verifier"]
    depth: int = 2
    budget_ms: float = 30_000.0

    def config(self, sketcher: str) -> LookaheadConfig:
        """`sketcher` is the small predictor's file, for the arms of `model`."""
        shared: dict[str, Any] = {"chooser": self.chooser, "depth": self.depth, "sure": SURE}
        shared["budget_ms"] = self.budget_ms
        match self.type:
            case "copy":
                return CopyLookaheadConfig(**shared)
            case "oracle":
                return OracleLookaheadConfig(**shared)
            case "model":
                return ModelLookaheadConfig(**shared, sketcher=sketcher)


ARMS: Final[Mapping[str, Arm | None]] = {
    REACTIVE: None,
    "copy": Arm(type="copy", chooser="reader"),
    "model": Arm(type="model", chooser="reader"),
    "oracle_reader": Arm(type="oracle", chooser="reader"),
    "oracle_policy": Arm(type="oracle", chooser="policy"),
    "oracle": Arm(type="oracle", chooser="verifier"),
    "oracle_deep": Arm(type="oracle", chooser="verifier", depth=6, budget_ms=60_000.0),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LookaheadBench:
    """The miniature with the package's weights on texts that its training never saw, on simulated phones.

    Each arm is a run folder below `keep`; what is whole there is not played again. Without a `sketcher` there is no arm
    of a model.
    """

    keep: Path
    episodes: int = 200
    seed: int = MEASURED_SEED
    devices: int = 2
    sketcher: Path | None = None

    async def play(self, name: str) -> None:
        """Plays what of an arm is not there yet. Raises as `collect`."""
        arm, out = ARMS[name], self.keep / name
        config = RunConfig(
            suite=SUITE_PATHS["held_out"],
            platform="android",
            policy=MiniConfig(),
            episodes=self.episodes,
            seed=self.seed,
            devices=self.devices,
            lookahead=None if arm is None else arm.config(str(self.sketcher)),
            report=False,
        )
        await collect(await make_plan(config), out, resume=Layout(out).config.exists())

    @property
    def arms(self) -> tuple[str, ...]:
        """Those that can be played."""
        return tuple(
            name for name, arm in ARMS.items() if self.sketcher is not None or arm is None or arm.type != "model"
        )

    def figures(self) -> dict[str, Any]:
        """By arm, of what is there; successes are over the tasks that every arm was judged on. `share_of_gain` is how
        much of what the oracle gains with the same chooser, and with the verifier, an arm reaches.
        """
        names = [name for name in ARMS if Layout(self.keep / name).config.exists()]
        runs = {name: outcomes(self.keep / name) for name in names}
        tasks, values = table(list(runs.values()))
        found: dict[str, Any] = {}
        for name, row in zip(names, values, strict=True):
            mean, low, high = bootstrap_mean(row[None])
            told: dict[str, Any] = {
                "success": round(mean, 4),
                "n": len(tasks),
                "interval_95": [round(low, 4), round(high, 4)],
            }
            found[name] = told | self._beside(name, runs)
        for name in ("copy", "model"):
            if name in found:
                ceilings = ("oracle_reader", "oracle")
                found[name]["share_of_gain"] = {each: share_of_gain(found, name, each) for each in ceilings}
        return found

    def _beside(self, name: str, runs: Mapping[str, Mapping[str, float]]) -> dict[str, Any]:
        """What only an arm that looked ahead has."""
        if ARMS[name] is None:
            return {"ms_per_step": 0.0, "tokens_per_step": 0.0}
        ahead = lookahead_figures(RunReader(self.keep / name))
        told = {key: ahead[key] for key in _TOLD}
        if REACTIVE not in runs:
            return told
        gains = [runs[name][task] - runs[REACTIVE][task] for task in runs[name].keys() & runs[REACTIVE].keys()]
        return told | {
            "beside_reactive": paired_difference([runs[name]], [runs[REACTIVE]]),
            "better": sum(gain > 0 for gain in gains),
            "worse": sum(gain < 0 for gain in gains),
        }


def share_of_gain(figures: Mapping[str, Any], name: str, ceiling: str) -> float | None:
    """(success of `name` − reactive) / (success of `ceiling` − reactive); None where the ceiling gains nothing, or an
    arm is not there.
    """
    if not {name, ceiling, REACTIVE} <= figures.keys():
        return None
    base = figures[REACTIVE]["success"]
    gain = figures[ceiling]["success"] - base
    return round((figures[name]["success"] - base) / gain, 4) if gain > 0 else None
