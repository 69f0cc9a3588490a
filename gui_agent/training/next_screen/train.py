"""From a config to a trained world model."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from device_farm.errors import ConfigError, PrerequisiteError
from gui_agent.training.metrics import Listener, MetricsLog
from gui_agent.training.next_screen.config import SketcherConfig, TextConfig, WorldModelConfig
from gui_agent.transitions.lines import read_transitions
from gui_agent.transitions.recorded import Recorded
from world_model.sketcher.gathering import Limits
from world_model.sketcher.shape import Shape
from world_model.sketcher.weight_file import SKETCHER, write_sketcher

TRAIN_FILE = "transitions_train.jsonl"


def load_transitions(config: WorldModelConfig) -> list[Recorded]:
    """Raises ConfigError where there is no file, DataError where it is damaged or empty; names file, line and field."""
    path = Path(config.data.path)
    path = path / TRAIN_FILE if path.is_dir() else path
    if not path.is_file():
        fix = "make it with farm export RUN --format transitions"
        raise ConfigError(f"{path} is not there", field="data.path", fix=fix)
    found = list(read_transitions(path))
    if not found:
        raise ConfigError(f"{path} holds no transition", field="data.path", fix="collect and export more episodes")
    return found


async def train_sketcher(
    config: WorldModelConfig, learner: SketcherConfig, out: Path, listeners: Sequence[Listener] = ()
) -> dict[str, Any]:
    """Writes `out`/sketcher.npz and metrics; the figures of the last update and of what there was to learn.

    Raises:
        ConfigError, DataError: as `load_transitions`; the sizes make no network.
        PolicyError: the loss was no number in several updates in a row.
    """
    from gui_agent.transitions.sketcher_recipe import trained
    from world_model.sketcher.training import Recipe

    transitions = await asyncio.to_thread(load_transitions, config)
    shape = Shape(width=learner.width, layers=learner.layers, heads=learner.heads, inner=learner.inner)
    taken = ("updates", "samples", "lr", "warmup", "weight_decay", "clip_norm", "fixed_share", "word_noise")
    recipe = Recipe(
        order=config.order,
        seed=config.seed,
        shape=shape,
        limits=Limits(least=learner.least, entries=learner.entries),
        **{name: getattr(learner, name) for name in taken},
    )
    taught = await asyncio.to_thread(trained, transitions, recipe, _telling(out, listeners))
    path = write_sketcher(out / SKETCHER, taught.model)
    return {
        "learner": "sketcher",
        "order": config.order,
        "transitions": len(transitions),
        "entries": len(taught.model.vocabulary.entries),
        "unsaid": round(taught.unsaid, 4),
        "updates": taught.updates,
        "loss": taught.loss,
        "seconds": round(taught.seconds, 1),
        "sketcher": str(path),
    }


def _telling(out: Path, listeners: Sequence[Listener]) -> Callable[[Mapping[str, float]], None]:
    from gui_agent.training.trainer import METRICS

    log = MetricsLog(out / METRICS)

    def tell(figures: Mapping[str, float]) -> None:
        # JSON has no word for what is no number.
        record = {name: value if math.isfinite(value) else None for name, value in figures.items()}
        log.append(record)
        for listener in listeners:
            listener.on_update(record)

    return tell


async def train_text(
    config: WorldModelConfig, learner: TextConfig, out: Path, *, resume: bool, listeners: Sequence[Listener] = ()
) -> dict[str, Any]:
    """Trains with the trainer that policies have; the last update's figures, with the `checkpoint` to serve.

    Raises:
        ConfigError, DataError, PrerequisiteError: found before anything was trained.
        PolicyError: numbers that are not finite.
    """
    try:
        from gui_agent.training.language.learner import LanguageSettings, language_learner
    except ImportError as error:
        fix = "pip install torch transformers"
        raise PrerequisiteError(f"a text model needs {error.name}", field="learner.policy", fix=fix) from error
    from gui_agent.training.checkpoint import checkpoint_folder
    from gui_agent.training.next_screen.samples import NextScreen
    from gui_agent.training.next_screen.source import NextScreenSource
    from gui_agent.training.objective import LikelihoodObjective
    from gui_agent.training.trainer import CHECKPOINTS, Trainer

    transitions = await asyncio.to_thread(load_transitions, config)
    trainer = learner.trainer.model_copy(update={"seed": config.seed})
    taught = language_learner(learner.policy, LanguageSettings(lora=learner.lora, packing=trainer.packing))
    shown = NextScreen(
        learner=taught,
        order=config.order,
        sketch_tokens=learner.sketch_tokens,
        target_tokens=learner.target_tokens,
        max_tokens=learner.max_tokens,
        share=learner.share,
    )
    begins = math.ceil(learner.fixed_share * trainer.updates)
    source = NextScreenSource(shown, transitions, size=learner.samples, seed=config.seed, begins=begins)
    async with taught.model:
        loop = Trainer(taught.policy, LikelihoodObjective(), source, trainer, out, listeners=listeners)
        figures = await loop.run(resume=resume)
    last = checkpoint_folder(out / CHECKPOINTS, figures.get("update", trainer.updates))
    told = {"learner": "text", "order": config.order, "transitions": len(transitions)}
    return {**told, **figures, "checkpoint": str(last)}
