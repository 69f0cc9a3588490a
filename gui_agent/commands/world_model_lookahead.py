"""The part `lookahead` of `farm world-model bench`: what one imperfect policy reaches without and with foresight."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from gui_agent.lookahead.bench import MEASURED_SEED, LookaheadBench

FIGURES: Final = ("success", "n", "interval_95", "ms_per_step", "tokens_per_step", "changed", "steps")
_SMALL: Final[Mapping[str, Any]] = {"episodes": 4}
"""Enough to see every arm at work; the figures say little."""


async def bench_lookahead(namespace: argparse.Namespace, out: Path) -> dict[str, Any]:
    """By the name of an arm, its figures. Raises as a run of episodes."""
    bench = lookahead_bench(out, seed=namespace.seed, **(_SMALL if namespace.small else {}))
    for name in bench.arms:
        print(f"playing {name}", file=sys.stderr, flush=True)  # noqa: T201 - progress, apart from the figures
        await bench.play(name)
    found = bench.figures()
    return {name: {figure: told[figure] for figure in FIGURES if figure in told} for name, told in found.items()}


def lookahead_bench(out: Path, *, seed: int = 0, **options: Any) -> LookaheadBench:
    """Below `out`, with the first sketcher that the other part has trained there, where it has: of matched order, else
    of any.
    """
    made = sorted((out / "sketchers").glob("*.npz"), key=lambda path: (not path.stem.startswith("matched"), path.name))
    sketcher = made[0] if made else None
    return LookaheadBench(keep=out / "lookahead", seed=MEASURED_SEED + seed, sketcher=sketcher, **options)
