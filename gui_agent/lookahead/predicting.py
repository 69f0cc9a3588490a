"""From a config section to predictors and the model that they ask."""

from __future__ import annotations

from pathlib import Path

from device_farm.errors import ConfigError
from gui_agent.lookahead.config import ModelLookaheadConfig
from gui_agent.lookahead.model import PortTextModel
from gui_agent.models.base import Model
from gui_agent.models.config import ModelConfig
from world_model.predictors.base import Predictor
from world_model.predictors.cache import CachedPredictor
from world_model.predictors.model import ModelOptions, ModelPredictor


def loaded_model(config: ModelConfig) -> Model:
    """Not entered. Raises ConfigError and PrerequisiteError as `load_model`, naming the key under `lookahead`."""
    # Imported here: a predictor without a model needs no client of one.
    from gui_agent.models.loader import load_model

    try:
        return load_model(config)
    except ConfigError as error:
        field = error.field.removeprefix("model.")
        raise ConfigError(error.message, field=f"lookahead.model.{field}", fix=error.fix) from error


def sketcher_predictor(config: ModelLookaheadConfig) -> Predictor:
    """The small predictor of `config.sketcher`. Raises DataError where it cannot be read."""
    from world_model.sketcher.predictor import SketcherPredictor
    from world_model.sketcher.weight_file import load_sketcher

    return CachedPredictor(SketcherPredictor(load_sketcher(Path(config.sketcher))))


def model_predictor(config: ModelLookaheadConfig, model: Model) -> Predictor:
    """The predictor that asks `model`; what it has answered is not asked again."""
    options = ModelOptions(
        sketch_tokens=config.sketch_tokens,
        max_tokens=config.max_tokens,
        timeout_s=config.timeout_s,
        concurrent=config.concurrent,
        temperature=config.temperature,
        seed=config.seed,
    )
    return CachedPredictor(ModelPredictor(PortTextModel(model), options))
