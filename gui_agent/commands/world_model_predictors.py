"""The part `predictors` of `farm world-model bench`: how well the next screen is foretold on unseen tasks and apps."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from typing import Any, Final

from device_farm.errors import ConfigError
from gui_agent.commands.world_model_scoring import spread
from gui_agent.transitions.lines import read_transitions
from gui_agent.transitions.recorded import Recorded
from gui_agent.transitions.scoring import PredictorScores, score_predictor
from world_model.predictors.copying import CopyPredictor

TESTS: Final = ("test_templates", "test_apps")
FIGURES: Final = ("f1", "miou", "text_similarity", "f1_changed", "n", "n_changed")


async def bench_predictors(namespace: argparse.Namespace, out: Path) -> dict[str, Any]:
    """By the name of a predictor, then `test_templates` and `test_apps`, its figures.

    Raises ConfigError where there are no transitions, DataError where they are damaged.
    """
    folder: Path | None = namespace.transitions
    if folder is None:
        fix = "name a folder of farm export RUN --format transitions"
        raise ConfigError("there are no transitions to score on", field="--transitions", fix=fix)
    found: dict[str, Any] = {}
    for name in TESTS:
        transitions = await asyncio.to_thread(test_part, folder, name)
        scores = await score_predictor(CopyPredictor(), spread(transitions, namespace.sample))
        found.setdefault("copy", {})[name] = figures(scores)
    return found


def test_part(folder: Path, name: str) -> list[Recorded]:
    """Raises ConfigError where the folder has no such file, DataError where it is damaged."""
    path = folder / f"transitions_{name}.jsonl"
    if not path.is_file():
        fix = "name a folder of farm export RUN --format transitions"
        raise ConfigError(f"{path} is not there", field="--transitions", fix=fix)
    return list(read_transitions(path))


def figures(scores: PredictorScores) -> dict[str, Any]:
    """Those of FIGURES; what fails counts as an empty screen."""
    told = scores.to_json()
    return {name: told[name] for name in FIGURES}
