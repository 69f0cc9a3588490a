"""The part `predictors` of `farm world-model bench`: how well the next screen is foretold on unseen tasks and apps."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from gui_agent.transitions.predictor_bench import TESTS, PredictorBench, part

FIGURES: Final = ("f1", "miou", "text_similarity", "f1_changed", "n", "n_changed", "f1_95", "f1_changed_95")
_SMALL: Final[Mapping[str, Any]] = {"episodes": 24, "updates": 60, "oracle": 4}
"""Enough to see every part at work; the figures say little."""


async def bench_predictors(namespace: argparse.Namespace, out: Path) -> dict[str, Any]:
    """By the name of a predictor, then `test_templates` and `test_apps`, its figures.

    Raises:
        ConfigError: `--transitions` is no folder of transitions.
        DataError: they are damaged.
        PrerequisiteError: there is no torch to train with.
    """
    folder: Path | None = namespace.transitions
    if folder is not None:
        for name in ("train", *TESTS):
            part(folder, name)
    bench = PredictorBench(
        keep=out,
        transitions=folder,
        platform=namespace.platform,
        seeds=(namespace.seed,),
        sample=namespace.sample,
        tell=lambda text: print(text, file=sys.stderr, flush=True),  # noqa: T201 - progress, apart from the figures
        **(_SMALL if namespace.small else {}),
    )
    await bench.train()
    found = (await bench.figures())["predictors"]
    return {
        name: {test: {figure: told[figure] for figure in FIGURES} for test, told in tests.items()}
        for name, tests in found.items()
    }
