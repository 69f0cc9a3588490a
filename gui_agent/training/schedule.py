"""The learning rate of an update: a pure function of its number, so that nothing of it needs to be stored."""

from __future__ import annotations

import math
from typing import assert_never

from gui_agent.training.config import OptimiserConfig


def learning_rate(config: OptimiserConfig, update: int, updates: int) -> float:
    """Of update 0, 1, … of `updates`. Linear warm-up that reaches `lr` with its last update; then

    constant:  lr
    cosine:    lr · (f + (1 − f) · (1 + cos π·p) / 2), p from 0 behind the warm-up to 1 at the last update
    """
    if update < config.warmup:
        return config.lr * (update + 1) / config.warmup
    match config.schedule:
        case "constant":
            return config.lr
        case "cosine":
            passed = (update - config.warmup) / max(1, updates - 1 - config.warmup)
            wave = (1 + math.cos(math.pi * min(1.0, passed))) / 2
            return config.lr * (config.final_share + (1 - config.final_share) * wave)
        case _:
            assert_never(config.schedule)
