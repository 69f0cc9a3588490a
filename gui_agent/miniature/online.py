"""Online RL of the miniature: the recipe `online` on the training half's tasks, on simulated phones."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gui_agent.config import RunConfig
from gui_agent.miniature.config import MiniatureConfig
from gui_agent.miniature.tasks import SUITE_PATHS, suite
from gui_agent.training.config import (
    ImportedConfig,
    LossConfig,
    OnlineConfig,
    OptimiserConfig,
    RolloutConfig,
    TrainConfig,
    TrainerConfig,
)
from gui_agent.training.metrics import Listener
from gui_agent.training.recipes import train
from gui_agent.training.trainer import CHECKPOINTS, METRICS


def online_config(config: MiniatureConfig, weights: Path) -> TrainConfig:
    """What `farm train online` would be told: the tasks that the demonstrations were of."""
    online = config.online
    options: dict[str, str | int | float | bool] = {
        "weights": str(weights),
        "seed": config.seed,
        "width": config.width,
        "layers": config.layers,
        "history": config.history,
    }
    return TrainConfig(
        recipe="online",
        policy=ImportedConfig(import_path="gui_agent.miniature.learner:make_learner", options=options),
        trainer=TrainerConfig(
            updates=online.updates,
            tokens=config.tokens,
            seed=config.seed,
            checkpoint_every=config.checkpoint_every,
            keep=config.keep,
            optimiser=OptimiserConfig(lr=online.lr),
        ),
        rollout=RolloutConfig(
            tasks=online.tasks, group=online.group, eta=0.0, refills=0, thought_required=False, gamma=1.0
        ),
        online=OnlineConfig(curriculum=online.curriculum),
        loss=LossConfig(kl=config.rl.kl),
        run=RunConfig(
            suite=SUITE_PATHS["train"],
            tasks=config.templates,
            episodes=config.seeds * len(config.templates or suite("train").templates),
            devices=config.devices,
            report=False,
        ),
    )


async def train_online(
    config: MiniatureConfig, out: Path, weights: Path, *, listeners: Sequence[Listener] = ()
) -> dict[str, Any]:
    """Trains into `out`, on from its newest checkpoint where it has one. Raises as `recipes.train`."""
    resume = (out / METRICS).exists() or (out / CHECKPOINTS).exists()
    return await train(online_config(config, weights), out, resume=resume, listeners=listeners)
